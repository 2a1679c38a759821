/* The programs under test.
 *
 * SPDX-License-Identifier: MIT
 */
#include "programs.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"

enum {
  PROGRAMS_MAX = 8,
  FILES_MAX = 8,
  PATH_SIZE = 256,
  START_TRIES = 1000 /* of 10 ms */
};

/* What must not outlive this process. */
static program *running[PROGRAMS_MAX];
static char folder[PATH_SIZE];
static char files[FILES_MAX][PATH_SIZE];
static size_t file_count;

/* ---- Failing ------------------------------------------------------------------ */

static void show_errors(const program *p) {
  char line[512];
  rewind(p->errors);
  while (fgets(line, sizeof line, p->errors) != NULL)
    fprintf(stderr, "  %s: %s", p->name, line);
}

static _Noreturn void fail(const char *what, const char *why) {
  fprintf(stderr, "bench: %s%s\n", what, why);
  for (size_t i = 0; i < PROGRAMS_MAX; i++)
    if (running[i] != NULL)
      show_errors(running[i]);
  exit(1);
}

void must(bool good, const char *what) {
  if (!good)
    fail(what, "");
}

void must_call(bool good, const char *what) {
  if (good)
    return;
  char why[128];
  snprintf(why, sizeof why, ": %s", strerror(errno));
  fail(what, why);
}

static void clean_up(void) {
  for (size_t i = 0; i < PROGRAMS_MAX; i++)
    if (running[i] != NULL) {
      kill(running[i]->pid, SIGKILL);
      waitpid(running[i]->pid, NULL, 0);
    }
  programs_remove_files();
}

/* ---- Files -------------------------------------------------------------------- */

void programs_remove_files(void) {
  while (file_count > 0)
    unlink(files[--file_count]);
  if (folder[0] != '\0')
    rmdir(folder);
  folder[0] = '\0';
}

static void make_folder(void) {
  static bool registered;
  const char *parent = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%.200s/dm-bench-XXXXXX", parent != NULL ? parent : "/tmp");
  must_call(mkdtemp(folder) != NULL, "temporary folder");
  if (!registered)
    must(atexit(clean_up) == 0, "atexit");
  registered = true;
}

const char *programs_path(const char *name) {
  if (folder[0] == '\0')
    make_folder();
  must(file_count < FILES_MAX, "too many files");
  char *path = files[file_count++];
  int len = snprintf(path, PATH_SIZE, "%s/%s", folder, name);
  must(len < PATH_SIZE, "path too long");
  return path;
}

const char *programs_file(const char *name, const char *content) {
  const char *path = programs_path(name);
  FILE *file = fopen(path, "w");
  must_call(file != NULL && fputs(content, file) >= 0 && fclose(file) == 0, path);
  return path;
}

/* ---- Starting and stopping ------------------------------------------------------ */

unsigned programs_raise_descriptors(void) {
  struct rlimit limit;
  must_call(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  must_call(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
  return limit.rlim_cur > 1000000 ? 1000000 : (unsigned)limit.rlim_cur;
}

static bool with_socket(uint16_t port, int (*what)(int, const struct sockaddr *, socklen_t)) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must_call(fd >= 0, "socket");
  bool good = what(fd, (const struct sockaddr *)&address, sizeof address) == 0;
  close(fd);
  return good;
}

uint16_t programs_free_port(void) {
  static unsigned next;
  if (next == 0)
    next = (unsigned)getpid() * 7;
  for (unsigned tries = 0; tries < 12000; tries++) {
    uint16_t port = (uint16_t)(20000 + next++ % 12000);
    if (with_socket(port, bind))
      return port;
  }
  must(false, "no free port");
  return 0;
}

/* In the new process: its life and its outputs. */
static void settle_in(const program *p, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  memset(running, 0, sizeof running); /* not ours to end */
  folder[0] = '\0';
  file_count = 0;
  if (getppid() != parent || freopen("/dev/null", "w", stdout) == NULL ||
      freopen("/dev/null", "r", stdin) == NULL || dup2(fileno(p->errors), 2) < 0)
    _exit(1);
}

static program **place_of(const program *p) {
  for (size_t i = 0; i < PROGRAMS_MAX; i++)
    if (running[i] == p)
      return &running[i];
  must(false, "too many programs");
  return NULL;
}

void program_start_own(program *p, const char *name, void (*run)(void *user), void *user) {
  pid_t parent = getpid();
  p->name = name;
  p->errors = tmpfile();
  must_call(p->errors != NULL, "tmpfile");
  fflush(NULL);
  p->pid = fork();
  must_call(p->pid >= 0, "fork");
  if (p->pid == 0) {
    settle_in(p, parent);
    run(user);
    _exit(1);
  }
  *place_of(NULL) = p;
}

static void become(void *user) {
  char *const *argv = user;
  execvp(argv[0], argv);
  fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

void program_start(program *p, const char *const argv[]) {
  const char *slash = strrchr(argv[0], '/');
  program_start_own(p, slash == NULL ? argv[0] : slash + 1, become, (void *)(uintptr_t)argv);
}

void program_await(const program *p, uint16_t port) {
  const struct timespec pause = {.tv_nsec = 10000000};
  for (unsigned tries = 0; !with_socket(port, connect); tries++) {
    must(waitpid(p->pid, NULL, WNOHANG) == 0, "a program under test has ended");
    must(tries < START_TRIES, "a program under test does not listen");
    nanosleep(&pause, NULL);
  }
}

void program_stop(program *p) {
  kill(p->pid, SIGKILL);
  waitpid(p->pid, NULL, 0);
  *place_of(p) = NULL;
  fclose(p->errors);
}

/* ---- Measuring ------------------------------------------------------------------ */

uint64_t program_cpu(const program *p) {
  clockid_t clock;
  struct timespec t;
  must(clock_getcpuclockid(p->pid, &clock) == 0 && clock_gettime(clock, &t) == 0,
       "a program under test has ended");
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

double program_user_part(const program *p, program_ticks *before) {
  char path[64], line[1024] = "";
  program_ticks now = {0};
  snprintf(path, sizeof path, "/proc/%ld/stat", (long)p->pid);
  FILE *file = fopen(path, "r");
  must_call(file != NULL && fgets(line, sizeof line, file) != NULL, path);
  fclose(file);
  const char *name_end = strrchr(line, ')');
  must(name_end != NULL && sscanf(name_end, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                                  &now.user, &now.kernel) == 2,
       path);
  double user = (double)(now.user - before->user);
  double kernel = (double)(now.kernel - before->kernel);
  *before = now;
  return user + kernel > 0 ? user / (user + kernel) : 0;
}

size_t program_resident(const program *p) {
  char path[64];
  unsigned long pages = 0;
  snprintf(path, sizeof path, "/proc/%ld/statm", (long)p->pid);
  FILE *file = fopen(path, "r");
  must(file != NULL && fscanf(file, "%*u %lu", &pages) == 1, path);
  fclose(file);
  return pages * (size_t)sysconf(_SC_PAGESIZE);
}
