/* danh pki root | key NAME: what others need to trust this installation: the root certificate, and a system's public key.
 * danh pki renew [NAME]: other certificates for what ends. */
#include "base/number.h"
#include "cli/commands.h"
#include "codec/base64.h"
#include "pki/pki.h"
#include "register/register.h"

enum { PEM_LINE = 64, SOON_DAYS = 30, KEY_MAX = 64, CERTIFICATES_MAX = 100000 };

const struct cli_option cli_pki_options[] = {{0}};

static void print_pem(struct slice base64) {
  printf("-----BEGIN CERTIFICATE-----\n");
  for (size_t at = 0; at < base64.len; at += PEM_LINE) {
    printf("%.*s\n", SLICE_ARG(slice_sub(base64, at, PEM_LINE)));
  }
  printf("-----END CERTIFICATE-----\n");
}

static result find_key(struct env *env, struct arena *arena, const char *name, struct slice *ret_spki) {
  struct pki_chain chain;
  struct x509 certificate;
  TRY(pki_chain_of(env, slice_str(name), clock_now_ms(env->clock), arena, &chain));
  TRY(x509_parse(chain.leaf, &certificate));
  *ret_spki = certificate.spki;
  return OK;
}

static int run(const struct cli_context *context, const char *key) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  struct slice bytes = {0};
  result outcome = cli_open(context, &installation);
  if (is_ok(outcome)) {
    outcome = key == NULL ? pki_root_der(&installation->env, context->arena, &bytes)
                          : find_key(&installation->env, context->arena, key, &bytes);
  }
  if (!is_ok(outcome)) {
    return cli_fail(context, outcome);
  }
  struct slice base64 = base64_write(context->arena, bytes);
  if (context->json) {
    printf("{\"%s\":\"%.*s\"}\n", key == NULL ? "root" : "key", SLICE_ARG(base64));
  } else if (key == NULL) {
    print_pem(base64);
  } else {
    printf("%.*s\n", SLICE_ARG(base64));
  }
  return CLI_OK;
}

/* ---- renew ---- */

struct renewing {
  struct env *env;
  struct arena *arena;
  struct jout *out;
  bool shows_kept;
  size_t renewed;
};

static result renew_one(struct renewing *renewing, struct slice key) {
  int64_t not_after_ms = 0;
  bool is_new = false;
  TRY(pki_renew(renewing->env, &(const struct pki_renewal){.key = key}, &not_after_ms, &is_new));
  if (is_new || renewing->shows_kept) {
    jout_object(renewing->out);
    jout_put_text(renewing->out, "key", key);
    jout_put_date(renewing->out, "ends", clock_date_of(not_after_ms));
    jout_put_bool(renewing->out, "is_new", is_new);
    jout_object_end(renewing->out);
  }
  renewing->renewed += is_new;
  return OK;
}

/* Whoever holds no post signs nothing, and gets no certificate to sign with. */
static result is_in_office(const struct renewing *renewing, int64_t person_id, bool *ret_is) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct register_post_list posts = {0};
  TRY(db_read_begin(renewing->env->db, &tx));
  TRY(register_posts_of_person(tx, renewing->arena, person_id, clock_date_of(clock_now_ms(renewing->env->clock)), &posts));
  *ret_is = posts.count > 0;
  return OK;
}

struct ending {
  struct pki_expiring keys[2 * PKI_EXPIRING_MAX];
  size_t count;
};

static result list_ending(const struct renewing *renewing, struct ending *ending) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  int64_t before_ms = clock_now_ms(renewing->env->clock) + (int64_t)SOON_DAYS * CLOCK_DAY_MS;
  size_t people = 0;
  TRY(db_read_begin(renewing->env->db, &tx));
  TRY(pki_expiring(tx, before_ms, renewing->arena, ending->keys, &ending->count));
  TRY(pki_expiring_people(tx, before_ms, renewing->arena, ending->keys + ending->count, &people));
  ending->count += people;
  return OK;
}

static result renew_listed(struct renewing *renewing, const struct ending *ending) {
  for (size_t i = 0; i < ending->count; i++) {
    const struct pki_expiring *of = &ending->keys[i];
    bool is_wanted = true;
    if (of->person_id != 0) {
      TRY(is_in_office(renewing, of->person_id, &is_wanted));
    }
    result renewed = is_wanted ? renew_one(renewing, of->key) : OK;
    if (!is_ok(renewed) && !is_code(renewed, PKI_REVOKED_ALREADY)) {
      return renewed;
    }
  }
  return OK;
}

/* The authorities first: nothing outlives its issuer. A list is not always whole, so it is asked for until nothing comes of it. */
static result renew_due(struct renewing *renewing) {
  struct ending *ending = ARENA_NEW(renewing->arena, struct ending);
  size_t before = 0;
  TRY(renew_one(renewing, S(PKI_ROOT_KEY)));
  TRY(renew_one(renewing, S(PKI_ISSUING_KEY)));
  do {
    before = renewing->renewed;
    TRY(list_ending(renewing, ending));
    TRY(renew_listed(renewing, ending));
  } while (renewing->renewed > before);
  return OK;
}

static result renew_named(struct renewing *renewing, struct slice key) {
  int64_t person_id = 0;
  bool is_in = true;
  if (slice_starts(key, S("officer/")) && is_ok(number_parse(slice_from(key, sizeof "officer/" - 1), &person_id))) {
    TRY(is_in_office(renewing, person_id, &is_in));
  }
  if (!is_in) {
    FAIL(PKI_CERTIFICATE_UNKNOWN, "the officer holds no post");
  }
  renewing->shows_kept = true;
  return renew_one(renewing, key);
}

/* Row "pki.renew" of cli_writes: in the server, which has the signer. */
result cli_pki_renew(struct server_installation *installation, const struct jin *args, struct jout *out) {
  struct arena arena CLEANUP(arena_free);
  struct renewing renewing = {.env = &installation->env, .arena = &arena, .out = out};
  struct slice key = {0};
  arena_init(&arena);
  TRY(jin_fields(args, (const char *const[]){"key", NULL}));
  TRY(jin_text_optional(args, "key", KEY_MAX, &key));
  TRY(access_require(renewing.env, &(const struct access_request){.act = ACCESS_CERTIFICATE_RENEW, .is_system = true}));
  jout_object(out);
  jout_put_list(out, "certificates");
  TRY(slice_empty(key) ? renew_due(&renewing) : renew_named(&renewing, key));
  jout_list_end(out);
  jout_object_end(out);
  return OK;
}

static result print_one(const struct jin *one) {
  struct slice key;
  struct slice ends;
  bool is_new = false;
  TRY(jin_text(one, "key", KEY_MAX, &key));
  TRY(jin_text(one, "ends", KEY_MAX, &ends));
  TRY(jin_bool(one, "is_new", &is_new));
  printf("%.*s: %s %.*s\n", SLICE_ARG(key), is_new ? "a new certificate, until" : "kept, it ends on", SLICE_ARG(ends));
  return OK;
}

static result print_renewed(const struct cli_context *context, struct slice answer) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  const struct jin *certificates = NULL;
  jin_doc_init(&doc, context->arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, answer, &root));
  TRY(jin_list(root, "certificates", CERTIFICATES_MAX, &certificates));
  for (size_t i = 0; i < certificates->count; i++) {
    TRY(print_one(&certificates->items[i]));
  }
  if (certificates->count == 0) {
    printf("none ends within %d days\n", SOON_DAYS);
  }
  return OK;
}

static int renew(const struct cli_context *context, const char *key) {
  struct buf buf;
  struct jout args;
  struct slice answer = {0};
  buf_init(&buf, context->arena, 128);
  jout_init(&args, &buf);
  jout_object(&args);
  if (key != NULL) {
    jout_put_str(&args, "key", key);
  }
  jout_object_end(&args);
  result renewed = cli_write(context, "pki.renew", buf_slice(&buf), &answer);
  if (!is_ok(renewed)) {
    return cli_fail(context, renewed);
  }
  if (context->json) {
    printf("%.*s\n", SLICE_ARG(answer));
    return CLI_OK;
  }
  renewed = print_renewed(context, answer);
  return is_ok(renewed) ? CLI_OK : cli_fail(context, renewed);
}

int cli_pki(const struct cli_context *context, int argc, char **argv) {
  if (argc == 1 && strcmp(argv[0], "root") == 0) {
    return run(context, NULL);
  }
  if (argc == 2 && strcmp(argv[0], "key") == 0) {
    return run(context, argv[1]);
  }
  if (argc >= 1 && argc <= 2 && strcmp(argv[0], "renew") == 0) {
    return renew(context, argc == 2 ? argv[1] : NULL);
  }
  return cli_misuse(context, "what: root, key NAME, or renew [NAME]");
}
