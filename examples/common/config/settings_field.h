/* Rows that say which key of the configuration file and which option of the command line fill
 * which member of a structure.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef COMMON_CONFIG_SETTINGS_FIELD_H
#define COMMON_CONFIG_SETTINGS_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum settings_type {
  SETTINGS_NUMBER,  /* uint32_t, from min to max */
  SETTINGS_SECONDS, /* dm_duration; from min to max seconds in the file and as an option */
  SETTINGS_SWITCH,  /* bool; true or false in the file, "true" or "false" as an option */
  SETTINGS_TEXT,    /* const char *, of min to max bytes; lives as long as the settings */
  SETTINGS_PEER,    /* address; of what is to be reached */
  SETTINGS_PORT,    /* address; null or "off" is none */
  SETTINGS_OBJECT,  /* a structure that `fields` describe; an object of the file */
  SETTINGS_FILES,   /* settings_files: a list of file names; file only */
  SETTINGS_FILE,    /* file_name */
  SETTINGS_LIST,    /* const struct json_t *: a list; file only */
  SETTINGS_WORDS    /* const struct json_t *: an object of strings; file only */
} settings_type;

/* One row. The last row of a table is all zero. */
typedef struct settings_field {
  const char *key;    /* in the file; NULL ends the table */
  const char *option; /* "--http"; NULL: cannot be given on the command line */
  settings_type type;
  size_t offset; /* of the member, by offsetof() */
  uint32_t min;
  uint32_t max;
  const struct settings_field *fields; /* SETTINGS_OBJECT; their offsets count from its own */
} settings_field;

/* A list of file names in the configuration file. */
typedef struct settings_files {
  const struct json_t *names; /* an array of strings; NULL: no file was given */
  const char *pointer;        /* where it stands: "/senderPolicies" */
} settings_files;

#endif
