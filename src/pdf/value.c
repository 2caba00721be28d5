/* Values of PDF, strictly: one spelling of blanks is not demanded (verification compares bytes), but whatever is
 * ambiguous, unusual or not written by us is refused. */
#include "pdf/reader.h"

enum { NESTING_MAX = 12, ENTRIES_MAX = 20000 };

static bool is_blank(uint8_t byte) {
  return byte == ' ' || byte == '\n';
}
static bool is_digit(uint8_t byte) {
  return byte >= '0' && byte <= '9';
}
static bool is_delimiter(uint8_t byte) {
  return is_blank(byte) || byte == '/' || byte == '<' || byte == '>' || byte == '[' || byte == ']' || byte == '(' ||
         byte == ')';
}

static void skip_blanks(struct pdf_scan *scan) {
  while (scan->at < scan->bytes.len && is_blank(scan->bytes.ptr[scan->at])) {
    scan->at++;
  }
}

static int peek(const struct pdf_scan *scan, size_t ahead) {
  return scan->at + ahead < scan->bytes.len ? scan->bytes.ptr[scan->at + ahead] : -1;
}

static bool ends_here(const struct pdf_scan *scan) {
  return scan->at >= scan->bytes.len || is_delimiter(scan->bytes.ptr[scan->at]);
}

bool pdf_scan_word(struct pdf_scan *scan, const char *word) {
  struct slice wanted = slice_str(word);
  if (!slice_starts(slice_from(scan->bytes, scan->at), wanted)) {
    return false;
  }
  scan->at += wanted.len;
  return true;
}

result pdf_scan_integer(struct pdf_scan *scan, int64_t *ret_integer) {
  enum { DIGITS_MAX = 15 };
  size_t from = scan->at;
  bool negative = peek(scan, 0) == '-';
  scan->at += negative;
  size_t first = scan->at;
  int64_t value = 0;
  while (scan->at < scan->bytes.len && is_digit(scan->bytes.ptr[scan->at]) && scan->at - first < DIGITS_MAX) {
    value = value * 10 + (scan->bytes.ptr[scan->at++] - '0');
  }
  size_t digits = scan->at - first;
  /* one spelling a number: no leading nought, no -0 */
  if (digits == 0 || (digits > 1 && scan->bytes.ptr[first] == '0') || (negative && value == 0)) {
    FAIL(PDF_SYNTAX, "no whole number at byte %zu", from);
  }
  *ret_integer = negative ? -value : value;
  return OK;
}

static result read_number(struct pdf_scan *scan, struct pdf_value *ret_value) {
  size_t from = scan->at;
  bool negative = peek(scan, 0) == '-';
  int64_t integer = 0;
  /* -0.5 is a real with an integer part that pdf_scan_integer would refuse */
  if (negative && peek(scan, 1) == '0') {
    scan->at += 2;
  } else {
    TRY(pdf_scan_integer(scan, &integer));
  }
  ret_value->kind = PDF_INTEGER;
  ret_value->integer = integer;
  if (peek(scan, 0) == '.' && is_digit((uint8_t)peek(scan, 1))) {
    ret_value->kind = PDF_REAL;
    scan->at++;
    while (scan->at < scan->bytes.len && is_digit(scan->bytes.ptr[scan->at])) {
      scan->at++;
    }
  } else if (negative && integer == 0) {
    FAIL(PDF_SYNTAX, "-0 at byte %zu", from);
  }
  ret_value->text = slice_sub(scan->bytes, from, scan->at - from);
  if (!ends_here(scan)) {
    FAIL(PDF_SYNTAX, "a number runs on at byte %zu", scan->at);
  }
  return OK;
}

/* "N 0 R" after the integer N has been read; leaves the scan alone when it is not one. */
static void read_reference(struct pdf_scan *scan, struct pdf_value *value) {
  if (value->kind == PDF_INTEGER && value->integer > 0 && pdf_scan_word(scan, " 0 R")) {
    value->kind = PDF_REFERENCE;
  }
}

static result read_name(struct pdf_scan *scan, struct slice *ret_name) {
  enum { NAME_MAX_BYTES = 127 };
  size_t from = ++scan->at;
  while (!ends_here(scan)) {
    uint8_t byte = scan->bytes.ptr[scan->at];
    if (byte <= ' ' || byte >= 0x7F || byte == '#' || byte == '%' || byte == '{' || byte == '}') {
      FAIL(PDF_SYNTAX, "a name with byte 0x%02x at %zu", byte, scan->at);
    }
    scan->at++;
  }
  if (scan->at == from || scan->at - from > NAME_MAX_BYTES) {
    FAIL(PDF_SYNTAX, "a name of %zu bytes at %zu", scan->at - from, from);
  }
  *ret_name = slice_sub(scan->bytes, from, scan->at - from);
  return OK;
}

/* (...) of printable ASCII without escapes or parentheses within: the only kind we write. */
static result read_literal(struct pdf_scan *scan, struct slice *ret_text) {
  size_t from = ++scan->at;
  while (peek(scan, 0) != ')') {
    int byte = peek(scan, 0);
    if (byte < ' ' || byte > '~' || byte == '(' || byte == '\\') {
      FAIL(PDF_SYNTAX, "a string with byte %d at %zu", byte, scan->at);
    }
    scan->at++;
  }
  *ret_text = slice_sub(scan->bytes, from, scan->at - from);
  scan->at++;
  return OK;
}

static int hex_digit(int byte) {
  if (byte >= '0' && byte <= '9') {
    return byte - '0';
  }
  return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1; /* lower case only: one spelling */
}

static result read_hex(struct pdf_scan *scan, struct slice *ret_text) {
  size_t from = ++scan->at;
  size_t end = slice_find(scan->bytes, '>', from);
  if (end == scan->bytes.len || (end - from) % 2 != 0) {
    FAIL(PDF_SYNTAX, "a hexadecimal string without end at byte %zu", from);
  }
  uint8_t *out = arena_alloc(scan->arena, (end - from) / 2 + 1);
  for (size_t at = from; at < end; at += 2) {
    int high = hex_digit(scan->bytes.ptr[at]);
    int low = hex_digit(scan->bytes.ptr[at + 1]);
    if (high < 0 || low < 0) {
      FAIL(PDF_SYNTAX, "no hexadecimal digit at byte %zu", at);
    }
    out[(at - from) / 2] = (uint8_t)(high * 16 + low);
  }
  *ret_text = slice_of(out, (end - from) / 2);
  scan->at = end + 1;
  return OK;
}

static result read_array(struct pdf_scan *scan, struct pdf_value *ret_value) {
  struct buf items;
  buf_init(&items, scan->arena, 4 * sizeof(struct pdf_value));
  scan->at++;
  skip_blanks(scan);
  while (peek(scan, 0) != ']') {
    struct pdf_value item;
    TRY(pdf_scan_value(scan, &item));
    buf_append(&items, slice_of(&item, sizeof item));
    skip_blanks(scan);
    if (++ret_value->count > ENTRIES_MAX) {
      FAIL(PDF_SYNTAX, "an array of more than %d items", ENTRIES_MAX);
    }
  }
  scan->at++;
  ret_value->kind = PDF_ARRAY;
  ret_value->items = (const struct pdf_value *)(const void *)items.ptr;
  return OK;
}

static result read_dictionary(struct pdf_scan *scan, struct pdf_value *ret_value) {
  struct buf items;
  struct buf keys;
  buf_init(&items, scan->arena, 8 * sizeof(struct pdf_value));
  buf_init(&keys, scan->arena, 8 * sizeof(struct slice));
  scan->at += 2;
  skip_blanks(scan);
  ret_value->kind = PDF_DICTIONARY;
  while (!pdf_scan_word(scan, ">>")) {
    struct slice key;
    struct pdf_value item;
    if (peek(scan, 0) != '/') {
      FAIL(PDF_SYNTAX, "no key at byte %zu", scan->at);
    }
    TRY(read_name(scan, &key));
    for (size_t i = 0; i < ret_value->count; i++) {
      if (slice_eq(((const struct slice *)(const void *)keys.ptr)[i], key)) {
        FAIL(PDF_SYNTAX, "a key twice at byte %zu", scan->at);
      }
    }
    skip_blanks(scan);
    TRY(pdf_scan_value(scan, &item));
    buf_append(&keys, slice_of(&key, sizeof key));
    buf_append(&items, slice_of(&item, sizeof item));
    ret_value->count++;
    skip_blanks(scan);
    if (ret_value->count > 100) {
      FAIL(PDF_SYNTAX, "a dictionary of more than 100 keys at byte %zu", scan->at);
    }
  }
  ret_value->keys = (const struct slice *)(const void *)keys.ptr;
  ret_value->items = (const struct pdf_value *)(const void *)items.ptr;
  return OK;
}

static result read_word(struct pdf_scan *scan, struct pdf_value *ret_value) {
  if (pdf_scan_word(scan, "true")) {
    ret_value->kind = PDF_BOOLEAN;
    ret_value->integer = 1;
  } else if (pdf_scan_word(scan, "false")) {
    ret_value->kind = PDF_BOOLEAN;
  } else if (!pdf_scan_word(scan, "null")) {
    FAIL(PDF_SYNTAX, "no value at byte %zu", scan->at);
  }
  if (!ends_here(scan)) {
    FAIL(PDF_SYNTAX, "a word runs on at byte %zu", scan->at);
  }
  return OK;
}

static result read_by_first_byte(struct pdf_scan *scan, struct pdf_value *value) {
  int byte = peek(scan, 0);
  if (byte == '/') {
    value->kind = PDF_NAME;
    return read_name(scan, &value->text);
  }
  if (byte == '[') {
    return read_array(scan, value);
  }
  if (byte == '<' && peek(scan, 1) == '<') {
    return read_dictionary(scan, value);
  }
  if (byte == '<' || byte == '(') {
    value->kind = PDF_STRING;
    return byte == '<' ? read_hex(scan, &value->text) : read_literal(scan, &value->text);
  }
  if (byte == '-' || (byte >= '0' && byte <= '9')) {
    TRY(read_number(scan, value));
    read_reference(scan, value);
    return OK;
  }
  return read_word(scan, value);
}

result pdf_scan_value(struct pdf_scan *scan, struct pdf_value *ret_value) {
  struct pdf_value value = {.kind = PDF_NULL};
  size_t from = scan->at;
  if (scan->depth == NESTING_MAX) {
    FAIL(PDF_SYNTAX, "values nested deeper than %d", NESTING_MAX);
  }
  scan->depth++;
  result read = read_by_first_byte(scan, &value);
  scan->depth--;
  TRY(read);
  value.raw = slice_sub(scan->bytes, from, scan->at - from);
  *ret_value = value;
  return OK;
}

const struct pdf_value *pdf_dictionary_find(const struct pdf_value *dictionary, const char *key) {
  if (dictionary == NULL || (dictionary->kind != PDF_DICTIONARY && dictionary->kind != PDF_STREAM)) {
    return NULL;
  }
  for (size_t i = 0; i < dictionary->count; i++) {
    if (slice_is(dictionary->keys[i], key)) {
      return &dictionary->items[i];
    }
  }
  return NULL;
}
