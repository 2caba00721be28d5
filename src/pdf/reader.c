/* The file is read from its first byte to its last, in the order it was written, so that nothing can hide: header, then
 * for each revision its objects, their cross-reference table, trailer and end. The chain of /Prev, which other readers
 * follow from the end, is checked to be this same order.
 *
 *   header  ( object* xref trailer startxref %%EOF )+
 */
#include "pdf/reader.h"

static const struct slice header = S_INIT("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");

struct reading {
  struct pdf_scan scan;
  struct pdf_document *document;
  size_t objects_here; /* in this revision */
};

static result expect(struct pdf_scan *scan, const char *word) {
  if (!pdf_scan_word(scan, word)) {
    FAIL(PDF_SYNTAX, "byte %zu: not what belongs there", scan->at);
  }
  return OK;
}

static result read_stream(struct pdf_scan *scan, size_t from, struct pdf_value *value) {
  const struct pdf_value *length = pdf_dictionary_find(value, "Length");
  if (value->kind != PDF_DICTIONARY || length == NULL || length->kind != PDF_INTEGER || length->integer < 0 ||
      (uint64_t)length->integer > scan->bytes.len - scan->at) {
    FAIL(PDF_SYNTAX, "a stream without a length at byte %zu", scan->at);
  }
  value->kind = PDF_STREAM;
  value->text = slice_sub(scan->bytes, scan->at, (size_t)length->integer);
  scan->at += value->text.len;
  TRY(expect(scan, "\nendstream"));
  value->raw = slice_sub(scan->bytes, from, scan->at - from);
  return OK;
}

/* Numbers follow each other closely in what we write, so the array grows with the file and not with a number in it. */
static result make_room(struct reading *reading, int64_t number) {
  struct pdf_document *document = reading->document;
  if (number < 1 || number >= PDF_OBJECTS_MAX || (uint64_t)number > reading->scan.bytes.len / 20) {
    FAIL(PDF_SYNTAX, "object number %lld", (long long)number);
  }
  size_t room = document->object_room;
  while (room <= (size_t)number) {
    room *= 2;
  }
  if (room > document->object_room) {
    struct pdf_object *grown = ARENA_ARRAY(reading->scan.arena, struct pdf_object, room);
    memcpy(grown, document->objects, document->object_room * sizeof *grown);
    document->objects = grown;
    document->object_room = room;
  }
  return OK;
}

static result read_object(struct reading *reading) {
  struct pdf_scan *scan = &reading->scan;
  struct pdf_document *document = reading->document;
  size_t offset = scan->at;
  int64_t number = 0;
  TRY(pdf_scan_integer(scan, &number));
  TRY(expect(scan, " 0 obj\n"));
  TRY(make_room(reading, number));
  struct pdf_object *object = &document->objects[number];
  if (object->offset != 0 && object->revision == document->revision_count) {
    FAIL(PDF_SYNTAX, "object %lld twice in one revision", (long long)number);
  }
  struct pdf_value value;
  size_t from = scan->at;
  TRY(pdf_scan_value(scan, &value));
  if (pdf_scan_word(scan, "\nstream\n")) {
    TRY(read_stream(scan, from, &value));
  }
  TRY(expect(scan, "\nendobj\n"));
  *object = (struct pdf_object){offset, document->revision_count, value};
  document->object_count = (size_t)number >= document->object_count ? (size_t)number + 1 : document->object_count;
  reading->objects_here++;
  return OK;
}

/* "0000000123 00000 n \n": it must place an object of this revision where it is. */
static result read_entry(struct reading *reading, int64_t number) {
  enum { ENTRY_BYTES = 20, OFFSET_DIGITS = 10 };
  struct pdf_scan *scan = &reading->scan;
  struct pdf_document *document = reading->document;
  struct slice entry = slice_sub(scan->bytes, scan->at, ENTRY_BYTES);
  if (number == 0 && document->revision_count == 0) {
    return expect(scan, "0000000000 65535 f \n");
  }
  if (number < 1 || (uint64_t)number >= document->object_count || document->objects[number].offset == 0 ||
      document->objects[number].revision != document->revision_count) {
    FAIL(PDF_SYNTAX, "the table at byte %zu names an object that is not there", scan->at);
  }
  uint8_t wanted[ENTRY_BYTES + 1] = "0000000000 00000 n \n";
  size_t offset = document->objects[number].offset;
  for (int digit = OFFSET_DIGITS - 1; digit >= 0; digit--, offset /= 10) {
    wanted[digit] = (uint8_t)('0' + offset % 10);
  }
  if (!slice_eq(entry, slice_of(wanted, ENTRY_BYTES))) {
    FAIL(PDF_SYNTAX, "the table at byte %zu does not place object %lld where it is", scan->at, (long long)number);
  }
  scan->at += ENTRY_BYTES;
  reading->objects_here--;
  return OK;
}

static result read_xref(struct reading *reading) {
  struct pdf_scan *scan = &reading->scan;
  int64_t next = 0; /* sections ascend, without overlap */
  TRY(expect(scan, "xref\n"));
  while (!pdf_scan_word(scan, "trailer\n")) {
    int64_t first = 0;
    int64_t count = 0;
    TRY(pdf_scan_integer(scan, &first));
    TRY(expect(scan, " "));
    TRY(pdf_scan_integer(scan, &count));
    TRY(expect(scan, "\n"));
    if (first < next || count < 1 || count > PDF_OBJECTS_MAX) {
      FAIL(PDF_SYNTAX, "a section of the table at byte %zu", scan->at);
    }
    for (int64_t i = 0; i < count; i++) {
      TRY(read_entry(reading, first + i));
    }
    next = first + count;
  }
  if (reading->objects_here != 0) {
    FAIL(PDF_SYNTAX, "%zu objects are missing in the table before byte %zu", reading->objects_here, scan->at);
  }
  return OK;
}

static bool is_integer(const struct pdf_value *value, size_t wanted) {
  return value != NULL && value->kind == PDF_INTEGER && value->integer == (int64_t)wanted;
}

static result read_trailer(struct reading *reading, size_t xref) {
  struct pdf_scan *scan = &reading->scan;
  struct pdf_document *document = reading->document;
  struct pdf_value trailer;
  int64_t start = 0;
  TRY(pdf_scan_value(scan, &trailer));
  TRY(expect(scan, "\nstartxref\n"));
  TRY(pdf_scan_integer(scan, &start));
  TRY(expect(scan, "\n%%EOF\n"));
  const struct pdf_value *root = pdf_dictionary_find(&trailer, "Root");
  const struct pdf_value *previous = pdf_dictionary_find(&trailer, "Prev");
  bool first = document->revision_count == 0;
  if (start != (int64_t)xref || !is_integer(pdf_dictionary_find(&trailer, "Size"), document->object_count) ||
      root == NULL || root->kind != PDF_REFERENCE || pdf_dictionary_find(&trailer, "Encrypt") != NULL ||
      pdf_dictionary_find(&trailer, "XRefStm") != NULL ||
      (first ? previous != NULL
             : !is_integer(previous, document->revisions[document->revision_count - 1].xref_offset))) {
    FAIL(PDF_SYNTAX, "the trailer before byte %zu does not fit", scan->at);
  }
  document->revisions[document->revision_count++] = (struct pdf_revision){xref, scan->at, trailer};
  return OK;
}

static result read_revision(struct reading *reading) {
  struct pdf_scan *scan = &reading->scan;
  if (reading->document->revision_count == PDF_REVISIONS_MAX) {
    FAIL(PDF_SYNTAX, "more than %d revisions", PDF_REVISIONS_MAX);
  }
  reading->objects_here = 0;
  while (scan->at < scan->bytes.len && scan->bytes.ptr[scan->at] >= '1' && scan->bytes.ptr[scan->at] <= '9') {
    TRY(read_object(reading));
  }
  size_t xref = scan->at;
  TRY(read_xref(reading));
  return read_trailer(reading, xref);
}

result pdf_document_open(struct arena *arena, struct slice bytes, struct pdf_document *ret_document) {
  enum { OBJECTS_AT_FIRST = 128 }; /* a certificate of one page has some 60 */
  struct pdf_document document = {.bytes = bytes};
  if (!slice_starts(bytes, header)) {
    FAIL(PDF_SYNTAX, "not a PDF 1.7 of ours");
  }
  document.object_room = OBJECTS_AT_FIRST;
  document.objects = ARENA_ARRAY(arena, struct pdf_object, document.object_room);
  struct reading reading = {.scan = {.arena = arena, .bytes = bytes, .at = header.len}, .document = &document};
  do {
    TRY(read_revision(&reading));
  } while (reading.scan.at < bytes.len);
  *ret_document = document;
  return OK;
}

result pdf_document_at(struct arena *arena, const struct pdf_document *document, size_t revision_count,
                       struct pdf_document *ret_document) {
  if (revision_count < 1 || revision_count > document->revision_count) {
    FAIL(PDF_SYNTAX, "no revision %zu", revision_count);
  }
  return pdf_document_open(arena, slice_sub(document->bytes, 0, document->revisions[revision_count - 1].end),
                           ret_document);
}

const struct pdf_value *pdf_object_find(const struct pdf_document *document, int64_t number) {
  if (number < 1 || (uint64_t)number >= document->object_count || document->objects[number].offset == 0) {
    return NULL;
  }
  return &document->objects[number].value;
}

const struct pdf_value *pdf_follow(const struct pdf_document *document, const struct pdf_value *value) {
  return value != NULL && value->kind == PDF_REFERENCE ? pdf_object_find(document, value->integer) : value;
}
