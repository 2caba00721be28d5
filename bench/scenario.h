/* bench/scenario.h: what a client does again and again, as a file says it.
 *
 * The file     parts ended by a line "===". First the head:
 *                key NAME FILE                    a P-256 private key (PKCS#8 DER), for the proofs below
 *                given NAME VALUE                 {NAME} until something of that name is taken
 *                row A B ...                      one identity; {1} is its first word. A flow takes the next row, in turn
 *              then one part a request, in order:
 *                expect STATUS
 *                take NAME location|json|text|header|cookie WORD   of the answer: a parameter of Location, a member of the JSON body, what stands
 *                                                 between WORD and the next quote, a header, the value of a cookie; {NAME} in later requests. {nonce} goes into proofs
 *                METHOD TARGET HTTP/1.1 ...       the request, an empty line and perhaps a body, whose length is added
 * Braces       {1} row's word; {NAME} taken; {number} counts flows; {random} 43 characters;
 *              {assertion;KEY;CLIENT;AUDIENCE}    private_key_jwt [RFC7523 3]
 *              {dpop;KEY;METHOD;URL[;TOKEN]}      a DPoP proof, with ath of the taken TOKEN
 *              {authenticator;RPID}, {client_data;ORIGIN;CHALLENGE}, {passkey;KEY;ORIGIN;RPID;CHALLENGE}
 *                                                 authenticator data, client data and signature of a passkey over the taken CHALLENGE, base64url
 */
#pragma once
#include "bench/bench.h"
#include "crypto/key.h"

enum { SCENARIO_STEPS_MAX = 8, SCENARIO_TAKES_MAX = 6, SCENARIO_KEYS_MAX = 4, SCENARIO_WORDS_MAX = 6, SCENARIO_TAKEN_MAX = 16 };

struct scenario_take {
  struct slice name;
  struct slice from; /* "location", "json", "text" */
  struct slice word;
};
struct scenario_step {
  int expected;
  struct scenario_take takes[SCENARIO_TAKES_MAX];
  size_t take_count;
  struct slice head; /* with {braces} */
  struct slice body;
};
struct scenario_key {
  struct slice name;
  struct key *key;
  struct slice jwk;        /* public, members in the order of RFC 7638 */
};
struct scenario_row {
  struct slice words[SCENARIO_WORDS_MAX];
};
struct scenario {
  struct arena arena;
  struct scenario_key keys[SCENARIO_KEYS_MAX];
  size_t key_count;
  struct slice given_name; /* empty: nothing */
  struct slice given;
  struct scenario_row *rows;
  size_t row_count;
  struct scenario_step steps[SCENARIO_STEPS_MAX];
  size_t step_count;
};
/* Ends the program on anything it does not understand. */
void scenario_read(const char *path, struct scenario *scenario);

/* One flow on its way. */
struct scenario_flow {
  const struct scenario *scenario;
  const struct scenario_row *row;
  struct arena arena; /* of this flow */
  struct random *random;
  size_t number;
  struct {
    struct slice name, value;
  } taken[SCENARIO_TAKEN_MAX];
  size_t taken_count;
};
/* Empty when nothing of that name was taken or given. */
struct slice scenario_taken(const struct scenario_flow *flow, struct slice name);
/* The request's bytes; they live as long as the flow. */
struct slice scenario_request(struct scenario_flow *flow, const struct scenario_step *step);
/* What the answer gives to later requests; false when something is not there. */
bool scenario_take_all(struct scenario_flow *flow, const struct scenario_step *step, const char *answer);

/* {kind:a:b...}: proof.c. */
bool scenario_proof(struct scenario_flow *flow, struct slice braces, struct buf *out);
