/* An e-mail as bytes. */
#include "base/buf.h"
#include "codec/base64.h"
#include "codec/utf8.h"
#include "message/message.h"

enum {
  WORD_BYTES_MAX = 42, /* 56 base64 characters, 12 around them and "Subject: ": a word has at most 75 [RFC2047 2 MUST], a line 78 */
  LINE_BYTES = 57,     /* 76 base64 characters a line [RFC2045 6.8 MUST] */
  PLAIN_MAX = 60,
};

static bool is_plain(struct slice text) {
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < ' ' || text.ptr[i] > '~') {
      return false;
    }
  }
  return text.len <= PLAIN_MAX && memmem(text.ptr, text.len, "=?", 2) == NULL;
}

/* Whole characters only: a word is decoded by itself [RFC2047 5 MUST]. */
static struct slice take_word(struct slice *rest) {
  size_t taken = 0;
  while (taken < rest->len) {
    size_t step = 0;
    (void)utf8_step(slice_from(*rest, taken), &step, NULL);
    if (taken + step > WORD_BYTES_MAX) {
      break;
    }
    taken += step;
  }
  struct slice word = slice_sub(*rest, 0, taken);
  *rest = slice_from(*rest, taken);
  return word;
}

static void put_words(struct buf *out, struct slice text) {
  const char *between = "";
  while (text.len > 0) {
    struct slice word = base64_write(out->arena, take_word(&text));
    buf_printf(out, "%s=?UTF-8?B?%.*s?=", between, SLICE_ARG(word));
    between = "\r\n ";
  }
}

static void put_date(struct buf *out, int64_t at_ms) {
  static const char days[7][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int32_t date = clock_date_of(at_ms);
  struct civil_date civil = clock_civil(date);
  int s = clock_ms_of_day(at_ms) / 1000;
  buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0700\r\n", days[clock_weekday(date)], civil.day, months[civil.month - 1], civil.year,
             s / 3600, s / 60 % 60, s % 60);
}

static void put_body(struct buf *out, struct slice text) {
  struct buf canonical;
  buf_init(&canonical, out->arena, text.len + 64);
  for (size_t i = 0; i < text.len; i++) { /* a line of text ends with CRLF, before it is encoded [RFC2045 6.8 MUST] */
    if (text.ptr[i] == '\n') {
      buf_append_byte(&canonical, '\r');
    }
    buf_append_byte(&canonical, text.ptr[i]);
  }
  struct slice rest = buf_slice(&canonical);
  for (; rest.len > 0; rest = slice_from(rest, LINE_BYTES)) {
    buf_append(out, base64_write(out->arena, slice_sub(rest, 0, LINE_BYTES)));
    buf_append_str(out, "\r\n");
  }
}

result message_mail_write(struct arena *arena, const struct message_mail *mail, const struct message_item *item, struct slice *ret_bytes) {
  if (!message_is_address(MESSAGE_EMAIL, mail->from) || !message_is_address(MESSAGE_EMAIL, item->address)) {
    FAIL(MESSAGE_ADDRESS, "sender or receiver of an e-mail");
  }
  if (!utf8_is_line(mail->from_name) || !utf8_is_line(item->subject) || !utf8_is_text(item->text)) {
    FAIL(MESSAGE_TEXT, "a header line would end early");
  }
  struct buf out;
  buf_init(&out, arena, item->text.len * 2 + 1024);
  buf_append_str(&out, "From: ");
  if (mail->from_name.len > 0) {
    put_words(&out, mail->from_name); /* always: a phrase with specials would have to be quoted [RFC5322 3.2.3] */
    buf_append_str(&out, "\r\n ");
  }
  buf_printf(&out, "<%.*s>\r\nTo: <%.*s>\r\nSubject: ", SLICE_ARG(mail->from), SLICE_ARG(item->address));
  struct slice subject = item->subject.len > 0 ? item->subject : S("Danh");
  if (is_plain(subject)) {
    buf_append(&out, subject);
  } else {
    put_words(&out, subject);
  }
  buf_append_str(&out, "\r\n");
  put_date(&out, mail->at_ms);
  /* the same when it is sent again, so that a mailbox can tell [RFC5322 3.6.4] */
  buf_printf(&out, "Message-ID: <%lld.%lld@%.*s>\r\n", (long long)item->message_id, (long long)item->created_at_ms,
             SLICE_ARG(slice_from(mail->from, slice_find(mail->from, '@', 0) + 1)));
  buf_append_str(&out, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
                       "Auto-Submitted: auto-generated\r\n\r\n"); /* [RFC3834 5 SHOULD] */
  put_body(&out, item->text);
  *ret_bytes = buf_slice(&out);
  return OK;
}
