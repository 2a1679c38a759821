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
  return span_head(text, len);
}

static void write_quote(writer *w, dm_span text, size_t len) {
  dm_span shown = shortened(text, len);
  writer_bytes(w, SPAN(": "));
  writer_json_string(w, shown);
  if (shown.len < text.len)
    writer_bytes(w, SPAN("..."));
}

int refuse_at(const refusal *r, size_t offset, const char *what, dm_span quoted) {
  writer w = {r->error->text, sizeof r->error->text - 1, 0};
  writer_bytes(&w, dm_text(what));
  writer with_quote = w;
  size_t len = QUOTED_MAX;
  while (span_present(quoted) && len > 0) {
    with_quote = w;
    write_quote(&with_quote, quoted, len);
    /* Escapes may take six bytes for one. */
    len = writer_fits(&with_quote) ? 0 : len / 2;
  }
  size_t end = writer_fits(&with_quote) ? with_quote.needed : with_quote.capacity;
  r->error->text[end] = '\0';
  position_line_column(r->json, offset, &r->error->line, &r->error->column);
  return DM_ERROR_NOT_UNDERSTOOD;
}

int refuse(const refusal *r, const position_path *path, const char *what, dm_span quoted) {
  return refuse_at(r, position_locate(r->json, path), what, quoted);
}
