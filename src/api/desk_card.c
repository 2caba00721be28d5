/* The card that lies on the desk: POST /api/desk/card takes its QR text or machine-readable zone and lays it beside the register, field by field. */
#include "api/desk.h"
#include "api/resources.h"

enum { CARD_BYTES_MAX = CARD_TEXT_BYTES_MAX, PURPOSE_BYTES_MAX = 1200 };

/* What a card says, whichever of its two texts was read. What it does not carry is empty or 0. */
struct read_card {
  bool is_zone;
  struct card_mrz mrz;
  struct slice pin, name, old_number, address;
  struct register_birth birth;
  enum card_sex sex;
  int32_t issued;
  int32_t expires;
};

static struct register_birth birth_of(struct card_date date) { return (struct register_birth){date.year, date.month, date.day}; }

static result parse(struct api_call *call, struct slice text, struct read_card *card, struct card_fault *fault) {
  struct card_qr qr;
  if (slice_find(text, '|', 0) == text.len) {
    TRY(card_mrz_parse(call->arena, text, api_today(call), &card->mrz, fault));
    *card = (struct read_card){.is_zone = true, .mrz = card->mrz, .pin = card->mrz.pin, .birth = birth_of(card->mrz.birth), .sex = card->mrz.sex,
                               .expires = card->mrz.expires};
    card->name = arena_printf(call->arena, "%.*s %.*s", SLICE_ARG(card->mrz.surname), SLICE_ARG(card->mrz.given));
    return OK;
  }
  TRY(card_qr_parse(call->arena, text, &qr, fault));
  *card = (struct read_card){.pin = qr.pin, .name = qr.name, .old_number = qr.old_number, .address = qr.address, .birth = birth_of(qr.birth),
                             .sex = qr.sex, .issued = qr.issued};
  return OK;
}

static result read_card(struct api_call *call, struct slice text, struct read_card *ret_card) {
  struct card_fault fault = {0};
  result parsed = parse(call, text, ret_card, &fault);
  if (!is_ok(parsed)) { /* which field it was, so that it is read again there */
    call->detail = arena_printf(call->arena, "%.*s: %.*s", SLICE_ARG(api_card_field_text(call, fault.field)),
                                SLICE_ARG(api_error_sentence(parsed.code, call->language)));
  }
  return parsed;
}

/* ---- side by side ---- */

struct comparing {
  struct api_call *call;
  bool agrees;
};

static void put_row(struct comparing *c, enum card_field field, struct slice card, struct slice kept, const char *verdict) {
  struct jout *out = &c->call->out;
  jout_object(out);
  jout_put_str(out, "field", card_field_name(field));
  api_put_word(c->call, "name", api_card_fields, slice_str(card_field_name(field)));
  jout_put_text_or_null(out, "card", card);
  jout_put_text_or_null(out, "register", kept);
  jout_put_str(out, "verdict", verdict);
  jout_object_end(out);
  c->agrees = c->agrees && (strcmp(verdict, "same") == 0 || strcmp(verdict, "cut") == 0);
}

static void compare_text(struct comparing *c, enum card_field field, struct slice card, struct slice kept) {
  put_row(c, field, card, kept, slice_eq(card, kept) ? "same" : "different");
}

static void compare_date(struct comparing *c, enum card_field field, int32_t card, int32_t kept) {
  struct arena *arena = c->call->arena;
  struct slice none = S("");
  bool is_endless = card == CARD_NO_LIMIT;
  if (card != 0) {
    put_row(c, field, is_endless ? S("∞") : clock_date_write(arena, card), kept == 0 ? none : kept == REGISTER_OPEN ? S("∞") : clock_date_write(arena, kept),
            card == kept ? "same" : "different");
  }
}

static void compare_name(struct comparing *c, const struct read_card *card, const struct register_person *p) {
  enum card_likeness likeness = card->is_zone ? card_mrz_name_compare(c->call->arena, &card->mrz, p->name)
                                              : card_name_compare(c->call->arena, card->name, p->name);
  put_row(c, CARD_NAME, card->name, p->name, card_likeness_name(likeness));
}

static void compare_address(struct comparing *c, struct db_tx *tx, const struct read_card *card, int64_t person_id) {
  struct api_call *call = c->call;
  struct register_residence home;
  struct slice kept = S("");
  if (slice_empty(card->address)) {
    return;
  }
  if (is_ok(register_residence_find(tx, call->arena, &(const struct register_residence_key){person_id, REGISTER_PERMANENT, api_today(call)}, &home))) {
    kept = register_residence_write(call->arena, &home, api_today(call));
  }
  enum card_likeness likeness = card_name_compare(call->arena, card->address, kept);
  bool agreed = c->agrees;
  put_row(c, CARD_ADDRESS, card->address, kept, card_likeness_name(likeness));
  c->agrees = agreed; /* people move, and communes are renamed: the register holds */
}

static result send_comparison(struct api_call *call, const struct read_card *card, int64_t person_id) {
  static const char *const sexes[] = {[CARD_SEX_UNSAID] = "", [CARD_MALE] = "male", [CARD_FEMALE] = "female"};
  struct register_person p;
  struct register_pin_parts parts;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct comparing c = {call, true};
  TRY(db_read_begin(call->env->db, &tx));
  TRY(register_person_load(tx, call->arena, person_id, &p));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_str(out, "source", card->is_zone ? "mrz" : "qr");
  jout_put_text(out, "pin", card->pin);
  jout_put_list(out, "fields");
  compare_text(&c, CARD_PIN, card->pin, p.pin);
  compare_name(&c, card, &p);
  compare_text(&c, CARD_BIRTH, register_birth_write(call->arena, card->birth), register_birth_write(call->arena, p.birth));
  compare_text(&c, CARD_SEX, slice_str(sexes[card->sex]), slice_str(p.sex == REGISTER_MALE ? "male" : "female"));
  compare_date(&c, CARD_ISSUED, card->issued, p.card_issued);
  compare_date(&c, CARD_EXPIRY, card->expires, p.card_expires);
  compare_address(&c, tx, card, person_id);
  jout_list_end(out);
  jout_put_bool(out, "pin_structure", is_ok(register_pin_parse(p.pin, &parts)));
  jout_put_bool(out, "card_in_force", !slice_empty(p.card_number) && p.card_expires >= api_today(call));
  jout_put_bool(out, "agrees", c.agrees);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

result api_desk_card(struct api_call *call) {
  const struct jin *root = NULL;
  struct read_card card;
  struct slice text;
  struct slice purpose;
  int64_t person_id = 0;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"card", "purpose", NULL}));
  TRY(jin_text(root, "card", CARD_BYTES_MAX, &text));
  TRY(jin_text(root, "purpose", PURPOSE_BYTES_MAX, &purpose));
  TRY(api_desk_check_purpose(purpose));
  TRY(read_card(call, text, &card));
  const struct api_desk_search search = {ACCESS_ENROL_COLLECT, card.pin, purpose};
  result found = api_desk_person_find(call, &search, &person_id);
  if (is_code(found, REGISTER_PERSON_UNKNOWN) || is_code(found, REGISTER_PIN_SYNTAX)) {
    call->detail = slice_str(api_words(call, "Dữ liệu dân cư chưa có số này: lập phiếu thu thập thông tin dân cư (công an xã cập nhật trong 2 ngày làm việc), rồi thu nhận định danh.",
                                       "The population database does not have this number yet: file the population form (the commune police update it within 2 working days), then enrol."));
  }
  TRY(found);
  TRY(api_desk_read_record(call, &(const struct api_desk_read){"register.person.read", purpose, &person_id, 1}));
  return send_comparison(call, &card, person_id);
}
