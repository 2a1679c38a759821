# Builds, tests and installs libdm and libdm-auth; `make help` lists the targets.
#
# SPDX-License-Identifier: MIT
#
# What is built lies in $(BUILD). A variant, another compiler or a sanitizer, is the same
# build in a folder of its own: make BUILD=build/asan SANITIZE=address,undefined
#
# In examples/ and test/ a file with a main() is a program, and the other files of its
# folder are linked into it.

# ---- What a user may set -------------------------------------------------------

BUILD      ?= build
PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DESTDIR    ?=

ifeq ($(origin CC),default)
CC := gcc
endif
OBJCOPY    ?= objcopy
PKG_CONFIG ?= pkg-config
SANITIZE   ?=
CFLAGS     ?= $(if $(SANITIZE),-O1,-O2) -g
CPPFLAGS   ?=
LDFLAGS    ?=
WERROR     ?= -Werror

FUZZ_SECONDS ?= 60
SOAK_STEPS   ?= 100000000
DIR          ?= $(BUILD)/certs

# ---- Flags ---------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(WERROR)
ifneq ($(SANITIZE),)
SAFETY := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
else
SAFETY := -fstack-protector-strong
ifneq ($(filter-out -O0,$(filter -O%,$(CFLAGS))),)
SAFETY += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
endif
FLAGS := -std=c11 $(WARNINGS) $(SAFETY) -fPIC -fvisibility=hidden $(CFLAGS)
LINK  := $(CC) $(FLAGS) -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)

installed = $(shell $(PKG_CONFIG) --exists $(1) 2>/dev/null && echo yes)
absent    = $(foreach name,$(1),$(if $(call installed,$(name)),,$(name)))
flags     = $(if $(call installed,$(2)),$(shell $(PKG_CONFIG) --$(1) $(2)))

POSIX          := -D_POSIX_C_SOURCE=200809L
JANSSON_CFLAGS := $(call flags,cflags,jansson)
JANSSON_LIBS   := $(call flags,libs,jansson)
UV_CFLAGS      := $(call flags,cflags,libuv)
UV_LIBS        := $(call flags,libs,libuv)
CMOCKA_LIBS    := $(call flags,libs,cmocka)

# mbedtls has no pkg-config file before 3.6.
MBEDTLS_FOUND  := $(shell echo '\#include <mbedtls/sha256.h>' | \
                    $(CC) $(CPPFLAGS) -E - >/dev/null 2>&1 && echo yes)
MBEDTLS_ABSENT := $(if $(MBEDTLS_FOUND),,mbedtls)
MBEDTLS_LIBS   := -lmbedcrypto
TLS_LIBS       := -lmbedtls -lmbedx509 $(MBEDTLS_LIBS)

# The examples' HTTP parser: a library where there is one, else the sources that Debian 12
# ships in its package node-llhttp.
ifneq ($(call installed,libllhttp),)
LLHTTP_CFLAGS := $(call flags,cflags,libllhttp)
LLHTTP_LIBS   := $(call flags,libs,libllhttp)
else
LLHTTP_DIR    ?= /usr/share/llhttp
LLHTTP_CFLAGS := -isystem /usr/share/include/llhttp
LLHTTP_SOURCE := $(wildcard $(LLHTTP_DIR)/*.c)
LLHTTP_ABSENT := $(if $(LLHTTP_SOURCE),,llhttp)
endif

# ---- Files ---------------------------------------------------------------------

version = $(shell awk '$$2 == "DM_VERSION_$(1)" { print $$3 }' include/dm/dm.h)
MAJOR   := $(call version,MAJOR)
VERSION := $(MAJOR).$(call version,MINOR).$(call version,PATCH)

HEADERS      := $(wildcard include/dm/*.h)
LIB_SOURCES  := $(wildcard lib/*/*.c)
AUTH_SOURCES := $(wildcard lib/auth/*.c)
BASE_SOURCES := $(wildcard lib/base/*.c)
DM_SOURCES   := $(filter-out $(AUTH_SOURCES),$(LIB_SOURCES))
COMMON       := $(wildcard examples/common/*/*.c)
SOURCES      := $(LIB_SOURCES) $(COMMON) $(wildcard examples/*/*.c test/*/*.c)
MAINS        := $(shell grep -lsw '^int main' examples/*/*.c test/*/*.c)
STATIC_LIB   := $(BUILD)/libdm.a
AUTH_LIB     := $(BUILD)/libdm-auth.a
BASE_LIB     := $(BUILD)/libbase.a
INSIDE_LIB   := $(BUILD)/libinside.a
EXAMPLES_LIB := $(BUILD)/libexamples.a
LIBRARIES    := dm $(if $(MBEDTLS_FOUND),dm-auth)

# examples/broker becomes dm-broker, test/unit/test_span.c becomes test/unit/test_span.
folders    = $(patsubst $(1)/%/,%,$(sort $(dir $(filter $(1)/%,$(MAINS)))))
program    = $(BUILD)/$(if $(filter minimal,$(1)),,dm-)$(1)
tests      = $(patsubst %.c,$(BUILD)/%,$(filter test/$(1)/%,$(MAINS)))
helpers    = $(filter-out $(MAINS),$(wildcard test/$(1)/*.c))
objects    = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
PROGRAMS  := $(foreach name,$(call folders,examples),$(call program,$(name)))
FUZZERS   := $(patsubst %.c,$(BUILD)/%,$(wildcard test/fuzz/fuzz_*.c))

.SUFFIXES:
.SECONDARY:
.DELETE_ON_ERROR:
.PHONY: FORCE all lib programs unit-programs sim-programs bench-programs fuzz-programs setup \
  test unit sim examples conformance check check-layers check-names check-lengths check-abi \
  check-growth check-pure check-exports check-headers check-format check-readme check-configuration check-install \
  check-asan test-brokers fuzz fuzz-relay soak bench cover certs demo demo-mosquitto format clean \
  install uninstall help

## all: the library and the example programs, in build/
all: lib programs

## lib: only the libraries; libdm needs jansson, libdm-auth mbedtls (else it is left out)
lib: $(foreach name,$(LIBRARIES),$(BUILD)/lib$(name).a $(BUILD)/lib$(name).so.$(VERSION))
	$(if $(MBEDTLS_FOUND),,@echo "mbedtls is not installed: libdm-auth is left out; see 'make setup'")

programs: $(PROGRAMS)
unit-programs: $(call tests,unit) $(call tests,examples)
sim-programs: $(call tests,sim)
bench-programs: $(call tests,bench)
fuzz-programs: $(FUZZERS)

# ---- Compiling -----------------------------------------------------------------

# A file with one line of text that changes only when the text does: what depends on it is
# made again when the flags or the list of sources are no longer what they were.
define remember
@mkdir -p $(@D)
@echo '$(1)' | cmp -s - $@ || echo '$(1)' > $@
endef
$(BUILD)/flags: FORCE
	$(call remember,$(CC) $(CPPFLAGS) $(FLAGS) $(LDFLAGS))
$(BUILD)/sources: FORCE
	$(call remember,$(SOURCES))

EXAMPLE_FLAGS := -Iinclude -Iexamples $(POSIX) $(LLHTTP_CFLAGS) $(UV_CFLAGS) $(JANSSON_CFLAGS)
LIBRARY_FLAGS := -Iinclude -Ilib $(JANSSON_CFLAGS)

$(BUILD)/obj/lib/%.o: OWN := $(LIBRARY_FLAGS)
$(BUILD)/obj/lib/%.o: ABSENT := $(call absent,jansson)
$(BUILD)/obj/lib/auth/%.o: ABSENT := $(MBEDTLS_ABSENT)
$(BUILD)/obj/examples/%.o: OWN := $(EXAMPLE_FLAGS)
$(BUILD)/obj/examples/%.o: ABSENT := $(call absent,jansson libuv) $(LLHTTP_ABSENT) $(MBEDTLS_ABSENT)
$(BUILD)/obj/test/%.o: OWN := $(LIBRARY_FLAGS) -Itest $(POSIX)
$(BUILD)/obj/test/%.o: ABSENT := $(call absent,jansson cmocka) $(MBEDTLS_ABSENT)
$(BUILD)/obj/test/examples/%.o: OWN := $(EXAMPLE_FLAGS) -Itest

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(if $(strip $(ABSENT)),$(error not installed: $(strip $(ABSENT)); see 'make setup'))
	@mkdir -p $(@D)
	$(CC) $(OWN) $(CPPFLAGS) $(FLAGS) -MMD -MP -c $< -o $@

# Not our code, so none of our warnings.
$(BUILD)/obj/llhttp/%.o: $(LLHTTP_DIR)/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(LLHTTP_CFLAGS) $(CPPFLAGS) $(FLAGS) -w -c $< -o $@

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

# ---- Linking -------------------------------------------------------------------

define archive
@mkdir -p $(@D)
@rm -f $@
$(AR) qcs $@ $(filter %.o,$^)
endef

# For the tests: all objects with all their names.
$(INSIDE_LIB): $(call objects,$(LIB_SOURCES))
$(BASE_LIB): $(call objects,$(BASE_SOURCES))
$(EXAMPLES_LIB): $(call objects,$(COMMON)) \
  $(patsubst $(LLHTTP_DIR)/%.c,$(BUILD)/obj/llhttp/%.o,$(LLHTTP_SOURCE))
$(INSIDE_LIB) $(BASE_LIB) $(EXAMPLES_LIB): $(BUILD)/sources
	$(archive)

# What the libraries for users are made of. libdm-auth takes of lib/base what it needs, and
# so does without what needs jansson.
$(BUILD)/libdm.o $(BUILD)/libdm.so.$(VERSION): $(call objects,$(DM_SOURCES))
$(BUILD)/libdm-auth.o $(BUILD)/libdm-auth.so.$(VERSION): $(call objects,$(AUTH_SOURCES)) $(BASE_LIB)
$(BUILD)/libdm.so.$(VERSION): LIBS := $(JANSSON_LIBS)
$(BUILD)/libdm-auth.so.$(VERSION): LIBS := $(MBEDTLS_LIBS)

# One object whose internal names are local to it, so that a host may have functions of the
# same names.
$(BUILD)/libdm.o $(BUILD)/libdm-auth.o: $(BUILD)/sources
	$(CC) $(CFLAGS) -r -nostdlib $(filter %.o %.a,$^) -o $@
	$(OBJCOPY) --localize-hidden $@
$(STATIC_LIB) $(AUTH_LIB): $(BUILD)/lib%.a: $(BUILD)/lib%.o
	$(archive)

# The shared library exports what its public headers declare and nothing else.
$(BUILD)/lib%.map: $(HEADERS) test/tools/exports.sh
	@mkdir -p $(@D)
	(echo '$(shell echo LIB$* | tr a-z- A-Z_)_$(MAJOR) { global:'; \
	  test/tools/exports.sh $* | sed 's/$$/;/'; echo 'local: *; };') > $@

$(BUILD)/lib%.so.$(VERSION): $(BUILD)/lib%.map $(BUILD)/sources
	$(LINK) -shared -Wl,-soname,lib$*.so.$(MAJOR) -Wl,-z,defs -Wl,--version-script,$< \
	  $(filter %.o %.a,$^) $(LIBS) -o $@
	ln -sf $(@F) $(BUILD)/lib$*.so.$(MAJOR)
	ln -sf $(@F) $(BUILD)/lib$*.so

define example_program
$(call program,$(1)): $(call objects,$(wildcard examples/$(1)/*.c)) $(EXAMPLES_LIB) $(STATIC_LIB) \
  $(AUTH_LIB)
	$$(LINK) $$(filter %.o %.a,$$^) $(LLHTTP_LIBS) $(JANSSON_LIBS) $(UV_LIBS) $(TLS_LIBS) -o $$@
endef
$(foreach name,$(call folders,examples),$(eval $(call example_program,$(name))))

define test_program
$(BUILD)/test/$(1)/helpers.a: $(call objects,$(call helpers,$(1))) $(BUILD)/sources
	$$(archive)
$(BUILD)/test/$(1)/%: $(BUILD)/obj/test/$(1)/%.o $(BUILD)/test/$(1)/helpers.a \
  $(if $(filter examples,$(1)),$(EXAMPLES_LIB)) $(INSIDE_LIB)
	@mkdir -p $$(@D)
	$$(LINK) $(2) $$(filter %.o,$$^) $$(filter %.a,$$^) $(CMOCKA_LIBS) $(JANSSON_LIBS) $(MBEDTLS_LIBS) \
	  $(if $(filter examples,$(1)),$(LLHTTP_LIBS) $(UV_LIBS) $(TLS_LIBS)) -o $$@
endef
$(foreach name,$(call folders,test),$(eval $(call test_program,$(name))))
$(eval $(call test_program,fuzz,-fsanitize=fuzzer))

# Two of a program, but for its main().
$(BUILD)/test/examples/test_two_brokers: \
  $(call objects,$(filter-out $(MAINS),$(wildcard examples/broker/*.c)))
$(BUILD)/test/examples/test_two_sidecars: \
  $(call objects,$(filter-out $(MAINS),$(wildcard examples/sidecar/*.c)))

# ---- Testing -------------------------------------------------------------------

SCRIPT       := BUILD='$(BUILD)' MAKE='$(MAKE)'
TEST         := $(SCRIPT) test/tools/test.sh
CLANG_FORMAT ?= clang-format
FORMATTED    := $(HEADERS) $(wildcard lib/*/*.[ch] examples/*/*.[ch] \
  examples/common/*/*.[ch] test/*/*.[ch])

## setup: check what the tests and the demo need; install what is missing (as root)
setup:
	@test/tools/setup.sh test

## test: everything, as CI runs it
test: setup
	+@$(TEST)

## test-brokers: dm-sidecar in front of mosquitto, RabbitMQ and aedes; needs some more
test-brokers:
	@test/tools/setup.sh brokers
	+@$(TEST) brokers

## unit, sim, examples, conformance: one of the suites
unit sim examples conformance:
	+@$(TEST) $@

## check: all checks without running, which follow; each also alone
check:
	+@$(TEST) check

##   check-layers: includes and calls go as test/tools/rooms.txt says, and in no circle
##   check-names: one base name, one place; prefixes, header guards, words
##   check-lengths: functions stay short
##   check-abi: public structures grow at their ends alone, or say that they cannot
##   check-growth: a library whose structures have grown serves programs that have not
##   check-pure: the libraries call nothing that does I/O, have no global state
##   check-exports: what the shared libraries export is what their headers declare
##   check-headers: each public header alone, in C11 and C++17
##   check-readme: README.md shows the code that is compiled, examples/HTTP.md what is read
##   check-configuration: the page on it names each key that the programs read, and no other
##   check-install: build against an installed tree, shared and static
##   check-format: clang-format 14 has nothing to change
check-pure check-exports check-names: lib
check-layers: all
check-layers check-names check-lengths check-abi check-growth check-pure check-exports \
  check-headers check-readme check-configuration check-install: check-%:
	+@$(SCRIPT) test/tools/check_$*.sh
check-format:
	@if $(CLANG_FORMAT) --version | grep -q 'version 14\.'; then \
	  $(CLANG_FORMAT) --dry-run -Werror $(FORMATTED); \
	else \
	  echo 'not checked: what clang-format 14 leaves alone, other versions would change'; \
	fi

## format: clang-format over everything
format:
	$(CLANG_FORMAT) -i $(FORMATTED)

## check-asan: unit tests and simulation with AddressSanitizer and UBSan
check-asan:
	+@$(TEST) unit sim

## fuzz: each fuzzer for FUZZ_SECONDS, a minute
fuzz:
	+@FUZZ_SECONDS=$(FUZZ_SECONDS) $(TEST) fuzz

## fuzz-relay: that one alone
fuzz-relay:
	+@FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZER=relay $(TEST) fuzz

## soak: the simulation for SOAK_STEPS, some minutes
soak: sim-programs
	@for program in $(call tests,sim); do SIM_STEPS=$(SOAK_STEPS) $$program || exit 1; done

## bench: the benchmarks
bench: programs bench-programs
	@for program in $(call tests,bench); do \
	  DM_SIDECAR=$(call program,sidecar) $$program || exit 1; done

## cover: which lines unit tests and simulation reach
cover:
	+@$(SCRIPT) test/tools/cover.sh

## certs: throw-away certificates to try TLS with, in DIR, build/certs
certs:
	@test/tools/setup.sh certs
	@examples/common/certs.sh $(DIR)

## demo: the broker, a device and a backend, from nothing
demo:
	@test/tools/setup.sh demo
	@echo 'building ...'
	@$(MAKE) --no-print-directory --silent all
	@examples/broker/broker_demo.sh $(BUILD)/dm-broker

## demo-mosquitto: the sidecar in front of a stock mosquitto, from nothing
demo-mosquitto:
	@test/tools/setup.sh demo-mosquitto
	@echo 'building ...'
	@$(MAKE) --no-print-directory --silent all
	@examples/sidecar/sidecar_demo.sh $(BUILD)/dm-sidecar

# ---- Installing ----------------------------------------------------------------

INSTALLED_PROGRAMS := $(filter $(BUILD)/dm-%,$(PROGRAMS))

# $(call install_library,NAME)
define install_library
install -m 644 $(BUILD)/lib$(1).a $(BUILD)/lib$(1).so.$(VERSION) $(DESTDIR)$(LIBDIR)
	ln -sf lib$(1).so.$(VERSION) $(DESTDIR)$(LIBDIR)/lib$(1).so.$(MAJOR)
	ln -sf lib$(1).so.$(MAJOR) $(DESTDIR)$(LIBDIR)/lib$(1).so
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	  -e 's|@VERSION@|$(VERSION)|' pkgconfig/$(1).pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/$(1).pc

endef

## install: libraries, headers, pkg-config files and dm-... programs; PREFIX, DESTDIR
install: all
	install -d $(addprefix $(DESTDIR),$(BINDIR) $(LIBDIR)/pkgconfig $(INCLUDEDIR)/dm)
	install -m 644 $(HEADERS) $(DESTDIR)$(INCLUDEDIR)/dm
	$(foreach name,$(LIBRARIES),$(call install_library,$(name)))
	$(if $(INSTALLED_PROGRAMS),install -m 755 $(INSTALLED_PROGRAMS) $(DESTDIR)$(BINDIR))
	@if [ -n '$(DESTDIR)' ]; then :; \
	elif [ "$$(id -u)" = 0 ]; then ldconfig; \
	else echo 'As root, ldconfig has the system find the shared library.'; fi

## uninstall: take out what install put there
uninstall:
	rm -f $(addprefix $(DESTDIR)$(INCLUDEDIR)/,$(HEADERS:include/%=%))
	rm -f $(foreach name,dm dm-auth,$(addprefix $(DESTDIR)$(LIBDIR)/,pkgconfig/$(name).pc \
	  $(addprefix lib$(name),.a .so .so.$(MAJOR) .so.$(VERSION))))
	rm -f $(addprefix $(DESTDIR)$(BINDIR)/,$(notdir $(INSTALLED_PROGRAMS)))
	-rmdir $(DESTDIR)$(INCLUDEDIR)/dm

## clean: remove everything that was built
clean:
	rm -rf $(BUILD)

## help: this list
help:
	@sed -n 's/^## \([^:]*\): /\1\t/p' Makefile | awk -F '\t' '{ printf "%-24s %s\n", $$1, $$2 }'
