/* codec/codec_error.h: what the codecs refuse. One enum for the shelf, since numbers are never reused. */
#pragma once
#include "base/result.h"

enum codec_error {
  CODEC_JSON_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 1),        /* Not JSON, or a name occurs twice. */
  CODEC_JSON_LIMIT = RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 2),         /* Too long, too deep, too many values or a number out of range. */
  CODEC_JSON_FIELD_MISSING = RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 3), /* A required field is absent or null. */
  CODEC_JSON_FIELD_UNKNOWN = RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 4), /* A field this place does not know. */
  CODEC_JSON_TYPE = RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 5),          /* A value of another type than asked for. */
  CODEC_JSON_VALUE =
      RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 6), /* A value out of range, too long or not a known word. */
  CODEC_BASE64_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 7),   /* Not canonical base64 or base64url. */
  CODEC_HEX_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 8),      /* Not pairs of hexadecimal digits. */
  CODEC_DER_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 9),      /* Not DER, or not the item expected. */
  CODEC_URL_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 10),     /* A broken percent escape or form. */
  CODEC_FORM_LIMIT = RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 11),     /* Too many fields, or one is too long. */
  CODEC_FORM_DUPLICATE = RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 12), /* A form field occurs twice. */
  CODEC_UTF8_INVALID =
      RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 13), /* Not UTF-8, or a character that has no place here. */
  CODEC_QR_TOO_LONG = RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 14), /* More bytes than a QR code holds. */
  CODEC_CBOR_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_CODEC, 15), /* Not canonical CBOR, or not the value expected. */
};
