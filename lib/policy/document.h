/* Reading the JSON text of a document.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DM_POLICY_DOCUMENT_H
#define DM_POLICY_DOCUMENT_H

#include <jansson.h>

#include "policy/refusal.h"

/* How deep a document may nest; the policy language needs 6. */
#define DOCUMENT_DEPTH_MAX 16

/* How many bytes of memory one byte of a document may turn into. The most bytes that a
 * document may have, whatever the host allows, follow from it. */
#define DOCUMENT_SIZE_RATIO 512
#define DOCUMENT_SIZE_MAX   (SIZE_MAX / DOCUMENT_SIZE_RATIO / 2)

/* Reads the whole text. Returns DM_OK and the value in *root, to be given to
 * json_decref(); DM_ERROR_NOT_UNDERSTOOD or DM_ERROR_NO_MEMORY. */
int dmi_document_read(const dmi_refusal *r, size_t size_limit, json_t **root);

/* The text of a value that is a string, or, as it stands in the document, a number or a
 * truth. */
dm_span dmi_document_text(dm_span json, const json_t *value, const dmi_position_path *path);

#endif
