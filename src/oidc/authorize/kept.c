#include "oidc/authorize/kept.h"

#include "codec/base64url.h"
#include "crypto/token.h"
#include "oidc/handle.h"
#include "oidc/memory.h"

enum { ID_TRIES = 4, TIME_BYTES = 8, MAC_BYTES = 16, ID_BYTES = OIDC_HANDLE_BYTES + TIME_BYTES + MAC_BYTES };

/* ---- rows ---- */

result oidc_kept_add(struct db_tx *tx, const struct oidc_asking *asking, struct slice parameters, struct slice *ret_handle) {
  int64_t stored = 0;
  for (int i = 0; i < ID_TRIES && stored == 0; i++) {
    struct oidc_handle handle = oidc_handle_new(asking->env, OIDC_HANDLE_REQUEST, asking->arena);
    *ret_handle = handle.text;
    TRY(db_run(tx,
               "INSERT INTO oidc_request (request_id, secret_hash, client_id, parameters, dpop_jkt, was_signed, is_pushed)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (request_id) DO NOTHING",
               DB_ARGS(db_of_int(handle.id), db_of_bytes(slice_of(handle.stored, sizeof handle.stored)), db_of_text(asking->client->client_id),
                       db_of_text(parameters), db_of_text_or_null(asking->dpop_jkt), db_of_int(asking->was_signed),
                       db_of_int(asking->endpoint == OIDC_AT_PAR)),
               &stored));
  }
  if (stored == 0) {
    FAIL(DB_DUPLICATE, "%d numbers in a row are taken", ID_TRIES);
  }
  return OK;
}

/* NULL: nothing is held here. Another node would use a request up without this one's knowing. */
static struct oidc_requests *held_of(struct env *env) { return env->oidc != NULL && db_is_file(env->db) ? env->oidc->requests : NULL; }

void oidc_kept_hold(const struct oidc_asking *asking, struct slice parameters, struct slice text) {
  struct oidc_requests *requests = held_of(asking->env);
  struct oidc_handle handle;
  if (requests != NULL && oidc_handle_read(text, OIDC_HANDLE_REQUEST, asking->arena, &handle)) {
    struct oidc_request_row row = {.request_id = handle.id,
                                   .client_id = asking->client->client_id,
                                   .parameters = parameters,
                                   .dpop_jkt = asking->dpop_jkt,
                                   .was_signed = asking->was_signed,
                                   .is_pushed = asking->endpoint == OIDC_AT_PAR};
    memcpy(row.secret_hash, handle.stored, sizeof row.secret_hash);
    oidc_requests_hold(requests, &row);
  }
}

static result read_row(struct env *env, struct arena *arena, int64_t request_id, struct oidc_request_row *ret_row) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_look_begin(env->db, &tx));
  TRY(db_query(tx, "SELECT secret_hash, client_id, parameters, dpop_jkt, was_signed, is_pushed FROM oidc_request WHERE request_id = $1 AND used_at IS NULL",
               DB_ARGS(db_of_int(request_id)), &rows));
  bool is_found = db_rows_next(&rows);
  TRY(rows.status);
  if (!is_found || db_bytes(&rows, 0).len != DIGEST_BYTES) {
    FAIL(OIDC_REQUEST_URI, "unknown or used");
  }
  *ret_row = (struct oidc_request_row){.request_id = request_id,
                                       .client_id = db_text_copy(&rows, 1, arena),
                                       .parameters = db_text_copy(&rows, 2, arena),
                                       .dpop_jkt = db_text_copy(&rows, 3, arena),
                                       .was_signed = db_int(&rows, 4) != 0,
                                       .is_pushed = db_int(&rows, 5) != 0};
  memcpy(ret_row->secret_hash, db_bytes(&rows, 0).ptr, DIGEST_BYTES);
  return OK;
}

result oidc_kept_find(struct env *env, struct arena *arena, struct slice text, int64_t age_max_s, struct oidc_kept *ret_kept) {
  struct oidc_handle handle;
  struct oidc_request_row row;
  struct oidc_requests *requests = held_of(env);
  if (!oidc_handle_read(text, OIDC_HANDLE_REQUEST, arena, &handle) ||
      handle.id < env_id_at(clock_now_ms(env->clock) - age_max_s * 1000)) { /* the time stands in the id */
    FAIL(OIDC_REQUEST_URI, "not one of ours, or expired");
  }
  if (requests == NULL || !oidc_requests_find(requests, handle.id, arena, &row)) {
    TRY(read_row(env, arena, handle.id, &row));
  }
  if (!slice_eq_secret(slice_of(row.secret_hash, sizeof row.secret_hash), slice_of(handle.stored, sizeof handle.stored))) {
    FAIL(OIDC_REQUEST_URI, "unknown or used");
  }
  *ret_kept = (struct oidc_kept){.request_id = row.request_id,
                                 .handle = text,
                                 .client_id = row.client_id,
                                 .parameters = row.parameters,
                                 .dpop_jkt = row.dpop_jkt,
                                 .was_signed = row.was_signed,
                                 .is_pushed = row.is_pushed};
  return OK;
}

result oidc_asking_take_up(struct oidc_asking *asking, const struct oidc_kept *kept) {
  TRY(oidc_parameters_parse(kept->parameters, asking->arena, &asking->parameters));
  asking->request_id = kept->request_id;
  asking->request_handle = kept->handle;
  asking->proof_thumbprint = kept->dpop_jkt;
  asking->is_pushed = kept->is_pushed;
  asking->was_signed = kept->was_signed;
  asking->is_stored = true;
  return OK;
}

result oidc_kept_use(struct db_tx *tx, const struct oidc_asking *asking) {
  int64_t changed = 0;
  if (asking->request_id == 0) {
    return OK; /* straight from the address: there is nothing to use up */
  }
  if (held_of(asking->env) != NULL) {
    oidc_requests_let_go(held_of(asking->env), asking->request_id);
  }
  TRY(db_run(tx, "UPDATE oidc_request SET used_at = $2 WHERE request_id = $1 AND used_at IS NULL",
             DB_ARGS(db_of_int(asking->request_id), db_of_int(clock_now_ms(asking->env->clock))), &changed));
  if (changed == 0) { /* F28 */
    FAIL(asking->is_pushed ? OIDC_REQUEST_URI : OIDC_INTERACTION, "used a moment ago");
  }
  return OK;
}

/* ---- interactions ---- */

static void put_time(int64_t time_ms, uint8_t *out) {
  for (int i = 0; i < TIME_BYTES; i++) {
    out[i] = (uint8_t)((uint64_t)time_ms >> (8 * (TIME_BYTES - 1 - i)));
  }
}

static int64_t time_of(const uint8_t *bytes) {
  uint64_t time = 0;
  for (int i = 0; i < TIME_BYTES; i++) {
    time = time << 8 | bytes[i];
  }
  return (int64_t)(time & INT64_MAX);
}

/* The time is ours: max_age and prompt=login are held against it. The browser's cookie is in it: an address sent to a victim leads nowhere. */
static result mac_of(const struct oidc_asking *asking, struct slice front, struct slice browser, uint8_t ret_mac[static DIGEST_BYTES]) {
  struct buf text;
  if (asking->env->sealing == NULL) {
    FAIL(OIDC_KEYS_MISSING, "no sealing key");
  }
  buf_init(&text, asking->arena, 160);
  buf_append_str(&text, "danh-oidc-interaction:");
  buf_append(&text, front);
  buf_append(&text, browser);
  digest_hmac_sha256(secret_slice(asking->env->sealing), buf_slice(&text), ret_mac);
  return OK;
}

result oidc_interaction_id_write(const struct oidc_asking *asking, struct slice handle, struct slice browser, struct slice *ret_id) {
  uint8_t id[ID_BYTES];
  uint8_t mac[DIGEST_BYTES];
  struct slice bytes = {0};
  TRY(base64url_parse(handle, asking->arena, &bytes));
  memcpy(id, bytes.ptr, OIDC_HANDLE_BYTES);
  put_time(clock_now_ms(asking->env->clock), id + OIDC_HANDLE_BYTES);
  TRY(mac_of(asking, slice_of(id, ID_BYTES - MAC_BYTES), browser, mac));
  memcpy(id + ID_BYTES - MAC_BYTES, mac, MAC_BYTES);
  *ret_id = base64url_write(asking->arena, slice_of(id, sizeof id));
  return OK;
}

result oidc_interaction_id_read(const struct oidc_asking *asking, struct slice id, struct slice browser, struct slice *ret_handle, int64_t *ret_began_at_ms) {
  uint8_t mac[DIGEST_BYTES];
  struct slice bytes = {0};
  if (id.len != OIDC_INTERACTION_ID_BYTES || browser.len != TOKEN_TEXT_BYTES || !is_ok(base64url_parse(id, asking->arena, &bytes)) ||
      bytes.len != ID_BYTES) {
    FAIL(OIDC_INTERACTION, "not an interaction, or no browser of ours");
  }
  TRY(mac_of(asking, slice_sub(bytes, 0, ID_BYTES - MAC_BYTES), browser, mac));
  int64_t began_at_ms = time_of(bytes.ptr + OIDC_HANDLE_BYTES);
  bool is_ours = slice_eq_secret(slice_of(mac, MAC_BYTES), slice_from(bytes, ID_BYTES - MAC_BYTES));
  if (!is_ours || began_at_ms + OIDC_INTERACTION_LIFETIME_S * INT64_C(1000) < clock_now_ms(asking->env->clock)) {
    FAIL(OIDC_INTERACTION, "none here for this browser, or too old");
  }
  *ret_handle = base64url_write(asking->arena, slice_sub(bytes, 0, OIDC_HANDLE_BYTES));
  *ret_began_at_ms = began_at_ms;
  return OK;
}
