/* The wallet: the caller's documents, and those of whom they act for. The list is free, a document opens only after the passcode. */
#include <stdlib.h>

#include "api/cursor.h"
#include "api/people.h"
#include "api/resources.h"
#include "base/number.h"
#include "codec/hex.h"
#include "codec/qr.h"
#include "pki/pki.h"
#include "sign/sign.h"

enum { LISTED_MAX = 50 };
static const char scope[] = "wallet.view";

static result require(struct api_call *call, enum access_act act, const struct api_subject *holder) {
  const struct access_request request = {.act = act,
                                         .actor_id = call->session.person_id,
                                         .level = call->session.level,
                                         .passcode_ok = account_passcode_is_ok(call->env, &call->session),
                                         .subject_id = holder->person_id,
                                         .represents = holder->person_id != call->session.person_id};
  return access_require(call->env, &request);
}

/* What a certificate is called. */
static void put_title(struct api_call *call, const struct wallet_document *document) {
  bool is_second = slice_is(document->type, "lltp_2");
  api_put_text(&call->out, "title", is_second ? S("Phiếu lý lịch tư pháp số 2") : S("Phiếu lý lịch tư pháp số 1"),
               is_second ? S("Criminal record certificate No. 2") : S("Criminal record certificate No. 1"));
}

static void put_members(struct api_call *call, const struct wallet_document *document, struct slice holder) {
  struct jout *out = &call->out;
  jout_put_text(out, "id", arena_printf(call->arena, "%lld", (long long)document->document_id));
  jout_put_text(out, "type", document->type);
  put_title(call, document);
  jout_put_text(out, "number", document->number);
  api_put_text(out, "issuer", document->issuer, document->issuer);
  jout_put_date(out, "issued_on", document->issued_on);
  jout_put_null(out, "expires_on"); /* the law gives a certificate no end; whoever receives it judges its age */
  jout_put_str(out, "status", document->state == WALLET_VALID ? "valid" : "revoked");
  jout_put_text(out, "holder_name", holder);
  jout_put_text(out, "dossier_code", document->reference);
  jout_put_instant(out, "integrated_at", document->integrated_at_ms);
  jout_put_bool(out, "protected", true);
}

/* Certificate No. 2 is for the person alone: nobody they authorise gets to see it. Parents and guardians stand in for them. */
static bool is_shown_to(const struct api_subject *holder, const struct wallet_document *document) {
  bool is_authorised = holder->mandate.kind == MANDATE_DELEGATE || holder->mandate.kind == MANDATE_NOTARISED;
  return !is_authorised || !slice_is(document->type, "lltp_2");
}

struct held {
  struct wallet_document document;
  const struct api_subject *holder;
};
struct held_list {
  struct held *items;
  size_t count;
};

/* Behind those that are there, those of one holder. */
static void held_add(struct api_call *call, struct held_list *list, const struct api_subject *holder, const struct wallet_document *documents, size_t count) {
  struct held *items = ARENA_ARRAY(call->arena, struct held, list->count + count);
  memcpy(items, list->items != NULL ? list->items : items, list->count * sizeof *items);
  list->items = items;
  for (size_t i = 0; i < count; i++) {
    items[list->count] = (struct held){documents[i], holder};
    list->count += is_shown_to(holder, &documents[i]);
  }
}

static int newest_first(const void *left, const void *right) {
  int64_t a = ((const struct held *)left)->document.document_id;
  int64_t b = ((const struct held *)right)->document.document_id;
  return (a < b) - (a > b);
}

/* Whether the caller acts for one who comes into question is asked only where there is something to see. */
static result load_holder(struct api_call *call, struct db_tx *tx, struct api_subject *holder, const struct api_cursor *cursor, struct held_list *held) {
  const struct api_applicant self = api_applicant_self(call, scope);
  const struct wallet_list_question question = {holder->person_id, cursor->keys[0], cursor->limit + 1};
  struct wallet_document *documents = NULL;
  size_t found = 0;
  bool is_holder = holder->is_certain;
  TRY(is_holder ? require(call, ACCESS_DOCUMENT_LIST, holder) : OK);
  TRY(wallet_document_list(tx, call->arena, &question, &documents, &found));
  if (found == 0) {
    return OK;
  }
  TRY(api_candidate_confirm(call, tx, &self, holder, &is_holder));
  if (is_holder) {
    TRY(require(call, ACCESS_DOCUMENT_LIST, holder));
    held_add(call, held, holder, documents, found);
  }
  return OK;
}

/* One more than the page holds, if there is one: of each holder as many, then the newest of all. */
static result load_page(struct api_call *call, struct db_tx *tx, const struct api_subjects *candidates, const struct api_cursor *cursor,
                        struct held_list *ret_held) {
  struct held_list held = {0};
  for (size_t i = 0; i < candidates->count; i++) {
    TRY(load_holder(call, tx, &candidates->items[i], cursor, &held));
  }
  if (held.count > 1) {
    qsort(held.items, held.count, sizeof *held.items, newest_first);
  }
  *ret_held = held;
  return OK;
}

/* Everybody whose document is on the page, once each. */
static result record_page(struct api_call *call, const struct api_subjects *holders, const struct held_list *held) {
  int64_t *people = ARENA_ARRAY(call->arena, int64_t, holders->count);
  struct api_read read = {.kind = "wallet.read", .people = people, .mandate = holders->count == 1 ? &holders->items[0].mandate : NULL};
  for (size_t i = 0; i < holders->count; i++) {
    bool is_shown = false;
    for (size_t j = 0; j < held->count; j++) {
      is_shown |= held->items[j].holder == &holders->items[i];
    }
    people[read.count] = holders->items[i].person_id;
    read.count += is_shown;
  }
  return api_read_record(call, &read);
}

result api_wallet_list(struct api_call *call) {
  struct api_subjects holders;
  struct api_cursor cursor;
  struct held_list held;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(api_cursor_read(call, 1, LISTED_MAX, &cursor));
  TRY(db_read_begin(call->env->db, &tx));
  const struct api_applicant self = api_applicant_self(call, scope);
  TRY(api_candidates_load(call, tx, &self, &holders));
  TRY(load_page(call, tx, &holders, &cursor, &held));
  db_read_end(&tx);
  bool has_more = held.count > cursor.limit;
  held.count = has_more ? cursor.limit : held.count;
  TRY(record_page(call, &holders, &held)); /* durable from here on: now it may be shown */
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < held.count; i++) {
    jout_object(out);
    put_members(call, &held.items[i].document, held.items[i].holder->person.name);
    jout_object_end(out);
  }
  jout_list_end(out);
  api_cursor_put(call, has_more ? &held.items[held.count - 1].document.document_id : NULL, 1);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

struct opened {
  struct wallet_document document;
  struct slice bytes;
  struct slice holder;
};

/* In the caller's wallet, or in one of those they act for. */
static result find_document(struct api_call *call, struct db_tx *tx, int64_t id, struct wallet_document *ret_document,
                            struct api_subject *ret_holder) {
  struct api_subjects holders;
  const struct api_applicant self = api_applicant_self(call, scope);
  TRY(api_subjects_load(call, tx, &self, &holders));
  for (size_t i = 0; i < holders.count; i++) {
    result found = wallet_document_load(tx, call->arena, holders.items[i].person_id, id, ret_document);
    if (is_ok(found) && !is_shown_to(&holders.items[i], ret_document)) {
      FAIL(WALLET_DOCUMENT_UNKNOWN, "certificate No. 2, to a delegate");
    }
    if (!is_code(found, WALLET_DOCUMENT_UNKNOWN)) {
      *ret_holder = holders.items[i];
      return found;
    }
  }
  FAIL(WALLET_DOCUMENT_UNKNOWN, "in none of %zu wallets", holders.count);
}

/* The document of the path, its bytes, and a line in the reader's own history; in the ledger too when it is a child's or ward's. */
static result open_document(struct api_call *call, struct opened *ret_opened) {
  int64_t id = 0;
  struct opened opened;
  struct api_subject holder;
  TRY(require(call, ACCESS_DOCUMENT_OPEN, &(const struct api_subject){.person_id = call->session.person_id}));
  if (!is_ok(number_parse(http_param(call->http, "id"), &id))) {
    FAIL(WALLET_DOCUMENT_UNKNOWN, "not an id");
  }
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(call->env->db, &tx));
    TRY(find_document(call, tx, id, &opened.document, &holder));
    TRY(require(call, ACCESS_DOCUMENT_OPEN, &holder));
    TRY(wallet_bytes_get(tx, call->arena, opened.document.sha256, &opened.bytes));
    opened.holder = holder.person.name;
  }
  TRY(api_read_record(call, &(const struct api_read){"document.read", &holder.person_id, 1, opened.document.reference, &holder.mandate}));
  const struct account_event event = {.person_id = call->session.person_id,
                                      .session_id = call->session.session_id,
                                      .kind = S("document_opened"),
                                      .detail = opened.document.number};
  TRY(account_history_record(call->env, &event));
  *ret_opened = opened;
  return OK;
}

static void put_field(struct api_call *call, const char *vi, const char *en, struct slice value) {
  jout_object(&call->out);
  api_put_text(&call->out, "label", slice_str(vi), slice_str(en));
  jout_put_text_or_null(&call->out, "value", value);
  jout_object_end(&call->out);
}

result api_wallet_read(struct api_call *call) {
  struct opened opened;
  TRY(open_document(call, &opened));
  const struct wallet_document *document = &opened.document;
  struct jout *out = api_begin(call);
  jout_object(out);
  put_members(call, document, opened.holder);
  jout_put_list(out, "fields");
  put_field(call, "Họ và tên", "Full name", opened.holder);
  put_field(call, "Số phiếu", "Certificate number", document->number);
  put_field(call, "Mã hồ sơ", "Dossier code", document->reference);
  put_field(call, "Cơ quan cấp", "Issuing authority", document->issuer);
  put_field(call, "Ngày cấp", "Issued on", clock_date_write_vi(call->arena, document->issued_on));
  jout_list_end(out);
  jout_put_text(out, "sha256", hex_write(call->arena, slice_of(document->sha256, sizeof document->sha256)));
  jout_put_int(out, "bytes", (int64_t)opened.bytes.len);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

result api_wallet_pdf(struct api_call *call) {
  struct opened opened;
  struct url_form query;
  TRY(api_query(call, &query));
  TRY(open_document(call, &opened));
  const char *way = slice_is(url_form_get(&query, "download"), "1") ? "attachment" : "inline";
  http_response_header(
      call->http, "Content-Disposition",
      arena_printf(call->arena, "%s; filename=\"%.*s.pdf\"", way, SLICE_ARG(opened.document.reference)));
  http_reply(call->http, 200, "application/pdf", opened.bytes);
  return OK;
}

result api_wallet_qr(struct api_call *call) {
  struct opened opened;
  struct qr qr;
  TRY(open_document(call, &opened));
  struct slice link = arena_printf(call->arena, "%.*s/check?code=%.*s", SLICE_ARG(call->env->origin),
                                   SLICE_ARG(opened.document.reference));
  TRY(qr_make(link, QR_MEDIUM, call->arena, &qr));
  http_reply(call->http, 200, "image/svg+xml", qr_svg(call->arena, &qr, S("QR")));
  return OK;
}

/* ---- is it valid? ---- */

struct check_row {
  const char *id;
  const char *vi;
  const char *en;
  uint16_t broken_by[4]; /* the failures of sign_verify that this check names */
};
static const struct check_row checks[] = {
    {"bytes_unchanged", "Nội dung không bị thay đổi", "The content is unchanged", {SIGN_DIGEST, SIGN_STRUCTURE, 0}},
    {"nothing_added", "Không có gì được thêm sau khi ký", "Nothing was added after signing", {SIGN_ADDED, 0}},
    {"signatures_valid",
     "Hai chữ ký số hợp lệ",
     "Both signatures hold",
     {SIGN_SIGNATURE, SIGN_UNSIGNED, SIGN_ORDER, 0}},
    {"certificates_trusted",
     "Chứng thư số được tin cậy",
     "The certificates are trusted",
     {SIGN_CHAIN, SIGN_TIME, SIGN_CERTIFICATE, 0}},
    {"not_revoked", "Chứng thư số không bị thu hồi", "No certificate is revoked", {SIGN_REVOKED, 0}},
};

static bool is_broken(const struct check_row *row, result verified) {
  for (size_t i = 0; i < 4 && row->broken_by[i] != 0; i++) {
    if (is_code(verified, row->broken_by[i])) {
      return true;
    }
  }
  return false;
}

static void put_check(struct api_call *call, const struct check_row *row, bool holds) {
  jout_object(&call->out);
  jout_put_str(&call->out, "id", row->id);
  jout_put_bool(&call->out, "holds", holds);
  api_put_text(&call->out, "label", slice_str(row->vi), slice_str(row->en));
  jout_object_end(&call->out);
}

static void put_signature(struct api_call *call, const char *kind, const struct sign_signature *signature) {
  struct jout *out = &call->out;
  jout_object(out);
  jout_put_str(out, "kind", kind);
  jout_put_text(out, "signer", signature->name);
  jout_put_text(out, "issuer", signature->issuer);
  jout_put_instant(out, "signed_at", signature->signed_at_ms);
  jout_put_bool(out, "valid", true); /* sign_verify reports none but valid ones */
  jout_put_str(out, "covers", strcmp(kind, "seal") == 0 ? "total_document" : "revision");
  jout_object_end(out);
}

result api_wallet_verify(struct api_call *call) {
  struct opened opened;
  struct x509_trust trust;
  struct sign_report report = {0};
  int64_t now_ms = clock_now_ms(call->env->clock);
  TRY(open_document(call, &opened));
  TRY(pki_trust_load(call->env, now_ms, call->arena, &trust));
  result verified = sign_verify(call->arena, opened.bytes, &trust, &report);
  bool is_sealed = is_ok(verified) && report.sealed;
  bool is_in_force = opened.document.state == WALLET_VALID;
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_bool(out, "valid", is_sealed && is_in_force);
  jout_put_instant(out, "checked_at", now_ms);
  jout_put_list(out, "checks");
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
    put_check(call, &checks[i], is_ok(verified) ? is_sealed : !is_broken(&checks[i], verified));
  }
  put_check(call, &(const struct check_row){"status_valid", "Giấy tờ còn hiệu lực", "The document is in force", {0}},
            is_in_force);
  jout_list_end(out);
  jout_put_list(out, "signatures");
  if (is_ok(verified)) {
    put_signature(call, "personal", &report.person);
  }
  if (is_sealed) {
    put_signature(call, "seal", &report.seal);
  }
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}
