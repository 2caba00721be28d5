#include "base/buf.h"
#include "payment/payment.h"

static const int64_t AMOUNT_MAX = 9999999999999; /* tag 54 holds 13 characters [EMV MPM 4.7] */

uint16_t payment_crc16(struct slice bytes) {
  uint16_t crc = 0xFFFF;
  for (size_t i = 0; i < bytes.len; i++) {
    crc = (uint16_t)(crc ^ (bytes.ptr[i] << 8));
    for (int bit = 0; bit < 8; bit++) {
      crc = (uint16_t)((crc & 0x8000) ? (crc << 1) ^ 0x1021 : crc << 1);
    }
  }
  return crc;
}

static void append_field(struct buf *out, const char *tag, struct slice value) {
  buf_printf(out, "%s%02zu%.*s", tag, value.len, SLICE_ARG(value));
}

static bool is_ascii_field(struct slice value, size_t len_max) {
  if (value.len == 0 || value.len > len_max) {
    return false;
  }
  for (size_t i = 0; i < value.len; i++) {
    if (value.ptr[i] < 0x20 || value.ptr[i] > 0x7E) {
      return false;
    }
  }
  return true;
}

static struct slice merchant_account(struct arena *arena, const struct payment_vietqr *qr) {
  struct buf bank;
  buf_init(&bank, arena, 64);
  append_field(&bank, "00", qr->bank_bin);
  append_field(&bank, "01", qr->account);
  struct buf merchant;
  buf_init(&merchant, arena, 96);
  append_field(&merchant, "00", S("A000000727")); /* NAPAS */
  append_field(&merchant, "01", buf_slice(&bank));
  append_field(&merchant, "02", S("QRIBFTTA")); /* transfer to an account */
  return buf_slice(&merchant);
}

result payment_vietqr_write(struct arena *arena, const struct payment_vietqr *qr, struct slice *ret_text) {
  if (qr->amount < 1 || qr->amount > AMOUNT_MAX) {
    FAIL(PAYMENT_AMOUNT, "VietQR amount out of range");
  }
  if (qr->bank_bin.len != 6 || !is_ascii_field(qr->bank_bin, 6) || !is_ascii_field(qr->account, 19) ||
      !is_ascii_field(qr->purpose, 25)) {
    FAIL(PAYMENT_QR_FIELD, "VietQR field empty, too long or not ASCII");
  }
  struct buf purpose;
  buf_init(&purpose, arena, 32);
  append_field(&purpose, "08", qr->purpose);
  struct buf out;
  buf_init(&out, arena, 256);
  append_field(&out, "00", S("01"));
  append_field(&out, "01", S("12")); /* dynamic: this amount, this reference, once */
  append_field(&out, "38", merchant_account(arena, qr));
  append_field(&out, "53", S("704"));
  append_field(&out, "54", arena_printf(arena, "%lld", (long long)qr->amount));
  append_field(&out, "58", S("VN"));
  append_field(&out, "62", buf_slice(&purpose));
  buf_append(&out, S("6304"));
  buf_printf(&out, "%04X", payment_crc16(buf_slice(&out)));
  *ret_text = buf_slice(&out);
  return OK;
}
