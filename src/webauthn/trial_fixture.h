/* webauthn/trial_fixture.h: one ceremony as a test wants it, and what is said of it. (private to webauthn/) */
#pragma once
#include "base/unit_test.h"
#include "webauthn/fixture.h"

struct trial {
  struct webauthn_fixture *fixture;
  enum webauthn_fixture_format format;
  struct slice origin;
  struct webauthn_party party;
  struct webauthn_expected expected;
  struct webauthn_policy policy;
  struct webauthn_registration registration;
  struct webauthn_credential credential; /* of the last registration that was accepted */
  struct webauthn_assertion assertion;
  struct webauthn_record record;
  struct webauthn_sign_in sign_in;
  struct webauthn_assertion_facts facts;
};

/* Made as members say; tests change members between. */
static inline void trial_make_registration(struct trial *trial, const char *more) {
  struct webauthn_fixture *fixture = trial->fixture;
  struct slice client_data = webauthn_fixture_client_data(fixture, "webauthn.create", trial->expected.challenge, more);
  trial->registration = (struct webauthn_registration){
      .id = fixture->id,
      .client_data = client_data,
      .attestation_object = webauthn_fixture_attestation(fixture, trial->format, client_data),
      .transports = S("internal"),
  };
}

static inline void trial_make_assertion(struct trial *trial, const char *more) {
  struct webauthn_fixture *fixture = trial->fixture;
  struct slice client_data = webauthn_fixture_client_data(fixture, "webauthn.get", trial->expected.challenge, more);
  struct slice auth_data = webauthn_fixture_auth_data(fixture, false);
  trial->assertion = (struct webauthn_assertion){
      .id = fixture->id,
      .client_data = client_data,
      .authenticator_data = auth_data,
      .signature = webauthn_fixture_sign(fixture, auth_data, client_data),
      .user_handle = S("handle of the person"),
  };
}

/* As a fresh authenticator and our own server would do it: everything is accepted. */
static inline void trial_open(struct trial *trial, struct webauthn_fixture *fixture) {
  *trial = (struct trial){.fixture = fixture, .origin = S("https://danh.example")};
  fixture->defect = DEFECT_NONE;
  fixture->flags = 0x05;
  fixture->counter = 7;
  fixture->extensions = fixture->trailing = (struct slice){0};
  fixture->party_id = S("danh.example");
  trial->party = (struct webauthn_party){.id = S("danh.example"), .origins = &trial->origin, .origin_count = 1};
  trial->expected = (struct webauthn_expected){
      .party = &trial->party, .challenge = S("a challenge of thirty-two bytes!"), .user_verification_required = true};
  trial->policy.at_ms = 1792000000000; /* 2026-10-14 */
  trial->sign_in = (struct webauthn_sign_in){.expected = &trial->expected};
  trial->record = (struct webauthn_record){
      .id = fixture->id,
      .public_key = webauthn_fixture_cose_key(fixture),
      .user_handle = S("handle of the person"),
      .counter = 6,
  };
}

static inline result trial_register(struct trial *trial) {
  return webauthn_registration_verify(&trial->expected, &trial->policy, &trial->registration, &trial->fixture->arena,
                                      &trial->credential);
}
static inline result trial_sign_in(struct trial *trial) {
  return webauthn_assertion_verify(&trial->sign_in, &trial->assertion, &trial->record, &trial->facts);
}
