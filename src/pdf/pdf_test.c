#include "pdf/pdf.h"

#include <pthread.h>

#include "base/buf.h"
#include "base/unit_test.h"

static int open_renderer(void **state) {
  struct pdf_renderer *renderer = NULL;
  assert_ok(pdf_renderer_open(&renderer));
  *state = renderer;
  return 0;
}

static int close_renderer(void **state) {
  pdf_renderer_close(*state);
  return 0;
}

static const struct slice bases[] = {
    S_INIT("Căn cứ Luật Lý lịch tư pháp ngày 17 tháng 6 năm 2009"),
    S_INIT("Căn cứ Nghị định số 111/2010/NĐ-CP ngày 23 tháng 11 năm 2010 của Chính phủ"),
};

static struct pdf_certificate sample(void) {
  return (struct pdf_certificate){
      .kind = PDF_CERTIFICATE_1,
      .agency_above = S("ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI"),
      .agency = S("SỞ TƯ PHÁP"),
      .number = S("25HN2024/00001"),
      .place = S("Hà Nội"),
      .issued_on = clock_date_from((struct civil_date){2024, 6, 5}),
      .legal_bases = bases,
      .legal_base_count = 2,
      .name = S("NGUYỄN THỊ HƯƠNG GIANG"),
      .sex = S("Nữ"),
      .birth = S("28/02/1993"),
      .birth_place = S("Phường Hàng Bạc, quận Hoàn Kiếm, thành phố Hà Nội"),
      .nationality = S("Việt Nam"),
      .residence_permanent = S("Số 15, ngõ 102 phố Trường Chinh, phường Phương Mai, quận Đống Đa, thành phố Hà Nội"),
      .document_type = S("Căn cước công dân"),
      .document_number = S("001193000017"),
      .document_date = clock_date_from((struct civil_date){2021, 5, 10}),
      .document_place = S("Cục Cảnh sát quản lý hành chính về trật tự xã hội"),
      .father = {S("NGUYỄN VĂN BÌNH"), S("02/01/1965")},
      .mother = {S("TRẦN THỊ LAN"), S("")},
      .signer_authority = S("KT. GIÁM ĐỐC"),
      .signer_post = S("PHÓ GIÁM ĐỐC"),
      .signer_name = S("Phạm Quốc Khánh"),
      .dossier_code = S("H26.11-240605-0001"),
      .check_url = S("http://localhost:8080/check?code=25HN2024%2F00001"),
      .created_at_ms = 1717549200000,
  };
}

static const struct pdf_conviction conviction = {
    S_INIT("Bản án số 12/2015/HSST"),
    S_INIT("Tòa án nhân dân quận Đống Đa, thành phố Hà Nội"),
    16600,
    S_INIT("Trộm cắp tài sản, khoản 1 Điều 138 Bộ luật Hình sự năm 1999"),
    S_INIT("09 tháng tù cho hưởng án treo, thời gian thử thách 18 tháng"),
    S_INIT("Đã xóa án tích ngày 05/06/2018"),
    true,
};

static const struct pdf_slip slip = {
    .paper = PDF_A5,
    .agency = S_INIT("SỞ TƯ PHÁP"),
    .place = S_INIT("Hà Nội"),
    .issued_on = 19879,
    .title = S_INIT("GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"),
    .subtitle = S_INIT("Mã hồ sơ: H26.11-240605-0001"),
    .rows = (const struct pdf_row[]){{S_INIT("Họ và tên"), S_INIT("NGUYỄN THỊ HƯƠNG GIANG")},
                                     {S_INIT("Thời gian trả kết quả"), S_INIT("ngày 19 tháng 6 năm 2024")}},
    .row_count = 2,
    .signer_post = S_INIT("NGƯỜI TIẾP NHẬN"),
    .qr_text = S_INIT("http://localhost:8080/check?code=H26.11-240605-0001"),
};

static size_t page_count(struct arena *arena, struct slice bytes) {
  struct pdf_document document;
  assert_ok(pdf_document_open(arena, bytes, &document));
  const struct pdf_value *root = pdf_follow(&document, pdf_dictionary_find(&document.revisions[0].trailer, "Root"));
  const struct pdf_value *pages = pdf_follow(&document, pdf_dictionary_find(root, "Pages"));
  return (size_t)pdf_dictionary_find(pages, "Count")->integer;
}

static void same_input_gives_same_bytes(void **state) {
  struct arena arena = {0};
  struct pdf_certificate certificate = sample();
  struct slice first;
  struct slice second;
  assert_ok(pdf_certificate_write(*state, &arena, &certificate, &first));
  assert_ok(pdf_certificate_write(*state, &arena, &certificate, &second));
  assert_true(slice_eq(first, second));
  struct pdf_renderer *other = NULL;
  assert_ok(pdf_renderer_open(&other));
  assert_ok(pdf_certificate_write(other, &arena, &certificate, &second));
  assert_true(slice_eq(first, second));
  pdf_renderer_close(other);
  certificate.name = S("NGUYỄN THỊ HƯƠNG GIAN");
  assert_ok(pdf_certificate_write(*state, &arena, &certificate, &second));
  assert_false(slice_eq(first, second));
  assert_int_equal(page_count(&arena, first), 1);
  arena_free(&arena);
}

static void has_two_empty_signature_fields(void **state) {
  struct arena arena = {0};
  struct pdf_certificate certificate = sample();
  struct slice bytes;
  struct pdf_document document;
  assert_ok(pdf_certificate_write(*state, &arena, &certificate, &bytes));
  assert_ok(pdf_document_open(&arena, bytes, &document));
  const struct pdf_value *root = pdf_follow(&document, pdf_dictionary_find(&document.revisions[0].trailer, "Root"));
  const struct pdf_value *fields = pdf_dictionary_find(pdf_dictionary_find(root, "AcroForm"), "Fields");
  static const char *const names[] = {PDF_FIELD_PERSON, PDF_FIELD_SEAL};
  assert_int_equal(fields->count, 2);
  for (size_t i = 0; i < 2; i++) {
    const struct pdf_value *field = pdf_follow(&document, &fields->items[i]);
    assert_true(slice_is(pdf_dictionary_find(field, "T")->text, names[i]));
    assert_null(pdf_dictionary_find(field, "V"));
  }
  arena_free(&arena);
}

/* [Law 28/2009 Art 42, 43] */
static void refuses_what_a_certificate_may_not_show(void **state) {
  struct arena arena = {0};
  struct slice bytes = {0};
  struct pdf_certificate certificate = sample();
  certificate.convictions = &conviction;
  certificate.conviction_count = 1;
  assert_code(pdf_certificate_write(*state, &arena, &certificate, &bytes), PDF_CONTENT); /* expunged, on No. 1 */
  certificate.kind = PDF_CERTIFICATE_2;
  assert_code(pdf_certificate_write(*state, &arena, &certificate, &bytes), PDF_CONTENT); /* bans not asked, on No. 2 */
  certificate.ban_answer = PDF_BANS_LISTED;
  assert_code(pdf_certificate_write(*state, &arena, &certificate, &bytes), PDF_CONTENT); /* listed, but none there */
  certificate.ban_answer = PDF_BANS_NONE;
  assert_ok(pdf_certificate_write(*state, &arena, &certificate, &bytes));
  certificate.signer_name = S("");
  assert_code(pdf_certificate_write(*state, &arena, &certificate, &bytes), PDF_CONTENT);
  assert_int_not_equal(bytes.len, 0);
  arena_free(&arena);
}

static void shows_a_name_whole_or_not_at_all(void **state) {
  static const struct {
    const char *name;
    uint16_t code;
  } cases[] = {
      {"NGUYỄN ỲẶỮ đỵ", 0},      {"Łukasz Šimůnek-Ødegård", 0}, /* the wide repertoire */
      {"李小龙", PDF_CHARACTER}, {"A\nB", PDF_CHARACTER},       {"broken \xC3", PDF_CHARACTER}, {"👍", PDF_CHARACTER},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct pdf_certificate certificate = sample();
    struct slice bytes;
    certificate.name = slice_str(cases[i].name);
    assert_code(pdf_certificate_write(*state, &arena, &certificate, &bytes), cases[i].code);
  }
  arena_free(&arena);
}

static void long_texts_and_lists_go_over_pages(void **state) {
  struct arena arena = {0};
  struct slice bytes;
  uint8_t *word = arena_alloc(&arena, PDF_FIELD_BYTES_MAX + 1);
  memset(word, 'W', PDF_FIELD_BYTES_MAX + 1);
  struct pdf_conviction *many = ARENA_ARRAY(&arena, struct pdf_conviction, PDF_CONVICTIONS_MAX + 1);
  for (size_t i = 0; i <= PDF_CONVICTIONS_MAX; i++) {
    many[i] = conviction;
  }
  many[3].crime = slice_of(word, PDF_FIELD_BYTES_MAX); /* taller than a page */
  struct pdf_certificate certificate = sample();
  certificate.kind = PDF_CERTIFICATE_2;
  certificate.ban_answer = PDF_BANS_NONE;
  certificate.residence_permanent = slice_of(word, PDF_FIELD_BYTES_MAX - 3);
  certificate.convictions = many;
  certificate.conviction_count = PDF_CONVICTIONS_MAX;
  assert_ok(pdf_certificate_write(*state, &arena, &certificate, &bytes));
  assert_true(page_count(&arena, bytes) > 10);
  certificate.conviction_count++;
  assert_code(pdf_certificate_write(*state, &arena, &certificate, &bytes), PDF_TOO_LONG);
  certificate.conviction_count = 1;
  certificate.residence_permanent = slice_of(word, PDF_FIELD_BYTES_MAX + 1);
  assert_code(pdf_certificate_write(*state, &arena, &certificate, &bytes), PDF_TOO_LONG);
  arena_free(&arena);
}

static void slips_are_one_design(void **state) {
  struct arena arena = {0};
  struct slice bytes;
  struct pdf_slip other = slip;
  assert_ok(pdf_slip_write(*state, &arena, &other, &bytes));
  assert_int_equal(page_count(&arena, bytes), 1);
  other.paper = PDF_A4;
  other.qr_text = S("");
  assert_ok(pdf_slip_write(*state, &arena, &other, &bytes));
  other.title = S("");
  assert_code(pdf_slip_write(*state, &arena, &other, &bytes), PDF_CONTENT);
  arena_free(&arena);
}

struct worker {
  struct pdf_renderer *renderer;
  struct slice expected;
  bool same;
};

static void *work(void *argument) {
  struct worker *worker = argument;
  struct pdf_certificate certificate = sample();
  worker->same = true;
  for (int i = 0; i < 20; i++) {
    struct arena arena = {0};
    struct slice bytes;
    worker->same = is_ok(pdf_certificate_write(worker->renderer, &arena, &certificate, &bytes)) &&
                   slice_eq(bytes, worker->expected) && worker->same;
    arena_free(&arena);
  }
  return NULL;
}

static void threads_share_a_renderer(void **state) {
  enum { THREADS = 4 };
  struct arena arena = {0};
  struct pdf_certificate certificate = sample();
  struct worker workers[THREADS];
  pthread_t threads[THREADS];
  struct slice expected;
  assert_ok(pdf_certificate_write(*state, &arena, &certificate, &expected));
  for (size_t i = 0; i < THREADS; i++) {
    workers[i] = (struct worker){*state, expected, false};
    assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
  }
  for (size_t i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(workers[i].same);
  }
  arena_free(&arena);
}

/* What is stored once for all papers is indeed the beginning of each; a changed paper, or one of other fonts, has another. */
static void papers_share_their_front(void **state) {
  struct arena arena = {0};
  struct pdf_certificate certificate = sample();
  struct slice one;
  struct slice other;
  struct slice foreign;
  assert_ok(pdf_certificate_write(*state, &arena, &certificate, &one));
  certificate.number = S("25HN2024/00002");
  assert_ok(pdf_certificate_write(*state, &arena, &certificate, &other));
  certificate.name = S("BJÖRN ŁUKASZ");
  assert_ok(pdf_certificate_write(*state, &arena, &certificate, &foreign));
  size_t front = pdf_front_length(*state, one);
  assert_true(front > one.len / 2 && front < one.len);
  assert_int_equal(pdf_front_length(*state, other), front);
  assert_memory_equal(one.ptr, other.ptr, front);
  assert_true(pdf_front_length(*state, foreign) > front);
  ((uint8_t *)(uintptr_t)other.ptr)[front - 1] ^= 1;
  assert_int_equal(pdf_front_length(*state, other), 0);
  assert_int_equal(pdf_front_length(*state, slice_sub(one, 0, front - 1)), 0);
  arena_free(&arena);
}

/* The reader takes what the writer made, and nothing that differs from it in how it is put together. */
static void reader_refuses_disorder(void **state) {
  struct arena arena = {0};
  struct slice bytes;
  struct pdf_document document;
  assert_ok(pdf_slip_write(*state, &arena, &slip, &bytes));
  assert_ok(pdf_document_open(&arena, bytes, &document));
  assert_code(pdf_document_at(&arena, &document, 2, &document), PDF_SYNTAX);
  size_t structure[] = {0,
                        8,                                 /* version */
                        15,                                /* first object's number */
                        document.revisions[0].xref_offset, /* "xref" */
                        document.revisions[0].xref_offset + 30,
                        bytes.len - 1,
                        bytes.len - 8};
  for (size_t i = 0; i < sizeof structure / sizeof *structure; i++) {
    struct slice copy = arena_copy(&arena, bytes);
    ((uint8_t *)(uintptr_t)copy.ptr)[structure[i]] ^= 1;
    assert_code(pdf_document_open(&arena, copy, &document), PDF_SYNTAX);
  }
  for (size_t len = 0; len < bytes.len; len += 97) { /* cut short */
    assert_code(pdf_document_open(&arena, slice_sub(bytes, 0, len), &document), PDF_SYNTAX);
  }
  assert_code(pdf_document_open(&arena, arena_printf(&arena, "%.*s ", SLICE_ARG(bytes)), &document), PDF_SYNTAX);
  arena_free(&arena);
}

static void reader_refuses_odd_values(void **state) {
  (void)state;
  static const struct {
    const char *value;
    uint16_t code;
  } cases[] = {
      {"<< /A 1 /B [1 -0.5 true null] /C (x) /D <0aff> /E 1 0 R >>", 0},
      {"<< /A 1 /A 2 >>", PDF_SYNTAX},
      {"<0AFF>", PDF_SYNTAX},
      {"<0af>", PDF_SYNTAX},
      {"01", PDF_SYNTAX},
      {"-0", PDF_SYNTAX},
      {"+1", PDF_SYNTAX},
      {"(a(b))", PDF_SYNTAX},
      {"(\\101)", PDF_SYNTAX},
      {"/A#42", PDF_SYNTAX},
      {"% comment\n1", PDF_SYNTAX},
      {"truely", PDF_SYNTAX},
      {"[[[[[[[[[[[[[[1]]]]]]]]]]]]]]", PDF_SYNTAX},
      {"9999999999999999", PDF_SYNTAX},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buf file;
    struct pdf_document document;
    buf_init(&file, &arena, 512);
    buf_printf(&file, "%%PDF-1.7\n%%\xE2\xE3\xCF\xD3\n1 0 obj\n%s\nendobj\n", cases[i].value);
    size_t xref = file.len;
    buf_printf(&file,
               "xref\n0 2\n0000000000 65535 f \n0000000015 00000 n \ntrailer\n<< /Size 2 /Root 1 0 R "
               ">>\nstartxref\n%zu\n%%%%EOF\n",
               xref);
    assert_code(pdf_document_open(&arena, buf_slice(&file), &document), cases[i].code);
  }
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_input_gives_same_bytes),
      cmocka_unit_test(has_two_empty_signature_fields),
      cmocka_unit_test(refuses_what_a_certificate_may_not_show),
      cmocka_unit_test(shows_a_name_whole_or_not_at_all),
      cmocka_unit_test(long_texts_and_lists_go_over_pages),
      cmocka_unit_test(slips_are_one_design),
      cmocka_unit_test(threads_share_a_renderer),
      cmocka_unit_test(papers_share_their_front),
      cmocka_unit_test(reader_refuses_disorder),
      cmocka_unit_test(reader_refuses_odd_values),
  };
  return cmocka_run_group_tests(tests, open_renderer, close_renderer);
}
