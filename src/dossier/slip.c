/* dossier/slip.c: the one-stop shop's slips as printable pages [Circular 01/2018/TT-VPCP, forms 01-04]. */
#include "base/buf.h"
#include "codec/utf8.h"
#include "dossier/act.h"
#include "dossier/certificate.h"

struct page {
  struct db_tx *tx;
  struct arena *arena;
  const struct dossier *dossier;
  const struct dossier_slip *slip;
  int32_t date_before; /* of an apology: the date it replaces */
  struct slice procedure_name;
  struct pdf_row rows[14];
  size_t row_count;
};

static const struct {
  const char *title;
  const char *opening;
} forms[] = {
    [DOSSIER_SLIP_RECEIPT] = {"GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
                              "Bộ phận Tiếp nhận và Trả kết quả đã tiếp nhận hồ sơ sau đây:"},
    [DOSSIER_SLIP_SUPPLEMENT] = {"PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ",
                                 "Đề nghị bổ sung, hoàn thiện hồ sơ sau đây (yêu cầu một lần, đầy đủ):"},
    [DOSSIER_SLIP_REFUSAL] = {"PHIẾU TỪ CHỐI TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ",
                              "Không tiếp nhận, giải quyết hồ sơ sau đây:"},
    [DOSSIER_SLIP_APOLOGY] = {"PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ",
                              "Cơ quan xin lỗi vì chưa trả được kết quả đúng hẹn và hẹn lại một lần:"},
};

static void add_row(struct page *page, struct slice label, struct slice value) {
  if (!slice_empty(value) && page->row_count < sizeof page->rows / sizeof *page->rows) {
    page->rows[page->row_count++] = (struct pdf_row){label, value};
  }
}

static struct slice money(struct arena *arena, int64_t amount) {
  struct slice digits = arena_printf(arena, "%lld", (long long)amount);
  struct buf text;
  buf_init(&text, arena, digits.len * 2 + 8);
  for (size_t i = 0; i < digits.len; i++) {
    if (i > 0 && (digits.len - i) % 3 == 0) {
      buf_append_byte(&text, '.');
    }
    buf_append_byte(&text, digits.ptr[i]);
  }
  buf_append(&text, S(" đồng"));
  return buf_slice(&text);
}

int32_t dossier_slip_date_before(const struct dossier_slip *slips, const struct dossier_slip *slip) {
  while (slip-- > slips) {
    if (slip->kind == DOSSIER_SLIP_RECEIPT) {
      return slip->date;
    }
  }
  return 0;
}

static void add_dates(struct page *page) {
  const struct dossier_slip *slip = page->slip;
  if (slip->date == 0) {
    return;
  }
  struct slice date = clock_date_write_vi(page->arena, slip->date);
  if (slip->kind != DOSSIER_SLIP_APOLOGY) {
    add_row(page, S("Ngày hẹn trả kết quả"), date);
    return;
  }
  add_row(page, S("Hạn đầu tiên (sớm hay muộn tính theo hạn này)"), clock_date_write_vi(page->arena, page->date_before));
  add_row(page, S("Hẹn lại ngày"), date);
}

/* Whom it is about, and who came with it: a parent, a guardian, a relative at the counter. */
static result add_people(struct page *page) {
  const struct dossier *d = page->dossier;
  struct register_person person;
  struct register_person applicant;
  TRY(register_person_load(page->tx, page->arena, d->person_id, &person));
  if (d->applicant_id == d->person_id) {
    add_row(page, S("Người đề nghị"), person.name);
    return OK;
  }
  TRY(register_person_load(page->tx, page->arena, d->applicant_id, &applicant));
  add_row(page, S("Người đề nghị"), applicant.name);
  add_row(page, S("Cho"), person.name);
  return OK;
}

static result fill_rows(struct page *page) {
  const struct dossier *d = page->dossier;
  add_row(page, S("Mã hồ sơ"), d->code);
  add_row(page, S("Thủ tục"), page->procedure_name);
  add_row(page, S("Mã thủ tục"), d->national_code);
  TRY(add_people(page));
  add_row(page, S("Ngày nộp"), clock_date_write_vi(page->arena, clock_date_of(d->submitted_at_ms)));
  if (d->received_at_ms != 0) {
    add_row(page, S("Ngày tiếp nhận"), clock_date_write_vi(page->arena, clock_date_of(d->received_at_ms)));
  }
  add_row(page, S("Phí"), money(page->arena, d->fee));
  if (d->support > 0) {
    add_row(page, S("Được hỗ trợ"), money(page->arena, d->support));
  }
  add_row(page, S("Nội dung"), page->slip->text);
  add_dates(page);
  return OK;
}

static result fill_slip(struct env *env, struct page *page, struct pdf_slip *ret_slip) {
  const struct dossier *d = page->dossier;
  int32_t day = clock_date_of(page->slip->at_ms);
  struct register_agency agency;
  TRY(register_agency_load(page->tx, page->arena, d->agency_code, day, &agency));
  TRY(fill_rows(page));
  struct slice *opening = ARENA_NEW(page->arena, struct slice);
  struct slice *closing = ARENA_NEW(page->arena, struct slice);
  *opening = slice_str(forms[page->slip->kind].opening);
  *closing = arena_printf(page->arena, "Căn cứ: %.*s.", SLICE_ARG(dossier_act_one_stop_basis(day)));
  struct pdf_slip slip = {
      .paper = PDF_A5,
      .place = dossier_certificate_place(d->province, day),
      .issued_on = day,
      .title = slice_str(forms[page->slip->kind].title),
      .subtitle = arena_printf(page->arena, "Mã hồ sơ: %.*s", SLICE_ARG(d->code)),
      .opening = opening,
      .opening_count = 1,
      .rows = page->rows,
      .row_count = page->row_count,
      .closing = closing,
      .closing_count = 1,
      .signer_post = S("BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ"),
      .qr_text = arena_printf(page->arena, "%.*s/app/dossiers/%.*s", SLICE_ARG(env->origin), SLICE_ARG(d->code)),
      .created_at_ms = page->slip->at_ms};
  TRY(utf8_upper(agency.name_vi, page->arena, &slip.agency));
  *ret_slip = slip;
  return OK;
}

static result find_procedure_name(const struct dossier_works *works, struct page *page) {
  struct procedure_summaries list;
  const struct dossier *d = page->dossier;
  TRY(procedure_list(works->procedures, clock_date_of(d->submitted_at_ms), page->arena, &list));
  for (size_t i = 0; i < list.count; i++) {
    if (slice_eq(list.items[i].name, d->procedure)) {
      page->procedure_name = list.items[i].name_vi;
    }
  }
  return OK;
}

result dossier_slip_write(struct env *env, const struct dossier_works *works, struct arena *arena,
                          const struct dossier_slip_order *order, struct slice *ret_pdf) {
  struct pdf_slip slip;
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    struct dossier_slip *slips = NULL;
    size_t count = 0;
    const struct dossier_slip *newest = NULL;
    TRY(dossier_slips(tx, arena, order->dossier, &slips, &count));
    for (size_t i = 0; i < count; i++) {
      newest = slips[i].kind == order->kind ? &slips[i] : newest;
    }
    if (newest == NULL) {
      FAIL(DOSSIER_UNKNOWN, "no slip of that kind");
    }
    struct page *page = ARENA_NEW(arena, struct page);
    *page = (struct page){.tx = tx,
                          .arena = arena,
                          .dossier = order->dossier,
                          .slip = newest,
                          .date_before = dossier_slip_date_before(slips, newest)};
    TRY(find_procedure_name(works, page));
    TRY(fill_slip(env, page, &slip));
  }
  return pdf_slip_write(works->renderer, arena, &slip, ret_pdf);
}
