/* Clients that register themselves [RFC7591], and manage what they registered [RFC7592]. Who may is the api's question: an initial access token. */
#include "crypto/token.h"
#include "oidc/grant.h"
#include "oidc/memory.h"
#include "oidc/parameters.h"

#define LABEL "danh-oidc-registration"

const char oidc_registration_tables[] =
    "CREATE TABLE oidc_registration (client_id text/public PRIMARY KEY, token_hash bytes/secret NOT NULL, created_at time/public NOT NULL)";

static const struct account_actor actor = {0, S_INIT("client@registration")};

/* [RFC7591 2 MUST] what we do not know is ignored. What only the server says may come back to us in an update, and is ours to say. */
static result tidy(struct arena *arena, const struct jin *asked, struct jin_doc *doc, struct oidc_client_order *order) {
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 1024);
  jout_init(&out, &text);
  jout_object(&out);
  for (size_t i = 0; i < asked->count; i++) {
    if (oidc_client_member_is_known(asked->items[i].name) && !slice_is(asked->items[i].name, "client_id")) {
      jout_name_slice(&out, asked->items[i].name);
      oidc_value_write(&asked->items[i], &out);
    }
  }
  jout_object_end(&out);
  jin_doc_init(doc, arena, JIN_LIMITS_DEFAULT);
  order->metadata_text = buf_slice(&text);
  return jin_parse(doc, order->metadata_text, &order->metadata);
}

/* The personal number needs a legal ground, which an operator looks at: nobody gives it to themself. Redirects fail with a word of their own. */
static result judge(struct arena *arena, const struct jin *metadata) {
  struct oidc_client client;
  result read = oidc_client_read(metadata, arena, &client);
  if (!is_ok(read) && slice_starts(metadata->doc->fault.path, S("/redirect_uris"))) {
    FAIL(OIDC_REDIRECT_URI, "a redirect address that this client may not have");
  }
  TRY(read);
  if ((client.attributes & OIDC_ATTRIBUTE_BIT(OIDC_PIN)) != 0) {
    return jin_refuse_field(metadata, "danh_attributes", "holds pin, which an operator registers");
  }
  if (client.resources.count > 0) { /* else anybody had tokens for everybody's API, and could ask what others' tokens say [RFC7662 4] */
    return jin_refuse_field(metadata, "danh_resources", "names resources, which an operator registers");
  }
  return OK;
}

/* Its fault becomes that of what was sent, where the member stands in the same place. */
static result check_metadata(struct arena *arena, const struct jin *asked, const struct jin *metadata) {
  result judged = judge(arena, metadata);
  asked->doc->fault = metadata->doc->fault;
  return judged;
}

static void put_answer(struct env *env, struct arena *arena, const struct oidc_registration *registration, struct jout *out) {
  struct slice id = registration->client_id;
  jout_object(out);
  jout_put_text(out, "client_id", id);
  jout_put_int(out, "client_id_issued_at", registration->issued_at_s);
  if (registration->secret.len > 0) {
    jout_put_text(out, "client_secret", registration->secret);
    jout_put_int(out, "client_secret_expires_at", 0);
  }
  if (registration->token.len > 0) {
    jout_put_text(out, "registration_access_token", registration->token);
    jout_put_text(out, "registration_client_uri", arena_printf(arena, "%.*s/oidc/register/%.*s", SLICE_ARG(env->origin), SLICE_ARG(id)));
  }
  for (size_t i = 0; i < registration->metadata->count; i++) {
    jout_name_slice(out, registration->metadata->items[i].name);
    oidc_value_write(&registration->metadata->items[i], out);
  }
  jout_object_end(out);
}

static struct slice answer(struct env *env, struct arena *arena, const struct oidc_registration *registration) {
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 2048);
  jout_init(&out, &text);
  put_answer(env, arena, registration, &out);
  return buf_slice(&text);
}

struct keeping {
  struct env *env;
  struct slice client_id;
  struct slice hash;
};

static result write_token(struct db_tx *tx, void *arg) {
  const struct keeping *keeping = arg;
  return db_run(tx, "INSERT INTO oidc_registration (client_id, token_hash, created_at) VALUES ($1, $2, $3)",
                DB_ARGS(db_of_text(keeping->client_id), db_of_bytes(keeping->hash), db_of_int(clock_now_ms(keeping->env->clock))), NULL);
}

result oidc_registration_create(struct env *env, struct arena *arena, const struct jin *asked, struct slice *ret_json) {
  struct oidc_client_order order = {.actor = actor, .is_dynamic = true};
  struct oidc_client_made made;
  struct jin_doc doc;
  struct slice token = token_make(env->random, arena);
  TRY(tidy(arena, asked, &doc, &order));
  TRY(check_metadata(arena, asked, order.metadata));
  order.client_id = oidc_client_id_make(env->random, arena);
  /* the token first: killed in between, a token without a client is good for nothing */
  TRY(db_write(env->db, write_token, &(struct keeping){env, order.client_id, oidc_stored_form(LABEL, token, arena)}));
  TRY(oidc_client_save(env, arena, &order, &made));
  *ret_json = answer(env, arena, &(const struct oidc_registration){made.client_id, made.secret, token, order.metadata, clock_now_ms(env->clock) / 1000});
  return OK;
}

/* The client's row, for whoever has its token; a client that is gone has none. [RFC7592 3 MUST] 401 for every failure. */
static result find(struct env *env, struct arena *arena, const struct oidc_registration_key *key, struct oidc_client_row *ret_row) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT token_hash FROM oidc_registration WHERE client_id = $1", DB_ARGS(db_of_text(key->client_id)), &rows));
    bool is_good = db_rows_next(&rows) && slice_eq_secret(db_bytes(&rows, 0), oidc_stored_form(LABEL, key->token, arena));
    TRY(rows.status);
    if (!is_good) {
      FAIL(OIDC_REGISTRATION_TOKEN, "no such registration, or another's token");
    }
  }
  result loaded = oidc_client_row_load(tx, arena, key->client_id, ret_row);
  if (is_code(loaded, OIDC_CLIENT_UNREGISTERED) || (is_ok(loaded) && ret_row->status != OIDC_CLIENT_ACTIVE)) {
    FAIL(OIDC_REGISTRATION_TOKEN, "the client is gone or switched off");
  }
  return loaded;
}

result oidc_registration_read(struct env *env, struct arena *arena, const struct oidc_registration_key *key, struct slice *ret_json) {
  struct oidc_client_row row;
  struct jin_doc doc;
  const struct jin *metadata = NULL;
  TRY(find(env, arena, key, &row));
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, row.metadata, &metadata));
  *ret_json = answer(env, arena, &(const struct oidc_registration){row.client_id, S(""), key->token, metadata, row.created_at_ms / 1000});
  return OK;
}

/* [RFC7592 2.2] the whole registration anew: what is left out is gone. The way of proving itself stays: a secret is an operator's to renew. */
result oidc_registration_replace(struct env *env, struct arena *arena, const struct oidc_registration_key *key, const struct jin *asked,
                                 struct slice *ret_json) {
  static const char *const ours[] = {"registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"};
  struct oidc_client_order order = {.actor = actor, .client_id = key->client_id, .replaces = true, .is_dynamic = true};
  struct oidc_client_row row;
  struct oidc_client_made made;
  struct jin_doc doc;
  struct slice client_id = {0};
  TRY(find(env, arena, key, &row));
  TRY(jin_text(asked, "client_id", OIDC_CLIENT_ID_CHARACTERS, &client_id));
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
    if (jin_has(asked, ours[i])) { /* [RFC7592 2.2 MUST NOT] */
      return jin_refuse_field(asked, ours[i], "is not the client's to say");
    }
  }
  if (!slice_eq(client_id, key->client_id)) {
    return jin_refuse_field(asked, "client_id", "is another client's");
  }
  TRY(tidy(arena, asked, &doc, &order));
  TRY(check_metadata(arena, asked, order.metadata));
  TRY(oidc_client_save(env, arena, &order, &made));
  *ret_json = answer(env, arena, &(const struct oidc_registration){row.client_id, S(""), key->token, order.metadata, row.created_at_ms / 1000});
  return OK;
}

static result write_end(struct db_tx *tx, void *arg) {
  const struct keeping *keeping = arg;
  return db_run(tx, "DELETE FROM oidc_registration WHERE client_id = $1", DB_ARGS(db_of_text(keeping->client_id)), NULL);
}

/* [RFC7592 2.3] switched off for good: nobody has its token any more. */
result oidc_registration_end(struct env *env, struct arena *arena, const struct oidc_registration_key *key) {
  struct oidc_client_row row;
  TRY(find(env, arena, key, &row));
  TRY(oidc_client_disable(env, &(const struct oidc_client_change){actor, row.client_id}));
  return db_write(env->db, write_end, &(struct keeping){env, row.client_id, {0}});
}
