/* mosquitto and dm-sidecar: their configuration.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hosts.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "blind_pipe.h"
#include "fail.h"

enum {
  ADDRESS_SIZE = 32,
  CONFIG_SIZE = 1024
};

bool hosts_find_mosquitto(char *version, size_t size) {
  char path[4096];
  const char *old = getenv("PATH"); /* Debian's is not on a user's PATH */
  snprintf(path, sizeof path, "%s:/usr/sbin:/usr/local/sbin", old == NULL ? "/usr/bin" : old);
  must_call(setenv("PATH", path, 1) == 0, "setenv");
  FILE *output = popen("mosquitto -h 2>/dev/null", "r");
  must_call(output != NULL, "popen");
  bool found = fgets(version, (int)size, output) != NULL;
  pclose(output);
  if (found)
    version[strcspn(version, "\n")] = '\0';
  return found;
}

const char *hosts_sidecar_path(void) {
  const char *path = getenv("DM_SIDECAR");
  return path == NULL ? "build/dm-sidecar" : path;
}

/* With another user than the one that started it the kernel would let it live on when this
 * process dies. Unlimited where there are limits, as the flows bound themselves. */
static void start_mosquitto(hosts *h) {
  char config[CONFIG_SIZE];
  h->ports[HOSTS_STRAIGHT] = programs_free_port();
  h->local = programs_path("mosquitto.sock");
  snprintf(config, sizeof config,
           "listener %u 127.0.0.1\n"
           "listener 0 %s\n"
           "user root\n"
           "allow_anonymous true\n"
           "set_tcp_nodelay true\n"
           "persistence false\n"
           "max_inflight_messages 0\n"
           "max_queued_messages 0\n"
           "max_queued_bytes 0\n"
           "log_type error\n"
           "log_dest stderr\n",
           h->ports[HOSTS_STRAIGHT], h->local);
  const char *file = programs_file("mosquitto.conf", config);
  program_start(&h->programs[HOSTS_STRAIGHT], (const char *[]){"mosquitto", "-c", file, NULL});
  program_await(&h->programs[HOSTS_STRAIGHT], h->ports[HOSTS_STRAIGHT]);
}

static const char sidecar_config[] =
    "{\"account\":\"123456789012\",\"region\":\"eu-west-1\","
    "\"senderPolicies\":[\"everything.json\"],\"receiverPolicies\":[\"everything.json\"],"
    "\"limits\":{\"sendsPerSecond\":4294967295,\"publishesPerSecond\":4294967295},"
    "\"httpLimits\":{\"idleTimeoutSeconds\":3600}"
    "}";
static const char everything[] =
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\","
    "\"Resource\":\"*\"}]}";

static void address(char out[ADDRESS_SIZE], uint16_t port) {
  snprintf(out, ADDRESS_SIZE, "127.0.0.1:%u", port);
}

/* Returns the port of its HTTP API. */
static uint16_t start_sidecar(hosts *h, hosts_way way, const char *config, const char *broker) {
  char listen[ADDRESS_SIZE], http[ADDRESS_SIZE];
  h->ports[way] = programs_free_port();
  uint16_t http_port = programs_free_port();
  address(listen, h->ports[way]);
  address(http, http_port);
  const char *const argv[] = {hosts_sidecar_path(), "--config", config,   "--listen", listen,
                              "--broker",           broker,     "--http", http,       NULL};
  program_start(&h->programs[way], argv);
  program_await(&h->programs[way], h->ports[way]);
  program_await(&h->programs[way], http_port);
  return http_port;
}

static void start_sidecars(hosts *h) {
  char broker[ADDRESS_SIZE], local[PATH_MAX];
  address(broker, h->ports[HOSTS_STRAIGHT]);
  snprintf(local, sizeof local, "unix:%s", h->local);
  programs_file("everything.json", everything);
  const char *config = programs_file("sidecar.json", sidecar_config);
  h->http_port = start_sidecar(h, HOSTS_SIDECAR, config, broker);
  start_sidecar(h, HOSTS_LOCAL, config, local);
}

static void run_pipe(void *user) {
  const hosts *h = user;
  blind_pipe_run(h->ports[HOSTS_PIPE], h->ports[HOSTS_STRAIGHT]);
}

static void start_pipe(hosts *h) {
  h->ports[HOSTS_PIPE] = programs_free_port();
  program_start_own(&h->programs[HOSTS_PIPE], "blind pipe", run_pipe, h);
  program_await(&h->programs[HOSTS_PIPE], h->ports[HOSTS_PIPE]);
}

void hosts_start(hosts *h) {
  start_mosquitto(h);
  start_pipe(h);
  start_sidecars(h);
}

void hosts_stop(hosts *h) {
  for (size_t way = HOSTS_WAYS; way > 0; way--)
    program_stop(&h->programs[way - 1]);
  programs_remove_files();
}
