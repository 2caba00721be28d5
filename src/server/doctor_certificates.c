#include <inttypes.h>

#include "crypto/client_certificate.h"
#include "http/http.h"
#include "oidc/oidc.h"
#include "pki/pki.h"
#include "server/doctor.h"
#include "server/file.h"

enum { WARNING_DAYS = 30, PROBLEM_DAYS = 7, BUNDLE_BYTES_MAX = 1024 * 1024 };

/* How long before its end a certificate is a warning, and a problem. */
static int64_t warning_days(const struct server_looking *looking) { return server_doctor_set(looking->config.doctor.certificate_warning_days, WARNING_DAYS); }
static int64_t problem_days(const struct server_looking *looking) { return server_doctor_set(looking->config.doctor.certificate_problem_days, PROBLEM_DAYS); }

struct ending {
  struct slice whose; /* "the certificate of seal/H26.11" */
  int64_t not_after_ms;
  int64_t now_ms;
  const char *advice;
};

/* true: there was something to say. */
static bool look_at_end(struct server_looking *looking, const struct ending *ending) {
  int64_t left_ms = ending->not_after_ms - ending->now_ms;
  if (left_ms > warning_days(looking) * CLOCK_DAY_MS) {
    return false;
  }
  struct slice day = clock_date_write(looking->arena, clock_date_of(ending->not_after_ms));
  int64_t days = (left_ms < 0 ? -left_ms : left_ms) / CLOCK_DAY_MS;
  struct slice said = left_ms <= 0 ? arena_printf(looking->arena, "%.*s has ended on %.*s, %" PRId64 " days ago", SLICE_ARG(ending->whose), SLICE_ARG(day), days)
                                   : arena_printf(looking->arena, "%.*s ends on %.*s, in %" PRId64 " days", SLICE_ARG(ending->whose), SLICE_ARG(day), days);
  server_doctor_find(looking, left_ms <= problem_days(looking) * CLOCK_DAY_MS ? SERVER_FINDING_PROBLEM : SERVER_FINDING_WARNING, "certificates", said, ending->advice);
  return true;
}

static int64_t machine_now_ms(void) {
  const struct clock machine = clock_shifted(0);
  return clock_now_ms(&machine);
}

/* ---- in the database ---- */

static result look_at_own(struct server_looking *looking, struct db_tx *tx, int64_t now_ms, size_t *found) {
  struct pki_expiring expiring[PKI_EXPIRING_MAX];
  size_t count = 0;
  TRY(pki_expiring(tx, now_ms + warning_days(looking) * CLOCK_DAY_MS, looking->arena, expiring, &count));
  for (size_t i = 0; i < count; i++) {
    *found += look_at_end(looking, &(struct ending){arena_printf(looking->arena, "the certificate of %.*s", SLICE_ARG(expiring[i].key)), expiring[i].not_after_ms, now_ms,
                                                    "danh pki renew, before that day: nothing is signed with an ended one"});
  }
  return OK;
}

/* Of people who hold a post: the others sign nothing. */
static result look_at_officers(struct server_looking *looking, struct db_tx *tx, int64_t now_ms, size_t *found) {
  struct pki_expiring expiring[PKI_EXPIRING_MAX];
  size_t count = 0;
  TRY(pki_expiring_people(tx, now_ms + warning_days(looking) * CLOCK_DAY_MS, looking->arena, expiring, &count));
  for (size_t i = 0; i < count; i++) {
    struct register_post_list posts = {0};
    TRY(register_posts_of_person(tx, looking->arena, expiring[i].person_id, clock_date_of(now_ms), &posts));
    if (posts.count > 0) {
      struct slice whose = arena_printf(looking->arena, "the signing certificate of %.*s (post %" PRId64 " of %.*s)", SLICE_ARG(expiring[i].key), posts.items[0].post_id,
                                        SLICE_ARG(posts.items[0].agency_code));
      *found += look_at_end(looking, &(struct ending){whose, expiring[i].not_after_ms, now_ms, "danh pki renew, before that day: then this officer can sign no result"});
    }
  }
  return OK;
}

static result look_at_clients(struct server_looking *looking, struct db_tx *tx, int64_t now_ms, size_t *found) {
  struct oidc_presented presented[OIDC_PRESENTED_MAX];
  size_t count = 0;
  const struct oidc_presented_query query = {now_ms, machine_now_ms() + warning_days(looking) * CLOCK_DAY_MS};
  TRY(oidc_presented_expiring(tx, &query, looking->arena, presented, &count));
  for (size_t i = 0; i < count; i++) {
    *found += look_at_end(looking, &(struct ending){arena_printf(looking->arena, "the certificate that client %.*s proves itself with", SLICE_ARG(presented[i].client_id)),
                                                    presented[i].not_after_ms, machine_now_ms(),
                                                    "tell its operator; a self-signed one has a new key, which its registration needs first (danh client add --replace)"});
  }
  return OK;
}

result server_doctor_certificates(struct server_looking *looking, struct server_installation *installation) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  int64_t now_ms = clock_now_ms(&installation->clock);
  size_t found = 0;
  TRY(db_read_begin(installation->env.db, &tx));
  TRY(look_at_own(looking, tx, now_ms, &found));
  TRY(look_at_officers(looking, tx, now_ms, &found));
  TRY(look_at_clients(looking, tx, now_ms, &found));
  if (found == 0) {
    server_doctor_find(looking, SERVER_FINDING_OK, "certificates",
                       arena_printf(looking->arena, "none of the system's, agencies', officers' and clients' ends within %" PRId64 " days", warning_days(looking)), NULL);
  }
  return OK;
}

/* ---- in front of it ---- */

/* Each of a PEM text; false: there is none, or one cannot be read. */
static bool look_at_bundle(struct server_looking *looking, struct slice pem, struct slice whose, size_t *found) {
  static const char end[] = "-----END CERTIFICATE-----";
  size_t read = 0;
  for (const uint8_t *at; pem.len > 0 && (at = memmem(pem.ptr, pem.len, end, sizeof end - 1)) != NULL; read++) {
    struct client_certificate certificate = {.dns_name_count = 0};
    size_t length = (size_t)(at - pem.ptr) + sizeof end - 1;
    if (!is_ok(client_certificate_parse(slice_sub(pem, 0, length), looking->arena, &certificate))) {
      return false;
    }
    struct slice name = arena_printf(looking->arena, "%.*s (%.*s)", SLICE_ARG(whose), SLICE_ARG(certificate.subject));
    *found += look_at_end(looking, &(struct ending){name, certificate.not_after_ms, machine_now_ms(), "renew it, then systemctl reload nginx: browsers and clients turn away from an ended one"});
    pem = slice_from(pem, length);
  }
  return read > 0;
}

/* Of the proxy's files: empty where none is named. */
static void look_at_file(struct server_looking *looking, struct slice path, struct slice whose) {
  struct slice pem = {0};
  size_t found = 0;
  if (path.len == 0) {
    return;
  }
  bool is_read = is_ok(server_file_read(looking->arena, path, BUNDLE_BYTES_MAX, &pem));
  if (!is_read || !look_at_bundle(looking, pem, whose, &found)) {
    server_doctor_find(looking, SERVER_FINDING_WARNING, "certificates",
                       arena_printf(looking->arena, "%.*s: %.*s %s", SLICE_ARG(whose), SLICE_ARG(path), is_read ? "holds no certificate that can be read" : "cannot be read"),
                       "mend the path in [doctor] of danh.ini; certificates are no secret, their keys are: chmod 644 the former");
  } else if (found == 0) {
    server_doctor_find(looking, SERVER_FINDING_OK, "certificates", arena_printf(looking->arena, "%.*s: none ends within %" PRId64 " days", SLICE_ARG(whose), warning_days(looking)), NULL);
  }
}

static void look_at_served(struct server_looking *looking) {
  struct slice origin = looking->config.origin;
  struct http_peer peer = {0};
  size_t found = 0;
  if (!is_ok(http_peer_look(origin, looking->arena, &peer))) {
    server_doctor_find(looking, SERVER_FINDING_WARNING, "certificates", arena_printf(looking->arena, "%.*s: %.*s", SLICE_ARG(origin), SLICE_ARG(server_doctor_why(looking))),
                       "start the proxy; does this machine not reach its own address, name the file: front_certificate in [doctor] of danh.ini");
    return;
  }
  struct slice whose = arena_printf(looking->arena, "the certificate at %.*s", SLICE_ARG(origin));
  if (!look_at_bundle(looking, peer.chain, whose, &found)) {
    server_doctor_find(looking, SERVER_FINDING_WARNING, "certificates", arena_printf(looking->arena, "%.*s cannot be read", SLICE_ARG(whose)), "look at the proxy's ssl_certificate");
  } else if (peer.refused != NULL) {
    server_doctor_find(looking, SERVER_FINDING_WARNING, "certificates", arena_printf(looking->arena, "%.*s is not believed on this machine: %s", SLICE_ARG(whose), peer.refused),
                       "does it name that host, does the proxy send the whole chain, and is its root known here? then browsers refuse it too");
  } else if (found == 0) {
    server_doctor_find(looking, SERVER_FINDING_OK, "certificates", arena_printf(looking->arena, "%.*s does not end within %" PRId64 " days", SLICE_ARG(whose), warning_days(looking)), NULL);
  }
}

void server_doctor_front(struct server_looking *looking) {
  const struct server_config_doctor *config = &looking->config.doctor;
  look_at_file(looking, config->front_certificate, S("the proxy's certificate"));
  look_at_file(looking, config->client_roots, S("the root of clients' certificates"));
  if (config->front_certificate.len == 0 && slice_starts(looking->config.origin, S("https://"))) {
    look_at_served(looking);
  }
}
