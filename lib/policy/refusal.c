/* Saying why a document is refused, and where.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/refusal.h"

#include "base/span.h"
#include "base/writer.h"

/* The most bytes of a document that an error quotes. */
#define QUOTED_MAX 80

/* The first `len` bytes, or fewer so that no character is cut. */
static dm_span shortened(dm_span text, size_t len) {
  if (len >= text.len)
    return text;
  while (len > 0 && ((unsigned char)text.ptr[len] & 0xC0) == 0x80)
    len--;
  return dmi_span_head(text, len);
}

static void write_quote(dmi_writer *w, dm_span text, size_t len) {
  dm_span shown = shortened(text, len);
  dmi_writer_bytes(w, SPAN(": "));
  dmi_writer_json_string(w, shown);
  if (shown.len < text.len)
    dmi_writer_bytes(w, SPAN("..."));
}

int dmi_refuse_at(const dmi_refusal *r, size_t offset, const char *what, dm_span quoted) {
  dmi_writer w = {r->error->text, sizeof r->error->text - 1, 0};
  dmi_writer_bytes(&w, dm_text(what));
  dmi_writer with_quote = w;
  size_t len = QUOTED_MAX;
  while (dmi_span_present(quoted) && len > 0) {
    with_quote = w;
    write_quote(&with_quote, quoted, len);
    /* Escapes may take six bytes for one. */
    len = dmi_writer_fits(&with_quote) ? 0 : len / 2;
  }
  size_t end = dmi_writer_fits(&with_quote) ? with_quote.needed : with_quote.capacity;
  r->error->text[end] = '\0';
  dmi_position_line_column(r->json, offset, &r->error->line, &r->error->column);
  return DM_ERROR_NOT_UNDERSTOOD;
}

int dmi_refuse(const dmi_refusal *r, const dmi_position_path *path, const char *what,
               dm_span quoted) {
  return dmi_refuse_at(r, dmi_position_locate(r->json, path), what, quoted);
}
