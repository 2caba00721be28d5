/* What a new password and a new passcode must not be. Eight to 64 characters and two blocklists, no composition rule. */
#include "account/authenticator.h"
#include "base/buf.h"
#include "codec/utf8.h"

enum {
  PASSWORD_CHARACTERS_MIN = 8,
  PASSWORD_CHARACTERS_MAX = 64,
  ORNAMENT_MAX = 6,   /* digits and signs put before or behind a common word: "matkhau2024!" */
  OWN_LETTERS_MIN = 4 /* characters that must remain once number, name and dates are taken out */
};

/* Letters and digits only; the fold has already made them lower case without diacritics. */
static struct slice plain(struct arena *arena, struct slice folded) {
  struct buf out;
  buf_init(&out, arena, folded.len + 1);
  for (size_t i = 0; i < folded.len; i++) {
    uint8_t c = folded.ptr[i];
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80) {
      buf_append_byte(&out, c);
    }
  }
  return buf_slice(&out);
}

/* "p@ssw0rd" as it is meant. */
static struct slice without_disguise(struct arena *arena, struct slice folded) {
  static const char from[] = "@4301!$57";
  static const char to[] = "aaeoiisst";
  uint8_t *out = arena_alloc(arena, folded.len + 1);
  for (size_t i = 0; i < folded.len; i++) {
    const char *at = folded.ptr[i] ? strchr(from, folded.ptr[i]) : NULL;
    out[i] = at ? (uint8_t)to[at - from] : folded.ptr[i];
  }
  return plain(arena, slice_of(out, folded.len));
}

static bool is_listed(struct slice word) {
  for (const char *const *common = account_common_passwords; *common; common++) {
    if (slice_is(word, *common)) {
      return true;
    }
  }
  return false;
}

static bool is_decoration(uint8_t c) { return c < 0x80 && !(c >= 'a' && c <= 'z'); }

/* The word without at most six digits and signs in front and behind. */
static struct slice undecorated(struct slice folded) {
  for (size_t i = 0; i < ORNAMENT_MAX && folded.len > 0 && is_decoration(folded.ptr[folded.len - 1]); i++) {
    folded.len--;
  }
  for (size_t i = 0; i < ORNAMENT_MAX && folded.len > 0 && is_decoration(folded.ptr[0]); i++) {
    folded = slice_from(folded, 1);
  }
  return folded;
}

/* "abcdefgh", "87654321" */
static bool is_sequence(struct slice text) {
  for (int step = -1; step <= 1; step += 2) {
    size_t i = 1;
    while (i < text.len && text.ptr[i] - text.ptr[i - 1] == step) {
      i++;
    }
    if (i >= text.len) {
      return true;
    }
  }
  return false;
}

/* "aaaaaaaa", "12121212", "abcabcab" */
static bool is_repetition(struct slice text) {
  for (size_t unit = 1; unit <= 4 && 2 * unit <= text.len; unit++) {
    if (memcmp(text.ptr, text.ptr + unit, text.len - unit) == 0) {
      return true;
    }
  }
  return false;
}

static bool is_common(struct arena *arena, struct slice folded) {
  struct slice bare = undecorated(folded);
  struct slice words[] = {plain(arena, folded), without_disguise(arena, folded), plain(arena, bare), without_disguise(arena, bare)};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (is_listed(words[i])) {
      return true;
    }
  }
  /* Signs alone ("!!!!!!!!") leave no letter or digit: judge the text itself then. */
  struct slice judged = slice_empty(words[0]) ? folded : words[0];
  return is_sequence(judged) || is_repetition(judged);
}

/* What a stranger who knows the person would try: put into forms, longest first. */
struct personal {
  struct slice parts[40];
  size_t count;
};

static void add_part(struct personal *personal, struct slice part) {
  if (part.len >= 2 && personal->count < sizeof personal->parts / sizeof *personal->parts) {
    size_t at = personal->count++;
    while (at > 0 && personal->parts[at - 1].len < part.len) {
      personal->parts[at] = personal->parts[at - 1];
      at--;
    }
    personal->parts[at] = part;
  }
}

static void add_birth(struct personal *personal, struct arena *arena, struct register_birth birth) {
  int year = birth.year;
  int month = birth.month;
  int day = birth.day;
  add_part(personal, arena_printf(arena, "%04d", year));
  if (month == 0) {
    return;
  }
  add_part(personal, arena_printf(arena, "%02d%04d", month, year));
  add_part(personal, arena_printf(arena, "%04d%02d", year, month));
  if (day == 0) {
    return;
  }
  add_part(personal, arena_printf(arena, "%02d%02d%04d", day, month, year));
  add_part(personal, arena_printf(arena, "%04d%02d%02d", year, month, day));
  add_part(personal, arena_printf(arena, "%d%d%04d", day, month, year));
  add_part(personal, arena_printf(arena, "%02d%02d%02d", day, month, year % 100));
  add_part(personal, arena_printf(arena, "%02d%02d%02d", year % 100, month, day));
  add_part(personal, arena_printf(arena, "%02d%02d%02d", month, day, year % 100));
  add_part(personal, arena_printf(arena, "%02d%02d", day, month));
  add_part(personal, arena_printf(arena, "%02d%02d", month, day));
}

static result personal_of(struct arena *arena, const struct register_person *person, struct personal *ret_personal) {
  struct slice folded = {0};
  TRY(utf8_search_fold(person->name, arena, &folded));
  struct slice rest = folded;
  while (!slice_empty(rest)) {
    add_part(ret_personal, slice_cut(&rest, ' '));
  }
  add_part(ret_personal, plain(arena, folded));
  add_part(ret_personal, person->pin);
  add_part(ret_personal, person->card_number);
  add_part(ret_personal, person->mobile);
  add_part(ret_personal, slice_from(person->pin, 6));
  add_birth(ret_personal, arena, person->birth);
  return OK;
}

static struct slice take_out(struct arena *arena, struct slice text, struct slice part) {
  struct buf out;
  buf_init(&out, arena, text.len + 1);
  for (size_t i = 0; i < text.len;) {
    if (slice_starts(slice_from(text, i), part)) {
      i += part.len;
    } else {
      buf_append_byte(&out, text.ptr[i++]);
    }
  }
  return buf_slice(&out);
}

static bool is_personal(struct arena *arena, const struct personal *personal, struct slice folded) {
  struct slice left = plain(arena, folded);
  if (slice_empty(left)) {
    return false; /* nothing but signs: the other rules judge it */
  }
  for (size_t i = 0; i < personal->count; i++) {
    left = take_out(arena, left, personal->parts[i]);
  }
  return utf8_count(left) < OWN_LETTERS_MIN && left.len < plain(arena, folded).len;
}

result account_password_check_rules(struct db_tx *tx, int64_t person_id, struct slice password) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  if (password.len > 4 * PASSWORD_CHARACTERS_MAX || !utf8_is_valid(password)) {
    FAIL(ACCOUNT_PASSWORD_LENGTH, "too long, or no text");
  }
  struct slice normal = {0};
  struct slice folded = {0};
  TRY(utf8_nfc(password, &arena, &normal));
  size_t characters = utf8_count(normal);
  if (characters < PASSWORD_CHARACTERS_MIN || characters > PASSWORD_CHARACTERS_MAX) {
    FAIL(ACCOUNT_PASSWORD_LENGTH, "%zu characters", characters);
  }
  TRY(utf8_search_fold(normal, &arena, &folded));
  if (is_common(&arena, folded)) {
    FAIL(ACCOUNT_PASSWORD_COMMON, "on the blocklist");
  }
  struct register_person person = {0};
  struct personal personal = {0};
  TRY(register_person_load(tx, &arena, person_id, &person));
  TRY(personal_of(&arena, &person, &personal));
  if (is_personal(&arena, &personal, folded)) {
    FAIL(ACCOUNT_PASSWORD_PERSONAL, "made of number, name or date");
  }
  return OK;
}

bool account_is_digits(struct slice text) {
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9') {
      return false;
    }
  }
  return text.len > 0;
}

bool account_digits_are_trivial(struct slice digits) {
  /* Pairs and well-loved numbers beside what the rules below catch. */
  static const char *const loved[] = {"112233", "332211", "445566", "778899", "998877", "135790", "246810", "102030",
                                      "159753", "147258", "258369", "147852", "789456", "456789", "131313", "688686",
                                      "868689", "838386", "797939", "393979"};
  for (size_t i = 0; i < sizeof loved / sizeof *loved; i++) {
    if (slice_is(digits, loved[i])) {
      return true;
    }
  }
  return is_sequence(digits) || is_repetition(digits);
}

result account_passcode_check_rules(struct db_tx *tx, int64_t person_id, struct slice passcode) {
  if (passcode.len != ACCOUNT_PASSCODE_DIGITS || !account_is_digits(passcode)) {
    FAIL(ACCOUNT_PASSCODE_FORM, "not six digits");
  }
  if (account_digits_are_trivial(passcode)) {
    FAIL(ACCOUNT_PASSCODE_TRIVIAL, "a sequence or a repetition");
  }
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct register_person person = {0};
  struct personal dates = {0};
  TRY(register_person_load(tx, &arena, person_id, &person));
  add_birth(&dates, &arena, person.birth);
  add_part(&dates, slice_sub(person.pin, 0, ACCOUNT_PASSCODE_DIGITS));
  add_part(&dates, slice_from(person.pin, ACCOUNT_PASSCODE_DIGITS));
  for (size_t i = 0; i < dates.count; i++) {
    if (slice_eq(passcode, dates.parts[i])) {
      FAIL(ACCOUNT_PASSCODE_TRIVIAL, "the birth date, or a part of the personal number");
    }
  }
  return OK;
}
