/* Filling a signature field.
 *
 *   revision k+1 =  [ catalog with /Perms ]      a certifying signature only
 *                   field with /V and /AP
 *                   signature dictionary
 *                   picture
 *                   cross-reference table, trailer
 *
 * The verifier reads the values back, writes this once more and compares: so there is one form, and no byte is free. */
#include "crypto/digest.h"
#include "pdf/pdf.h"
#include "pdf/writer.h"

/* Where things are in the document that is signed. */
struct form {
  int64_t catalog_number, field_number;
  const struct pdf_value *catalog, *field;
  int64_t fonts[2];
};

static bool is_kind(const struct pdf_value *value, enum pdf_kind kind) {
  return value != NULL && value->kind == kind;
}

static const struct pdf_value *last_trailer(const struct pdf_document *document) {
  return &document->revisions[document->revision_count - 1].trailer;
}

static result find_fonts(const struct pdf_document *document, struct form *form) {
  const struct pdf_value *page = pdf_follow(document, pdf_dictionary_find(form->field, "P"));
  const struct pdf_value *resources = pdf_follow(document, pdf_dictionary_find(page, "Resources"));
  const struct pdf_value *fonts = pdf_follow(document, pdf_dictionary_find(resources, "Font"));
  static const char *const names[] = {"F1", "F2"};
  for (size_t i = 0; i < 2; i++) {
    const struct pdf_value *font = pdf_dictionary_find(fonts, names[i]);
    if (!is_kind(font, PDF_REFERENCE)) {
      FAIL(PDF_CONTENT, "the field's page has no font %s", names[i]);
    }
    form->fonts[i] = font->integer;
  }
  return OK;
}

static result find_form(const struct pdf_document *document, const char *field, struct form *ret_form) {
  const struct pdf_value *root = pdf_dictionary_find(last_trailer(document), "Root");
  struct form form = {.catalog_number = root->integer, .catalog = pdf_follow(document, root)};
  const struct pdf_value *fields = pdf_dictionary_find(pdf_dictionary_find(form.catalog, "AcroForm"), "Fields");
  for (size_t i = 0; is_kind(fields, PDF_ARRAY) && i < fields->count; i++) {
    const struct pdf_value *candidate = pdf_follow(document, &fields->items[i]);
    const struct pdf_value *name = pdf_dictionary_find(candidate, "T");
    if (fields->items[i].kind == PDF_REFERENCE && is_kind(name, PDF_STRING) && slice_is(name->text, field) &&
        candidate->kind == PDF_DICTIONARY) {
      form.field = candidate;
      form.field_number = fields->items[i].integer;
      TRY(find_fonts(document, &form));
      *ret_form = form;
      return OK;
    }
  }
  FAIL(PDF_CONTENT, "no field %s", field);
}

/* "12.5" is 1250; what has more than two places is cut. */
static int32_t length_of(const struct pdf_value *value) {
  struct slice fraction = value->text;
  struct slice whole = slice_cut(&fraction, '.');
  int32_t hundredths = 0;
  for (size_t i = 0; i < whole.len && i < 6; i++) {
    hundredths = hundredths * 10 + (whole.ptr[i] >= '0' ? whole.ptr[i] - '0' : 0);
  }
  for (size_t i = 0; i < 2; i++) {
    hundredths = hundredths * 10 + (i < fraction.len ? fraction.ptr[i] - '0' : 0);
  }
  return whole.len > 0 && whole.ptr[0] == '-' ? -hundredths : hundredths;
}

result pdf_field_find(const struct pdf_document *document, const char *field, struct pdf_field_shape *ret_shape) {
  struct form form;
  TRY(find_form(document, field, &form));
  const struct pdf_value *box = pdf_dictionary_find(form.field, "Rect");
  if (!is_kind(box, PDF_ARRAY) || box->count != 4) {
    FAIL(PDF_CONTENT, "field %s has no place", field);
  }
  int32_t edges[4];
  for (size_t i = 0; i < 4; i++) {
    if (box->items[i].kind != PDF_INTEGER && box->items[i].kind != PDF_REAL) {
      FAIL(PDF_CONTENT, "field %s has no place", field);
    }
    edges[i] = length_of(&box->items[i]);
  }
  const struct pdf_value *base = pdf_dictionary_find(pdf_object_find(document, form.fonts[0]), "BaseFont");
  *ret_shape = (struct pdf_field_shape){
      .width = edges[2] - edges[0],
      .height = edges[3] - edges[1],
      .wide = is_kind(base, PDF_NAME) && slice_starts(base->text, S(PDF_WIDE_TAG)),
      .filled = pdf_dictionary_find(form.field, "V") != NULL,
  };
  return OK;
}

/* ---- writing ---- */

struct update {
  struct buf out; /* the whole file */
  const struct pdf_document *document;
  const struct pdf_signature *signature;
  struct form form;
  int64_t dictionary_number, picture_number;
  size_t catalog_at, field_at, dictionary_at, picture_at; /* offsets of objects; catalog_at 0: not written */
  size_t range_at;                                        /* of the first blank in /ByteRange */
  size_t gap_at, gap_end;
};

enum { RANGE_BLANKS = 33 }; /* three numbers of ten digits, a blank behind each */

static size_t begin_object(struct buf *out, int64_t number) {
  size_t offset = out->len;
  pdf_put_integer(out, number);
  buf_append(out, S(" 0 obj\n"));
  return offset;
}

static void put_reference(struct buf *out, const char *before, int64_t number) {
  buf_append_str(out, before);
  pdf_put_integer(out, number);
  buf_append(out, S(" 0 R"));
}

/* The entries of a dictionary as they are, without one of them. */
static void put_entries(struct buf *out, const struct pdf_value *dictionary, const char *without) {
  buf_append(out, S("<<"));
  for (size_t i = 0; i < dictionary->count; i++) {
    if (slice_is(dictionary->keys[i], without)) {
      continue;
    }
    buf_append(out, S(" /"));
    buf_append(out, dictionary->keys[i]);
    buf_append_byte(out, ' ');
    buf_append(out, dictionary->items[i].raw);
  }
}

static void write_field(struct update *update) {
  struct buf *out = &update->out;
  if (update->signature->certifies) {
    update->catalog_at = begin_object(out, update->form.catalog_number);
    put_entries(out, update->form.catalog, "Perms");
    put_reference(out, " /Perms << /DocMDP ", update->dictionary_number);
    buf_append(out, S(" >> >>\nendobj\n"));
  }
  update->field_at = begin_object(out, update->form.field_number);
  put_entries(out, update->form.field, "AP");
  put_reference(out, " /V ", update->dictionary_number);
  put_reference(out, " /AP << /N ", update->picture_number);
  buf_append(out, S(" >> >>\nendobj\n"));
}

/* [EN319142-1 6.3 MUST] /SubFilter /ETSI.CAdES.detached, /M, and /ByteRange over all but /Contents */
static void write_dictionary(struct update *update) {
  const struct pdf_signature *signature = update->signature;
  struct buf *out = &update->out;
  update->dictionary_at = begin_object(out, update->dictionary_number);
  buf_append(out, S("<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 "));
  update->range_at = out->len;
  memset(buf_extend(out, RANGE_BLANKS), ' ', RANGE_BLANKS);
  buf_append(out, S("] /Contents "));
  update->gap_at = out->len;
  buf_append_byte(out, '<');
  memset(buf_extend(out, 2 * signature->contents_bytes), '0', 2 * signature->contents_bytes);
  buf_append_byte(out, '>');
  update->gap_end = out->len;
  buf_append(out, S(" /M "));
  pdf_put_date(out, signature->signed_at_ms);
  buf_append(out, S(" /Name "));
  pdf_put_text(out, signature->name);
  buf_append(out, S(" /Reason "));
  pdf_put_text(out, signature->reason);
  buf_append(out, S(" /Location "));
  pdf_put_text(out, signature->place);
  if (signature->certifies) { /* [ISO 32000-1 12.8.2.2] */
    buf_append(out,
               S(" /Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams "
                 "/P 2 /V /1.2 >> >>]"));
  }
  buf_append(out, S(" >>\nendobj\n"));
}

static void write_picture(struct update *update, const struct pdf_field_shape *shape) {
  struct buf *out = &update->out;
  update->picture_at = begin_object(out, update->picture_number);
  buf_append(out, S("<< /Type /XObject /Subtype /Form /BBox [0 0 "));
  PDF_PUT(out, shape->width, shape->height);
  put_reference(out, "] /Resources << /Font << /F1 ", update->form.fonts[0]);
  put_reference(out, " /F2 ", update->form.fonts[1]);
  buf_append(out, S(" >> >> /Filter /FlateDecode /Length "));
  pdf_put_integer(out, (int64_t)update->signature->picture.len);
  buf_append(out, S(" >>\nstream\n"));
  buf_append(out, update->signature->picture);
  buf_append(out, S("\nendstream\nendobj\n"));
}

static void put_entry(struct buf *out, size_t offset) {
  uint8_t *entry = buf_extend(out, 20);
  memcpy(entry, "0000000000 00000 n \n", 20);
  for (int digit = 9; digit >= 0; digit--, offset /= 10) {
    entry[digit] = (uint8_t)('0' + offset % 10);
  }
}

static void put_section(struct buf *out, int64_t first, const size_t *offsets, size_t count) {
  pdf_put_integer(out, first);
  buf_append_byte(out, ' ');
  pdf_put_integer(out, (int64_t)count);
  buf_append_byte(out, '\n');
  for (size_t i = 0; i < count; i++) {
    put_entry(out, offsets[i]);
  }
}

/* [ISO 32000-1 14.4] the second part of /ID changes with each update: it is made of what was added */
static void write_trailer(struct update *update) {
  struct buf *out = &update->out;
  const struct pdf_document *document = update->document;
  const struct pdf_value *trailer = last_trailer(document);
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(slice_from(buf_slice(out), document->bytes.len), digest);
  size_t xref = out->len;
  buf_append(out, S("xref\n"));
  if (update->catalog_at != 0) {
    put_section(out, update->form.catalog_number, &update->catalog_at, 1);
  }
  put_section(out, update->form.field_number, &update->field_at, 1);
  put_section(out, update->dictionary_number, (const size_t[]){update->dictionary_at, update->picture_at}, 2);
  buf_append(out, S("trailer\n<< /Size "));
  pdf_put_integer(out, update->picture_number + 1);
  put_reference(out, " /Root ", update->form.catalog_number);
  put_reference(out, " /Info ", pdf_dictionary_find(trailer, "Info")->integer);
  buf_append(out, S(" /ID ["));
  buf_append(out, pdf_dictionary_find(trailer, "ID")->items[0].raw);
  buf_append(out, S(" <"));
  pdf_put_hex(out, slice_of(digest, 16));
  buf_append(out, S(">] /Prev "));
  pdf_put_integer(out, (int64_t)document->revisions[document->revision_count - 1].xref_offset);
  buf_append(out, S(" >>\nstartxref\n"));
  pdf_put_integer(out, (int64_t)xref);
  buf_append(out, S("\n%%EOF\n"));
}

/* Written last, in the room that was left: the numbers, then blanks. */
static void fill_range(struct update *update) {
  struct buf range;
  buf_init(&range, update->out.arena, 64);
  pdf_put_integer(&range, (int64_t)update->gap_at);
  buf_append_byte(&range, ' ');
  pdf_put_integer(&range, (int64_t)update->gap_end);
  buf_append_byte(&range, ' ');
  pdf_put_integer(&range, (int64_t)(update->out.len - update->gap_end));
  memcpy(update->out.ptr + update->range_at, range.ptr, range.len);
}

static result check_base(const struct pdf_document *document, const struct form *form,
                         const struct pdf_signature *signature) {
  const struct pdf_value *trailer = last_trailer(document);
  const struct pdf_value *id = pdf_dictionary_find(trailer, "ID");
  enum { FILE_MAX = 1000000000 }; /* offsets have ten digits in the table and in /ByteRange */
  if (!is_kind(pdf_dictionary_find(trailer, "Info"), PDF_REFERENCE) || !is_kind(id, PDF_ARRAY) || id->count != 2 ||
      form->catalog_number >= form->field_number || document->bytes.len > FILE_MAX) {
    FAIL(PDF_CONTENT, "not a paper of ours");
  }
  if (pdf_dictionary_find(form->field, "V") != NULL) {
    FAIL(PDF_CONTENT, "field %s is filled already", signature->field);
  }
  if (signature->certifies && pdf_dictionary_find(form->catalog, "Perms") != NULL) {
    FAIL(PDF_CONTENT, "certified already");
  }
  return OK;
}

result pdf_signature_add(struct arena *arena, const struct pdf_document *document,
                         const struct pdf_signature *signature, struct pdf_signed *ret_signed) {
  struct update update = {.document = document, .signature = signature};
  struct pdf_field_shape shape;
  TRY(find_form(document, signature->field, &update.form));
  TRY(pdf_field_find(document, signature->field, &shape));
  TRY(check_base(document, &update.form, signature));
  update.dictionary_number = (int64_t)document->object_count;
  update.picture_number = update.dictionary_number + 1;
  buf_init(&update.out, arena, document->bytes.len + signature->picture.len + 2 * signature->contents_bytes + 4096);
  buf_append(&update.out, document->bytes);
  write_field(&update);
  write_dictionary(&update);
  write_picture(&update, &shape);
  write_trailer(&update);
  fill_range(&update);
  *ret_signed = (struct pdf_signed){buf_slice(&update.out), update.gap_at, update.gap_end};
  return OK;
}

/* ---- reading back ---- */

/* UTF-16BE with mark to UTF-8; a broken surrogate shows when it is written again. */
static struct slice text_of(struct arena *arena, struct slice utf16) {
  struct buf out;
  buf_init(&out, arena, utf16.len + 8);
  for (size_t i = 2; i + 1 < utf16.len; i += 2) {
    uint32_t rune = (uint32_t)(utf16.ptr[i] << 8 | utf16.ptr[i + 1]);
    if (rune >= 0xD800 && rune < 0xDC00 && i + 3 < utf16.len) {
      uint32_t low = (uint32_t)(utf16.ptr[i + 2] << 8 | utf16.ptr[i + 3]);
      rune = 0x10000 + ((rune - 0xD800) << 10) + (low - 0xDC00);
      i += 2;
    }
    uint8_t bytes[4];
    buf_append(&out, slice_of(bytes, pdf_utf8_put(bytes, rune & 0x1FFFFF)));
  }
  return buf_slice(&out);
}

/* D:20240605080000+07'00' */
static result instant_of(struct arena *arena, struct slice date, int64_t *ret_instant_ms) {
  if (date.len != 23 || !slice_starts(date, S("D:")) || !slice_ends(date, S("+07'00'"))) {
    FAIL(PDF_SYNTAX, "/M is not a date of ours");
  }
  const char *d = (const char *)date.ptr + 2;
  struct slice rfc3339 =
      arena_printf(arena, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s+07:00", d, d + 4, d + 6, d + 8, d + 10, d + 12);
  if (!is_ok(clock_instant_parse(rfc3339, ret_instant_ms))) {
    FAIL(PDF_SYNTAX, "/M is not a date of ours");
  }
  return OK;
}

static result read_text(struct arena *arena, const struct pdf_value *dictionary, const char *key,
                        struct slice *ret_text) {
  const struct pdf_value *value = pdf_dictionary_find(dictionary, key);
  if (!is_kind(value, PDF_STRING)) {
    FAIL(PDF_SYNTAX, "a signature without /%s", key);
  }
  *ret_text = text_of(arena, value->text);
  return OK;
}

result pdf_signature_read(struct arena *arena, const struct pdf_document *document, const char *field,
                          struct pdf_signature *ret_signature, struct slice *ret_contents) {
  struct form form;
  struct pdf_signature signature = {.field = field};
  TRY(find_form(document, field, &form));
  const struct pdf_value *dictionary = pdf_follow(document, pdf_dictionary_find(form.field, "V"));
  const struct pdf_value *picture =
      pdf_follow(document, pdf_dictionary_find(pdf_dictionary_find(form.field, "AP"), "N"));
  const struct pdf_value *contents = pdf_dictionary_find(dictionary, "Contents");
  const struct pdf_value *date = pdf_dictionary_find(dictionary, "M");
  if (!is_kind(dictionary, PDF_DICTIONARY) || !is_kind(picture, PDF_STREAM) || !is_kind(contents, PDF_STRING) ||
      !is_kind(date, PDF_STRING)) {
    FAIL(PDF_SYNTAX, "field %s holds no signature of ours", field);
  }
  TRY(read_text(arena, dictionary, "Name", &signature.name));
  TRY(read_text(arena, dictionary, "Reason", &signature.reason));
  TRY(read_text(arena, dictionary, "Location", &signature.place));
  TRY(instant_of(arena, date->text, &signature.signed_at_ms));
  signature.picture = picture->text;
  signature.contents_bytes = contents->text.len;
  signature.certifies = pdf_dictionary_find(dictionary, "Reference") != NULL;
  *ret_signature = signature;
  *ret_contents = contents->text;
  return OK;
}
