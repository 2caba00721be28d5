/* crypto/crypto_error.h: what the cryptography shelf refuses. One enum for the shelf, since numbers are never reused.
 * Numbers from 64: cms.h. */
#pragma once
#include "base/result.h"

enum crypto_error {
  CRYPTO_LIBRARY_FAILED = RESULT_CODE(RESULT_INTERNAL, MODULE_CRYPTO, 1), /* The cryptographic library failed. */
  CRYPTO_KEY_INVALID = RESULT_CODE(RESULT_INVALID, MODULE_CRYPTO, 2),     /* Not a P-256 key in the form asked for. */
  CRYPTO_SIGNATURE_SYNTAX =
      RESULT_CODE(RESULT_INVALID, MODULE_CRYPTO, 3), /* Not an ECDSA signature in the form asked for. */
  CRYPTO_SIGNATURE_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_CRYPTO, 4), /* The signature does not match. */
  CRYPTO_PASSWORD_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_CRYPTO, 5),  /* The password does not match. */
  CRYPTO_PASSWORD_LENGTH = RESULT_CODE(RESULT_INVALID, MODULE_CRYPTO, 6), /* A password is empty or too long. */
  CRYPTO_SEALED_ALTERED =
      RESULT_CODE(RESULT_REFUSED, MODULE_CRYPTO, 7), /* Sealed bytes were altered, or belong elsewhere. */
  CRYPTO_SEALED_KEY_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_CRYPTO, 8), /* Sealed under another key. */
  CRYPTO_SEALED_TOO_LONG = RESULT_CODE(RESULT_INVALID, MODULE_CRYPTO, 9),  /* More bytes than a secret holds. */
  CRYPTO_PROOF_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_CRYPTO, 10),     /* The PIN proof does not match. */
  CRYPTO_CERTIFICATE_SYNTAX =
      RESULT_CODE(RESULT_INVALID, MODULE_CRYPTO, 11), /* Not a certificate or CRL of our kind. */
  CRYPTO_CERTIFICATE_UNTRUSTED = RESULT_CODE(RESULT_REFUSED, MODULE_CRYPTO, 12), /* No chain to the root. */
  CRYPTO_CERTIFICATE_EXPIRED = RESULT_CODE(RESULT_REFUSED, MODULE_CRYPTO, 13),   /* Not valid at that time. */
  CRYPTO_CERTIFICATE_REVOKED = RESULT_CODE(RESULT_REFUSED, MODULE_CRYPTO, 14),   /* Revoked before that time. */
  CRYPTO_CRL_UNUSABLE =
      RESULT_CODE(RESULT_REFUSED, MODULE_CRYPTO, 15), /* No CRL that covers the certificate at that time. */
  CRYPTO_AGE_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_CRYPTO, 16),     /* Not a file of age, version 1. */
  CRYPTO_AGE_KEY_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_CRYPTO, 17), /* Not a key age1... or AGE-SECRET-KEY-1... */
  CRYPTO_AGE_KEY_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_CRYPTO, 18),  /* None of the keys opens the file. */
  CRYPTO_AGE_ALTERED = RESULT_CODE(RESULT_REFUSED, MODULE_CRYPTO, 19),    /* The encrypted file was altered. */
  CRYPTO_AGE_CUT = RESULT_CODE(RESULT_REFUSED, MODULE_CRYPTO, 20),        /* The encrypted file ends before its end. */
};
