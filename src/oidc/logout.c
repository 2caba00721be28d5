/* OpenID Connect Back-Channel Logout 1.0: a session that has ended, told to every client it had signed in to. */
#include "base/number.h"
#include "codec/base64url.h"
#include "oidc/oidc.h"
#include "outbox/outbox.h"

enum { TOKEN_LIFETIME_S = 120, TRIED_MS = 24 * 3600 * 1000, JTI_BYTES = 16, FOLLOWERS_MAX = 256, TEXT_BYTES_MAX = 256 };
#define LOGOUT_EVENT "http://schemas.openid.net/event/backchannel-logout"

struct follower {
  struct slice client_id;
  struct slice sid;
};

struct telling {
  struct env *env;
  const struct account_ended *ended;
  int64_t count;
};

static result add_delivery(struct db_tx *tx, const struct telling *telling, const struct follower *follower, struct arena *arena) {
  struct buf payload;
  struct jout out;
  buf_init(&payload, arena, 160);
  jout_init(&out, &payload);
  jout_object(&out);
  jout_put_text(&out, "client_id", follower->client_id);
  jout_put_text(&out, "sid", follower->sid);
  jout_put_text(&out, "person", arena_printf(arena, "%lld", (long long)telling->ended->person_id));
  jout_put_int(&out, "ended_at", clock_now_ms(telling->env->clock));
  jout_object_end(&out);
  struct outbox_item item = {.person_id = telling->ended->person_id,
                             .destination = arena_printf(arena, OIDC_LOGOUT_DESTINATION "/%.*s", SLICE_ARG(follower->client_id)),
                             .kind = S("oidc.logout"),
                             .reference = follower->client_id,
                             .payload = buf_slice(&payload)};
  return outbox_add(telling->env, tx, &item);
}

/* [Back-Channel 2.7] refresh tokens without offline_access end with the session, the others do not. Its grants have numbers after its own
 * (oidc_grant_number): whoever comes often has years of older ones. */
static result end_grants(struct db_tx *tx, const struct telling *telling) {
  return db_run(tx,
                "UPDATE oidc_grant SET state = $3, revoked_at = $4 WHERE person_id = $1 AND session_id = $2 AND state = $5 AND grant_id >= $6"
                " AND REPLACE(' ' || scope || ' ', ' offline_access ', '') = ' ' || scope || ' '",
                DB_ARGS(db_of_int(telling->ended->person_id), db_of_int(telling->ended->session_id), db_of_int(OIDC_GRANT_REVOKED),
                        db_of_int(clock_now_ms(telling->env->clock)), db_of_int(OIDC_GRANT_LIVE), db_of_int(env_id_first(telling->ended->session_id))),
                NULL);
}

static result write_told(struct db_tx *tx, void *arg) {
  struct telling *telling = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct follower *followers = ARENA_ARRAY(&arena, struct follower, FOLLOWERS_MAX);
  size_t count = 0;
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT client_id, sid FROM oidc_login WHERE person_id = $1 AND session_id = $2 LIMIT 256",
                 DB_ARGS(db_of_int(telling->ended->person_id), db_of_int(telling->ended->session_id)), &rows));
    while (count < FOLLOWERS_MAX && db_rows_next(&rows)) {
      followers[count++] = (struct follower){db_text_copy(&rows, 0, &arena), db_text_copy(&rows, 1, &arena)};
    }
    TRY(rows.status);
  }
  for (size_t i = 0; i < count; i++) {
    TRY(add_delivery(tx, telling, &followers[i], &arena));
  }
  TRY(db_run(tx, "DELETE FROM oidc_login WHERE person_id = $1 AND session_id = $2",
             DB_ARGS(db_of_int(telling->ended->person_id), db_of_int(telling->ended->session_id)), NULL));
  TRY(end_grants(tx, telling));
  telling->count = (int64_t)count;
  return account_ended_forget(tx, telling->ended);
}

static result list_ended(struct env *env, struct arena *arena, struct account_ended_list *ret_list) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  return account_ended_list(tx, arena, ret_list);
}

result oidc_logout_tend(struct env *env, int64_t *ret_count) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct account_ended_list list;
  int64_t count = 0;
  TRY(list_ended(env, &arena, &list));
  for (size_t i = 0; i < list.count; i++) {
    struct telling telling = {.env = env, .ended = &list.items[i]};
    TRY(db_write(env->db, write_told, &telling));
    count += telling.count;
  }
  *ret_count = count;
  return OK;
}

/* ---- one delivery ---- */

struct told {
  struct slice client_id;
  struct slice sid;
  int64_t person_id;
  int64_t ended_at_ms;
};

static result read_payload(struct slice payload, struct arena *arena, struct told *told) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  struct slice person = {0};
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, payload, &root));
  TRY(jin_text(root, "client_id", TEXT_BYTES_MAX, &told->client_id));
  TRY(jin_text(root, "sid", TEXT_BYTES_MAX, &told->sid));
  TRY(jin_text(root, "person", TEXT_BYTES_MAX, &person));
  TRY(jin_int(root, "ended_at", 0, INT64_MAX, &told->ended_at_ms));
  return number_parse(person, &told->person_id);
}

/* [Back-Channel 2.4] iss, aud, iat, exp, jti, events; sub and sid; never a nonce. */
static result write_token(struct env *env, const struct oidc_client *client, const struct told *told, struct arena *arena, struct slice *ret_token) {
  uint8_t jti[JTI_BYTES];
  struct slice sub = {0};
  struct buf claims;
  struct jout out;
  int64_t now_s = clock_now_ms(env->clock) / 1000;
  random_fill(env->random, jti, sizeof jti);
  TRY(oidc_subject(env, client->sector, told->person_id, arena, &sub));
  buf_init(&claims, arena, 512);
  jout_init(&out, &claims);
  jout_object(&out);
  jout_put_text(&out, "iss", env->origin);
  jout_put_text(&out, "sub", sub);
  jout_put_text(&out, "aud", client->client_id);
  jout_put_int(&out, "iat", now_s);
  jout_put_int(&out, "exp", now_s + TOKEN_LIFETIME_S);
  jout_put_text(&out, "jti", base64url_write(arena, slice_of(jti, sizeof jti)));
  jout_put_text(&out, "sid", told->sid);
  jout_put_object(&out, "events");
  jout_put_object(&out, LOGOUT_EVENT);
  jout_object_end(&out);
  jout_object_end(&out);
  jout_object_end(&out);
  return oidc_jwt_write(env, "logout+jwt", buf_slice(&claims), arena, ret_token);
}

result oidc_logout_write(struct env *env, struct arena *arena, struct slice payload, struct oidc_logout_call *ret_call) {
  struct told told = {0};
  struct slice token = {0};
  struct buf body;
  const struct oidc_client *client CLEANUP(oidc_client_release) = NULL;
  TRY(read_payload(payload, arena, &told));
  result loaded = oidc_client_load(env, told.client_id, &client);
  if (is_code(loaded, OIDC_CLIENT_UNKNOWN) || (is_ok(loaded) && client->backchannel_logout_uri.len == 0) ||
      clock_now_ms(env->clock) - told.ended_at_ms > TRIED_MS) {
    *ret_call = (struct oidc_logout_call){0};
    return OK;
  }
  TRY(loaded);
  TRY(write_token(env, client, &told, arena, &token));
  buf_init(&body, arena, token.len + 32);
  url_form_put(&body, "logout_token", token);
  *ret_call = (struct oidc_logout_call){arena_copy(arena, client->backchannel_logout_uri), buf_slice(&body), client->is_dynamic};
  return OK;
}
