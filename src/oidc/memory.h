/* oidc/memory.h: what is kept between requests. (private to oidc/) */
#pragma once
#include <pthread.h>

#include "oidc/client.h"
#include "oidc/fetch.h"
#include "oidc/keys.h"
#include "oidc/readings.h"
#include "oidc/requests.h"
#include "oidc/seen.h"
#include "oidc/standing.h"

enum { OIDC_SECRET_BYTES = 32 };

struct oidc_memory {
  struct oidc_client_cache *clients;
  uint8_t subject_secret[OIDC_SECRET_BYTES]; /* pairwise subjects are made under it */
  struct oidc_key_cache *keys;
  struct jose_keyring *keyring;   /* decoded keys of clients and of proofs */
  struct oidc_seen *proofs;       /* DPoP proofs used */
  struct oidc_seen *presented;    /* certificates that clients came with, noted today */
  struct oidc_requests *requests; /* kept a moment ago */
  struct oidc_seen *verified;     /* access tokens of ours whose signature was found good */
  struct oidc_readings *readings; /* what some of those say */
  struct oidc_standings *standings; /* who may share what with whom */
  uint8_t nonce_epoch[OIDC_SECRET_BYTES]; /* drawn at start: nonces of before are refused */
  pthread_mutex_t wanted_mutex; /* guards the two below */
  char wanted[OIDC_FETCH_WANTED_MAX][65]; /* clients whose keys are wanted soon */
  size_t wanted_count;
};
/* The installation's secret of that name, made at the first call. Not inside a write. */
MUST_USE result oidc_secret_load(struct env *env, const char *name, uint8_t ret_secret[static OIDC_SECRET_BYTES]);
