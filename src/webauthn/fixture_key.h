/* webauthn/fixture_key.h: private keys and certificates of the authenticator in software. (private to webauthn/) */
#pragma once
#include "webauthn/fixture.h"

struct webauthn_fixture_key *webauthn_fixture_key_new(enum webauthn_algorithm algorithm);
void webauthn_fixture_key_free(struct webauthn_fixture_key *key);
struct slice webauthn_fixture_key_sign(const struct webauthn_fixture_key *key, struct slice message,
                                       struct arena *arena);
struct slice webauthn_fixture_key_spki(const struct webauthn_fixture_key *key, struct arena *arena);
struct slice webauthn_fixture_key_modulus(const struct webauthn_fixture_key *key, struct arena *arena);

struct webauthn_fixture_extension {
  const char *oid;
  bool is_critical;
  struct slice value;
};
struct webauthn_fixture_certificate {
  int64_t serial;
  const char *issuer_unit; /* names are told apart by unit and common name */
  const char *unit;
  bool has_no_subject;
  bool is_v1;
  bool is_ca;
  struct slice spki;
  const struct webauthn_fixture_key *issuer; /* P-256 */
  const struct webauthn_fixture_extension *extensions;
  size_t extension_count;
};
struct slice webauthn_fixture_certificate_write(const struct webauthn_fixture_certificate *certificate,
                                                struct arena *arena);
