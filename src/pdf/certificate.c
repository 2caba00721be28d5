/* The criminal record certificate. Circular 13/2011/TT-BTP, forms 06 (No. 1) and 07 (No. 2). */
#include "pdf/paper.h"

static const struct pdf_style text_style = {PT(11), PT(17.5), false};
static const struct pdf_style basis_style = {PT(10), PT(15), true};

enum { FIELD_HEIGHT = 8400, SEAL_WIDTH = 23500, PERSON_WIDTH = 21500, QR_SIDE = 6800 };
/* Signature block and QR: post, fields and name; then the check block. */
static const int32_t block_height = 3 * PT(17.5) + PT(14) + FIELD_HEIGHT + PT(8) + PT(20) + QR_SIDE;

struct layout {
  struct pdf_sheet sheet;
  const struct pdf_certificate *certificate;
  int row; /* number of the next entry */
};

static result check_convictions(const struct pdf_certificate *certificate) {
  if (certificate->conviction_count > PDF_CONVICTIONS_MAX || certificate->ban_count > PDF_CONVICTIONS_MAX) {
    FAIL(PDF_TOO_LONG, "%zu convictions, %zu bans", certificate->conviction_count, certificate->ban_count);
  }
  for (size_t i = 0; i < certificate->conviction_count; i++) {
    /* [Law 28/2009 Art 42] No. 1 shows convictions that are not expunged */
    if (certificate->kind == PDF_CERTIFICATE_1 && certificate->convictions[i].expunged) {
      FAIL(PDF_CONTENT, "conviction %zu is expunged: not for No. 1", i);
    }
  }
  return OK;
}

static result check(const struct pdf_certificate *certificate) {
  if (certificate->kind != PDF_CERTIFICATE_1 && certificate->kind != PDF_CERTIFICATE_2) {
    FAIL(PDF_CONTENT, "no certificate of kind %d", certificate->kind);
  }
  /* [Law 28/2009 Art 43] No. 2 always answers about bans */
  if (certificate->kind == PDF_CERTIFICATE_2 && certificate->ban_answer == PDF_BANS_NOT_ASKED) {
    FAIL(PDF_CONTENT, "No. 2 without an answer about bans");
  }
  if ((certificate->ban_answer == PDF_BANS_LISTED) != (certificate->ban_count > 0)) {
    FAIL(PDF_CONTENT, "%zu bans do not go with answer %d", certificate->ban_count, certificate->ban_answer);
  }
  const struct slice needed[] = {
      certificate->agency,       certificate->number,          certificate->place,       certificate->name,
      certificate->sex,          certificate->nationality,     certificate->signer_post, certificate->signer_name,
      certificate->dossier_code, certificate->document_number, certificate->check_url};
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
    if (slice_empty(needed[i])) {
      FAIL(PDF_CONTENT, "needed field %zu is empty", i);
    }
  }
  if (slice_empty(certificate->birth) || certificate->issued_on == PDF_NO_DATE) {
    FAIL(PDF_CONTENT, "date of birth or of issue is missing");
  }
  return check_convictions(certificate);
}

/* "n. label value": the value shaped, or one of the phrases. */
static result draw_entry(struct layout *layout, enum pdf_phrase label, const struct pdf_shaped *value) {
  struct pdf_sheet *sheet = &layout->sheet;
  struct pdf_shaped spans[3];
  TRY(pdf_sheet_shape(sheet, PDF_REGULAR, arena_printf(sheet->arena, "%d. ", ++layout->row), &spans[0]));
  spans[1] = pdf_sheet_phrase(sheet, label);
  spans[2] = *value;
  struct pdf_column column = {sheet->left, sheet->right - sheet->left, PDF_LEFT,
                              pdf_text_width(&spans[0], text_style.size)};
  return pdf_paragraph_draw(sheet, pdf_element_add(sheet, "P", 0), (struct pdf_spans){spans, 3}, &column, &text_style);
}

static result draw_text(struct layout *layout, enum pdf_phrase label, enum pdf_face face, struct slice text) {
  struct pdf_shaped value = pdf_sheet_phrase(&layout->sheet, PHRASE_NOTHING);
  if (text.len > 0) {
    TRY(pdf_sheet_shape(&layout->sheet, face, text, &value));
  }
  return draw_entry(layout, label, &value);
}

static result draw_relative(struct layout *layout, enum pdf_phrase label, const struct pdf_relative *relative) {
  struct arena *arena = layout->sheet.arena;
  struct pdf_shaped value = pdf_sheet_phrase(&layout->sheet, PHRASE_UNKNOWN);
  if (relative->name.len > 0) {
    struct slice born =
        slice_empty(relative->birth) ? S("") : arena_printf(arena, " – sinh: %.*s", SLICE_ARG(relative->birth));
    TRY(pdf_sheet_shape(&layout->sheet, PDF_REGULAR,
                        arena_printf(arena, "%.*s%.*s", SLICE_ARG(relative->name), SLICE_ARG(born)), &value));
  }
  return draw_entry(layout, label, &value);
}

static result draw_document(struct layout *layout) {
  const struct pdf_certificate *certificate = layout->certificate;
  struct arena *arena = layout->sheet.arena;
  struct buf text;
  buf_init(&text, arena, 256);
  buf_printf(&text, "%.*s số %.*s", SLICE_ARG(certificate->document_type), SLICE_ARG(certificate->document_number));
  if (certificate->document_date != PDF_NO_DATE) {
    buf_printf(&text, ", cấp %.*s", SLICE_ARG(pdf_date_words(arena, certificate->document_date)));
  }
  if (certificate->document_place.len > 0) {
    buf_printf(&text, ", tại %.*s", SLICE_ARG(certificate->document_place));
  }
  return draw_text(layout, PHRASE_DOCUMENT, PDF_REGULAR, buf_slice(&text));
}

static result draw_person(struct layout *layout) {
  const struct pdf_certificate *certificate = layout->certificate;
  TRY(draw_text(layout, PHRASE_NAME, PDF_BOLD, certificate->name));
  if (certificate->other_name.len > 0) {
    TRY(draw_text(layout, PHRASE_OTHER_NAME, PDF_REGULAR, certificate->other_name));
  }
  TRY(draw_text(layout, PHRASE_SEX, PDF_REGULAR, certificate->sex));
  TRY(draw_text(layout, PHRASE_BIRTH_DATE, PDF_REGULAR, certificate->birth));
  TRY(draw_text(layout, PHRASE_BIRTH_PLACE, PDF_REGULAR, certificate->birth_place));
  TRY(draw_text(layout, PHRASE_NATIONALITY, PDF_REGULAR, certificate->nationality));
  TRY(draw_text(layout, PHRASE_RESIDENCE_PERMANENT, PDF_REGULAR, certificate->residence_permanent));
  TRY(draw_text(layout, PHRASE_RESIDENCE_TEMPORARY, PDF_REGULAR, certificate->residence_temporary));
  TRY(draw_document(layout));
  if (certificate->kind == PDF_CERTIFICATE_2) {
    TRY(draw_relative(layout, PHRASE_FATHER, &certificate->father));
    TRY(draw_relative(layout, PHRASE_MOTHER, &certificate->mother));
    TRY(draw_relative(layout, PHRASE_SPOUSE, &certificate->spouse));
  }
  return OK;
}

/* Parts joined by ", ", empty ones left out. */
static struct slice join(struct arena *arena, const struct slice *parts, size_t count) {
  struct buf out;
  buf_init(&out, arena, 128);
  for (size_t i = 0; i < count; i++) {
    if (parts[i].len > 0) {
      buf_append(&out, out.len > 0 ? S(", ") : S(""));
      buf_append(&out, parts[i]);
    }
  }
  return buf_slice(&out);
}

static struct slice date_or_nothing(struct arena *arena, int32_t date) {
  return date == PDF_NO_DATE ? S("") : clock_date_write_vi(arena, date);
}

/* The last entry goes with the signatures: they should not stand alone on a page. */
static result keep_with_signatures(struct layout *layout) {
  return pdf_page_room(&layout->sheet, 3 * text_style.leading + block_height);
}

static result draw_convictions(struct layout *layout) {
  static const enum pdf_phrase headings[] = {PHRASE_TABLE_ORDER, PHRASE_TABLE_JUDGMENT, PHRASE_TABLE_CRIME,
                                             PHRASE_TABLE_PENALTY, PHRASE_TABLE_STATE};
  const struct pdf_certificate *certificate = layout->certificate;
  struct pdf_sheet *sheet = &layout->sheet;
  size_t expunged = 0;
  for (size_t i = 0; i < certificate->conviction_count; i++) {
    expunged += certificate->convictions[i].expunged;
  }
  enum pdf_phrase state = certificate->conviction_count == 0          ? PHRASE_NO_CONVICTION
                          : certificate->conviction_count == expunged ? PHRASE_EXPUNGED
                                                                      : PHRASE_HAS_CONVICTION;
  struct pdf_shaped status = pdf_sheet_phrase(sheet, state);
  if (certificate->conviction_count == 0 && certificate->ban_answer == PDF_BANS_NOT_ASKED) {
    TRY(keep_with_signatures(layout));
  }
  TRY(draw_entry(layout, PHRASE_CONVICTIONS, &status));
  if (certificate->conviction_count == 0) {
    return OK;
  }
  enum { COLUMNS = 5 };
  struct slice *cells = ARENA_ARRAY(sheet->arena, struct slice, COLUMNS * certificate->conviction_count);
  for (size_t i = 0; i < certificate->conviction_count; i++) {
    const struct pdf_conviction *conviction = &certificate->convictions[i];
    struct slice *row = &cells[COLUMNS * i];
    row[0] = arena_printf(sheet->arena, "%zu", i + 1);
    row[1] = join(sheet->arena,
                  (const struct slice[]){conviction->judgment, conviction->court,
                                         date_or_nothing(sheet->arena, conviction->judgment_date)},
                  3);
    row[2] = conviction->crime;
    row[3] = conviction->penalty;
    row[4] = conviction->state;
  }
  const int32_t all = sheet->right - sheet->left;
  const int32_t widths[COLUMNS] = {PT(27), (all - PT(27)) * 27 / 100, (all - PT(27)) * 27 / 100,
                                   (all - PT(27)) * 26 / 100,
                                   all - PT(27) - (all - PT(27)) * 27 / 100 * 2 - (all - PT(27)) * 26 / 100};
  sheet->y -= PT(4);
  TRY(pdf_table_draw(sheet,
                     &(const struct pdf_table){COLUMNS, widths, headings, certificate->conviction_count, cells}));
  sheet->y -= PT(6);
  return OK;
}

static result draw_bans(struct layout *layout) {
  static const enum pdf_phrase headings[] = {PHRASE_TABLE_ORDER, PHRASE_TABLE_POSITION, PHRASE_TABLE_DECISION,
                                             PHRASE_TABLE_PERIOD};
  const struct pdf_certificate *certificate = layout->certificate;
  struct pdf_sheet *sheet = &layout->sheet;
  if (certificate->ban_answer == PDF_BANS_NOT_ASKED) {
    return OK;
  }
  struct pdf_shaped answer = {0};
  if (certificate->ban_answer == PDF_BANS_NONE) {
    answer = pdf_sheet_phrase(sheet, PHRASE_BANS_NONE);
    TRY(keep_with_signatures(layout));
    return draw_entry(layout, PHRASE_BANS, &answer);
  }
  TRY(draw_entry(layout, PHRASE_BANS, &answer));
  enum { COLUMNS = 4 };
  struct slice *cells = ARENA_ARRAY(sheet->arena, struct slice, COLUMNS * certificate->ban_count);
  for (size_t i = 0; i < certificate->ban_count; i++) {
    const struct pdf_ban *ban = &certificate->bans[i];
    struct slice from = date_or_nothing(sheet->arena, ban->from);
    struct slice to = date_or_nothing(sheet->arena, ban->to);
    cells[COLUMNS * i] = arena_printf(sheet->arena, "%zu", i + 1);
    cells[COLUMNS * i + 1] = ban->position;
    cells[COLUMNS * i + 2] = ban->decision;
    cells[COLUMNS * i + 3] = to.len == 0
                                 ? arena_printf(sheet->arena, "Từ %.*s, không thời hạn", SLICE_ARG(from))
                                 : arena_printf(sheet->arena, "Từ %.*s đến %.*s", SLICE_ARG(from), SLICE_ARG(to));
  }
  const int32_t rest = sheet->right - sheet->left - PT(27);
  const int32_t widths[COLUMNS] = {PT(27), rest * 38 / 100, rest * 36 / 100, rest - rest * 38 / 100 - rest * 36 / 100};
  sheet->y -= PT(4);
  TRY(pdf_table_draw(sheet, &(const struct pdf_table){COLUMNS, widths, headings, certificate->ban_count, cells}));
  sheet->y -= PT(6);
  return OK;
}

static result draw_heading(struct layout *layout) {
  static const struct pdf_style title_style = {PT(15.5), PT(22), false};
  const struct pdf_certificate *certificate = layout->certificate;
  struct pdf_sheet *sheet = &layout->sheet;
  struct pdf_column whole = {sheet->left, sheet->right - sheet->left, PDF_CENTRE, 0};
  const struct pdf_letterhead letterhead = {certificate->agency_above, certificate->agency,    certificate->number,
                                            certificate->place,        certificate->issued_on, false};
  TRY(pdf_letterhead_draw(sheet, &letterhead));
  sheet->y -= PT(22);
  struct pdf_shaped title =
      pdf_sheet_phrase(sheet, certificate->kind == PDF_CERTIFICATE_1 ? PHRASE_TITLE_1 : PHRASE_TITLE_2);
  TRY(pdf_paragraph_draw(sheet, pdf_element_add(sheet, "H1", 0), (struct pdf_spans){&title, 1}, &whole, &title_style));
  sheet->y -= PT(10);
  whole = (struct pdf_column){sheet->left, whole.width, PDF_LEFT, 0};
  for (size_t i = 0; i < certificate->legal_base_count; i++) {
    /* [Decree 30/2020 Annex I II.6] bases end with a semicolon, the last with a full stop */
    struct pdf_shaped basis;
    struct slice sentence = arena_printf(sheet->arena, "%.*s%s", SLICE_ARG(certificate->legal_bases[i]),
                                         i + 1 < certificate->legal_base_count ? ";" : ".");
    TRY(pdf_sheet_shape(sheet, PDF_REGULAR, sentence, &basis));
    TRY(pdf_paragraph_draw(sheet, pdf_element_add(sheet, "P", 0), (struct pdf_spans){&basis, 1}, &whole, &basis_style));
  }
  sheet->y -= PT(10);
  whole.align = PDF_CENTRE;
  struct pdf_shaped confirms = pdf_sheet_phrase(sheet, PHRASE_CONFIRMS);
  TRY(pdf_paragraph_draw(sheet, pdf_element_add(sheet, "H2", 0), (struct pdf_spans){&confirms, 1}, &whole,
                         &text_style));
  sheet->y -= PT(4);
  return OK;
}

static void add_field(struct pdf_sheet *sheet, struct pdf_field field) {
  field.page = sheet->page_count - 1;
  field.element = pdf_element_add(sheet, "Form", 0);
  pdf_element_at(sheet, field.element)->alternative = slice_str(field.label);
  sheet->fields[sheet->field_count++] = field;
  pdf_element_at(sheet, field.element)->field = (int)sheet->field_count;
}

static result draw_line_centred(struct pdf_sheet *sheet, struct slice text, const struct pdf_column *column) {
  if (slice_empty(text)) {
    return OK;
  }
  struct pdf_shaped shaped;
  TRY(pdf_sheet_shape(sheet, PDF_BOLD, text, &shaped));
  return pdf_paragraph_draw(sheet, pdf_element_add(sheet, "P", 0), (struct pdf_spans){&shaped, 1}, column, &text_style);
}

/* Post, room for both signatures, name. The stamp covers a third of the personal signature from its left [Decree
 * 30/2020 Annex I II.8]. */
static result draw_signature_block(struct layout *layout) {
  const struct pdf_certificate *certificate = layout->certificate;
  struct pdf_sheet *sheet = &layout->sheet;
  struct pdf_column right = {sheet->right - PT(235), PT(235), PDF_CENTRE, 0};
  TRY(pdf_page_room(sheet, block_height));
  sheet->y -= PT(14);
  TRY(draw_line_centred(sheet, certificate->signer_authority, &right));
  TRY(draw_line_centred(sheet, certificate->signer_post, &right));
  int32_t lower = sheet->y - PT(2) - FIELD_HEIGHT;
  int32_t person_x = sheet->right - PERSON_WIDTH;
  add_field(sheet, (struct pdf_field){.name = PDF_FIELD_PERSON,
                                      .label = "Chữ ký số của người có thẩm quyền",
                                      .x = person_x,
                                      .y = lower,
                                      .width = PERSON_WIDTH,
                                      .height = FIELD_HEIGHT});
  add_field(sheet, (struct pdf_field){.name = PDF_FIELD_SEAL,
                                      .label = "Chữ ký số của cơ quan",
                                      .x = person_x + PT(28) - SEAL_WIDTH,
                                      .y = lower,
                                      .width = SEAL_WIDTH,
                                      .height = FIELD_HEIGHT});
  sheet->y = lower - PT(2);
  return draw_line_centred(sheet, certificate->signer_name, &right);
}

/* Stands at the foot of the last page. */
static result draw_check_block(struct layout *layout) {
  static const struct pdf_style small = {PT(8.5), PT(12.5), false};
  const struct pdf_certificate *certificate = layout->certificate;
  struct pdf_sheet *sheet = &layout->sheet;
  int32_t y = sheet->bottom + PT(2);
  TRY(pdf_qr_draw(sheet, certificate->check_url, sheet->left + PT(4), y, QR_SIDE));
  sheet->y = y + QR_SIDE + PT(1);
  struct pdf_column column = {sheet->left + QR_SIDE + PT(18), sheet->right - sheet->left - QR_SIDE - PT(18), PDF_LEFT,
                              0};
  struct pdf_shaped spans[2] = {pdf_sheet_phrase(sheet, PHRASE_SCAN)};
  TRY(pdf_paragraph_draw(sheet, pdf_element_add(sheet, "P", 0), (struct pdf_spans){spans, 1}, &column, &small));
  spans[0] = pdf_sheet_phrase(sheet, PHRASE_DOSSIER);
  TRY(pdf_sheet_shape(sheet, PDF_BOLD, certificate->dossier_code, &spans[1]));
  TRY(pdf_paragraph_draw(sheet, pdf_element_add(sheet, "P", 0), (struct pdf_spans){spans, 2}, &column, &small));
  spans[0] = pdf_sheet_phrase(sheet, PHRASE_CHECK);
  TRY(pdf_sheet_shape(sheet, PDF_REGULAR, certificate->check_url, &spans[1]));
  TRY(pdf_paragraph_draw(sheet, pdf_element_add(sheet, "P", 0), (struct pdf_spans){spans, 2}, &column, &small));
  spans[0] = pdf_sheet_phrase(sheet, PHRASE_ELECTRONIC);
  return pdf_paragraph_draw(sheet, pdf_element_add(sheet, "P", 0), (struct pdf_spans){spans, 1}, &column, &small);
}

static result write_paper(struct layout *layout, struct slice *ret_bytes) {
  const struct pdf_certificate *certificate = layout->certificate;
  struct pdf_sheet *sheet = &layout->sheet;
  struct arena *arena = sheet->arena;
  /* A4; margins within the bounds of [Decree 30/2020 Annex I I.4] */
  sheet->width = PT(595.28);
  sheet->height = PT(841.89);
  sheet->left = PT(80);
  sheet->right = sheet->width - PT(48);
  sheet->top = sheet->height - PT(56);
  sheet->bottom = PT(50);
  TRY(pdf_page_add(sheet));
  TRY(draw_heading(layout));
  TRY(draw_person(layout));
  TRY(draw_convictions(layout));
  TRY(draw_bans(layout));
  TRY(draw_signature_block(layout));
  TRY(draw_check_block(layout));
  const char *kind =
      certificate->kind == PDF_CERTIFICATE_1 ? "Phiếu lý lịch tư pháp số 1" : "Phiếu lý lịch tư pháp số 2";
  const struct pdf_paper_info info = {
      .title = arena_printf(arena, "%s – Số %.*s", kind, SLICE_ARG(certificate->number)),
      .subject = arena_printf(arena, "Mã hồ sơ %.*s", SLICE_ARG(certificate->dossier_code)),
      .author = certificate->agency,
      .created_at_ms = certificate->created_at_ms,
  };
  return pdf_sheet_finish(sheet, &info, &(const struct pdf_footer){info.title, true}, ret_bytes);
}

result pdf_certificate_write(struct pdf_renderer *renderer, struct arena *arena,
                             const struct pdf_certificate *certificate, struct slice *ret_bytes) {
  TRY(check(certificate));
  struct pdf_workspace *workspace = NULL;
  TRY(pdf_workspace_take(renderer, &workspace));
  struct layout layout = {.certificate = certificate};
  pdf_sheet_init(&layout.sheet, renderer, workspace, arena);
  result written = write_paper(&layout, ret_bytes);
  pdf_workspace_give(renderer, workspace);
  return written;
}
