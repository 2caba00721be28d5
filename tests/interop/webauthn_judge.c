/* `webauthn_judge`: reads ceremonies as lines of JSON and says of each what webauthn/ says: for tests/interop/webauthn.test.mjs and the vectors.
 *
 *   {"kind": "registration", "party": "example.org", "origins": [...], "top_origins": [...], "challenge": base64url,
 *    "verified": bool, "roots": [base64url], "response": "JSON of RegistrationResponseJSON"}
 *   {"kind": "assertion", ..., "public_key": base64url, "user_handle": base64url, "counter": n, "eligible": bool, "response": "..."}
 * Answer: {"code": 0, facts} or {"code": the refusal, "reason": text}.
 *
 * `webauthn_judge make`: writes such questions, made with an authenticator in software, each with a name. */
#include <stdio.h>

#include "base/clock.h"
#include "codec/base64url.h"
#include "codec/jin.h"
#include "codec/jout.h"
#include "webauthn/fixture.h"

enum { LINE_BYTES_MAX = 256 * 1024, LIST_MAX = 8 };

struct question {
  struct webauthn_party party;
  struct webauthn_expected expected;
  struct webauthn_policy policy;
  struct slice origins[LIST_MAX];
  struct slice top_origins[LIST_MAX];
  struct slice roots[LIST_MAX];
  struct slice response;
};

static result read_bytes(const struct jin *root, const char *name, struct arena *arena, struct slice *ret_bytes) {
  struct slice text = {0};
  TRY(jin_text_optional(root, name, LINE_BYTES_MAX, &text));
  return base64url_parse(text, arena, ret_bytes);
}

static result read_texts(const struct jin *root, const char *name, struct slice *items, size_t *ret_count) {
  const struct jin *list = NULL;
  *ret_count = 0;
  if (jin_find(root, name) == NULL) {
    return OK;
  }
  TRY(jin_list(root, name, LIST_MAX, &list));
  for (size_t i = 0; i < list->count; i++) {
    TRY(jin_as_text(&list->items[i], LINE_BYTES_MAX, &items[i]));
  }
  *ret_count = list->count;
  return OK;
}

static result read_question(const struct jin *root, struct arena *arena, struct question *question) {
  TRY(jin_text(root, "party", 256, &question->party.id));
  TRY(read_texts(root, "origins", question->origins, &question->party.origin_count));
  TRY(read_texts(root, "top_origins", question->top_origins, &question->party.top_origin_count));
  TRY(read_texts(root, "roots", question->roots, &question->policy.root_count));
  for (size_t i = 0; i < question->policy.root_count; i++) {
    TRY(base64url_parse(question->roots[i], arena, &question->roots[i]));
  }
  question->party.origins = question->origins;
  question->party.top_origins = question->top_origins;
  question->policy.roots = question->roots;
  question->policy.metadata = question->policy.root_count > 0 ? WEBAUTHN_METADATA_ROOTS : WEBAUTHN_METADATA_NONE;
  struct clock clock = clock_shifted(0);
  question->policy.at_ms = clock_now_ms(&clock);
  question->expected.party = &question->party;
  TRY(read_bytes(root, "challenge", arena, &question->expected.challenge));
  TRY(jin_bool_optional(root, "verified", &question->expected.user_verification_required));
  return jin_text(root, "response", LINE_BYTES_MAX, &question->response);
}

static void put_bytes(struct jout *out, const char *name, struct slice bytes, struct arena *arena) {
  jout_put_text(out, name, base64url_write(arena, bytes));
}

static result judge_registration(const struct question *question, struct arena *arena, struct jout *out) {
  struct webauthn_registration registration;
  struct webauthn_credential credential;
  TRY(webauthn_registration_read(question->response, arena, &registration));
  TRY(webauthn_registration_verify(&question->expected, &question->policy, &registration, arena, &credential));
  put_bytes(out, "id", credential.id, arena);
  put_bytes(out, "public_key", credential.public_key, arena);
  put_bytes(out, "aaguid", credential.aaguid, arena);
  jout_put_int(out, "counter", credential.counter);
  jout_put_bool(out, "is_user_verified", credential.is_user_verified);
  jout_put_bool(out, "is_backup_eligible", credential.is_backup_eligible);
  jout_put_bool(out, "is_backed_up", credential.is_backed_up);
  jout_put_text(out, "format", credential.format);
  jout_put_bool(out, "is_trusted", credential.is_trusted);
  return OK;
}

static result judge_assertion(const struct jin *root, const struct question *question, struct arena *arena,
                              struct jout *out) {
  struct webauthn_assertion assertion;
  struct webauthn_record record = {0};
  struct webauthn_assertion_facts facts;
  struct webauthn_sign_in sign_in = {.expected = &question->expected, .is_user_known = true};
  int64_t counter = 0;
  TRY(webauthn_assertion_read(question->response, arena, &assertion));
  TRY(read_bytes(root, "public_key", arena, &record.public_key));
  TRY(read_bytes(root, "user_handle", arena, &record.user_handle));
  TRY(read_bytes(root, "id", arena, &record.id));
  TRY(jin_int_optional(root, "counter", 0, UINT32_MAX, &counter));
  TRY(jin_bool_optional(root, "eligible", &record.is_backup_eligible));
  record.counter = (uint32_t)counter;
  TRY(webauthn_assertion_verify(&sign_in, &assertion, &record, &facts));
  jout_put_int(out, "counter", facts.counter);
  jout_put_bool(out, "is_user_verified", facts.is_user_verified);
  jout_put_bool(out, "is_backed_up", facts.is_backed_up);
  return OK;
}

static result judge_line(struct slice line, struct arena *arena, struct jout *out) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  struct question question = {0};
  struct slice kind = {0};
  jin_doc_init(&doc, arena, (struct jin_limits){LINE_BYTES_MAX, 4, 100});
  TRY(jin_parse(&doc, line, &root));
  TRY(jin_text(root, "kind", 32, &kind));
  TRY(read_question(root, arena, &question));
  return slice_is(kind, "registration") ? judge_registration(&question, arena, out)
                                        : judge_assertion(root, &question, arena, out);
}

static void judge(struct slice line) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf facts;
  struct jout out;
  buf_init(&facts, &arena, 1024);
  jout_init(&out, &facts);
  jout_object(&out);
  result judged = judge_line(line, &arena, &out);
  jout_put_int(&out, "code", judged.code);
  jout_put_str(&out, "reason", is_ok(judged) ? NULL : fault_last()->detail);
  jout_object_end(&out);
  (void)printf("%.*s\n", SLICE_ARG(buf_slice(&facts)));
}

/* ---- make ---- */

struct maker {
  struct webauthn_fixture fixture;
  struct slice challenge;
  const char *name; /* of the question */
};

static void put_question(const struct maker *maker, struct jout *out, const char *kind) {
  struct arena *arena = (struct arena *)&maker->fixture.arena;
  jout_object(out);
  jout_put_str(out, "name", maker->name);
  jout_put_str(out, "kind", kind);
  jout_put_str(out, "party", "danh.example");
  jout_put_list(out, "origins");
  jout_text(out, S("https://danh.example"));
  jout_list_end(out);
  put_bytes(out, "challenge", maker->challenge, arena);
  jout_put_bool(out, "verified", true);
  put_bytes(out, "user_handle", S("handle"), arena);
  put_bytes(out, "id", maker->fixture.id, arena);
  jout_put_list(out, "roots");
  jout_list_end(out);
}

static void put_response(struct maker *maker, struct jout *out, const char *const *names, const struct slice *parts,
                         size_t count) {
  struct arena *arena = &maker->fixture.arena;
  struct buf text;
  struct jout response;
  buf_init(&text, arena, 4096);
  jout_init(&response, &text);
  jout_object(&response);
  put_bytes(&response, "id", maker->fixture.id, arena);
  put_bytes(&response, "rawId", maker->fixture.id, arena);
  jout_put_str(&response, "type", "public-key");
  jout_put_object(&response, "clientExtensionResults");
  jout_object_end(&response);
  jout_put_object(&response, "response");
  for (size_t i = 0; i < count; i++) {
    put_bytes(&response, names[i], parts[i], arena);
  }
  jout_object_end(&response);
  jout_object_end(&response);
  jout_put_text(out, "response", buf_slice(&text));
  jout_object_end(out);
}

static void write_line(const struct buf *line) {
  (void)printf("%.*s\n", SLICE_ARG(buf_slice(line)));
}

static void make_registration(struct maker *maker, enum webauthn_fixture_format format, const char *more) {
  struct buf line;
  struct jout out;
  buf_init(&line, &maker->fixture.arena, 4096);
  jout_init(&out, &line);
  put_question(maker, &out, "registration");
  struct slice client_data = webauthn_fixture_client_data(&maker->fixture, "webauthn.create", maker->challenge, more);
  const struct slice parts[] = {client_data, webauthn_fixture_attestation(&maker->fixture, format, client_data)};
  put_response(maker, &out, (const char *const[]){"clientDataJSON", "attestationObject"}, parts, 2);
  write_line(&line);
}

static void make_assertion(struct maker *maker, const char *more) {
  struct webauthn_fixture *fixture = &maker->fixture;
  struct buf line;
  struct jout out;
  buf_init(&line, &fixture->arena, 4096);
  jout_init(&out, &line);
  put_question(maker, &out, "assertion");
  put_bytes(&out, "public_key", webauthn_fixture_cose_key(fixture), &fixture->arena);
  jout_put_int(&out, "counter", 6);
  struct slice client_data = webauthn_fixture_client_data(fixture, "webauthn.get", maker->challenge, more);
  struct slice auth_data = webauthn_fixture_auth_data(fixture, false);
  const struct slice parts[] = {client_data, auth_data, webauthn_fixture_sign(fixture, auth_data, client_data),
                                S("handle")};
  put_response(maker, &out, (const char *const[]){"clientDataJSON", "authenticatorData", "signature", "userHandle"},
               parts, 4);
  write_line(&line);
}

static const struct {
  const char *name;
  uint8_t flags;
  uint32_t counter;
  const char *extensions;
  const char *trailing;
  const char *client_data;
  const char *party_id;
} variants[] = {
    {"plain", 0x05, 7, "", "", "", "danh.example"},
    {"backed_up", 0x1D, 7, "", "", "", "danh.example"},
    {"cred_protect", 0x05, 7,
     "\xA1\x6B"
     "credProtect\x02",
     "", "", "danh.example"},
    {"more_client_data", 0x05, 7, "", "", ",\"other\":{\"a\":[1]}", "danh.example"},
    {"user_absent", 0x04, 7, "", "", "", "danh.example"},
    {"user_unverified", 0x01, 7, "", "", "", "danh.example"},
    {"backup_impossible", 0x15, 7, "", "", "", "danh.example"},
    {"counter_back", 0x05, 6, "", "", "", "danh.example"},
    {"trailing_bytes", 0x05, 7, "", "\x01", "", "danh.example"},
    {"unasked_extension", 0x05, 7,
     "\xA1\x63"
     "uvm\xF5",
     "", "", "danh.example"},
    {"member_twice", 0x05, 7, "", "", ",\"type\":\"webauthn.get\"", "danh.example"},
    {"framed", 0x05, 7, "", "", ",\"topOrigin\":\"https://evil.example\"", "danh.example"},
    {"other_party", 0x05, 7, "", "", "", "evil.example"},
};

static void make_all(enum webauthn_algorithm algorithm) {
  struct maker maker = {.challenge = S("a challenge of thirty-two bytes!")};
  webauthn_fixture_open(&maker.fixture, algorithm);
  for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
    maker.name = variants[i].name;
    maker.fixture.flags = variants[i].flags;
    maker.fixture.counter = variants[i].counter;
    maker.fixture.extensions = slice_str(variants[i].extensions);
    maker.fixture.trailing = slice_str(variants[i].trailing);
    maker.fixture.party_id = slice_str(variants[i].party_id);
    make_registration(&maker, FIXTURE_NONE, variants[i].client_data);
    make_assertion(&maker, variants[i].client_data);
  }
  static const char *const formats[FIXTURE_FORMATS] = {"none",     "self",  "packed",     "tpm",
                                                       "fido-u2f", "apple", "android-key"};
  maker.fixture.flags = 0x05;
  maker.fixture.counter = 7;
  maker.fixture.extensions = maker.fixture.trailing = (struct slice){0};
  maker.fixture.party_id = S("danh.example");
  struct slice aaguid = maker.fixture.aaguid;
  for (int defect = DEFECT_NONE; defect <= DEFECT_TWO_CERTIFICATES; defect++) {
    for (int format = 0; format < FIXTURE_FORMATS; format++) {
      /* phones and what is older than passkeys have P-256 keys alone, TPMs RSA keys too */
      if (format >= (algorithm == WEBAUTHN_ES256   ? FIXTURE_FORMATS
                     : algorithm == WEBAUTHN_RS256 ? FIXTURE_U2F
                                                   : FIXTURE_TPM)) {
        continue;
      }
      maker.fixture.aaguid =
          format == FIXTURE_U2F ? S("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") : aaguid; /* those that are older than models */
      maker.fixture.defect = (enum webauthn_fixture_defect)defect;
      maker.name = (const char *)arena_printf(&maker.fixture.arena, "%s:%d", formats[format], defect).ptr;
      make_registration(&maker, (enum webauthn_fixture_format)format, "");
    }
  }
  webauthn_fixture_close(&maker.fixture);
}

int main(int argc, char **argv) {
  static char line[LINE_BYTES_MAX];
  if (argc > 1 && strcmp(argv[1], "make") == 0) {
    make_all(WEBAUTHN_ES256);
    make_all(WEBAUTHN_EDDSA);
    make_all(WEBAUTHN_RS256);
    return 0;
  }
  while (fgets(line, sizeof line, stdin) != NULL) {
    judge(slice_trim(slice_str(line)));
  }
  return 0;
}
