/* The fifty people and how they are told: people.def once, for the program, the page and the document. */
#include "base/buf.h"
#include "codec/base32.h"
#include "sandbox/acting.h"

#define PERSON(name, pin, full_name, birth, nationality, card, account, level, contact, vi, en) \
  {name, pin, full_name, birth, nationality, SANDBOX_CARD_##card, SANDBOX_ACCOUNT_##account, level, contact, vi, en},
const struct sandbox_person sandbox_people[SANDBOX_PEOPLE] = {
#include "sandbox/people.def"
};
#undef PERSON

static const struct {
  const char *vi, *en;
} account_words[SANDBOX_ACCOUNT_COUNT] = {
    [SANDBOX_ACCOUNT_NONE] = {"chưa có", "none"},
    [SANDBOX_ACCOUNT_APPROVED] = {"đã cấp, chưa kích hoạt", "issued, not activated"},
    [SANDBOX_ACCOUNT_VERIFYING] = {"đang xác minh", "under verification"},
    [SANDBOX_ACCOUNT_REJECTED] = {"bị trả lại", "rejected"},
    [SANDBOX_ACCOUNT_ACTIVE] = {"đang hoạt động", "active"},
    [SANDBOX_ACCOUNT_UPGRADING] = {"đang hoạt động, chờ nâng mức", "active, upgrade open"},
    [SANDBOX_ACCOUNT_LOCKED_HOLDER] = {"khóa: chủ tài khoản yêu cầu", "locked: holder's request"},
    [SANDBOX_ACCOUNT_LOCKED_TERMS] = {"khóa: vi phạm thỏa thuận", "locked: breach of terms"},
    [SANDBOX_ACCOUNT_LOCKED_AUTHORITY] = {"khóa: cơ quan có thẩm quyền", "locked: authority's request"},
    [SANDBOX_ACCOUNT_LOCKED_BY_REGISTER] = {"khóa: giấy tờ hết hạn", "locked: card or residence ended"},
    [SANDBOX_ACCOUNT_LOCKED_TWICE] = {"khóa: hai căn cứ", "locked: two grounds"},
    [SANDBOX_ACCOUNT_LOCKED_PASSWORD] = {"tạm khóa: sai mật khẩu", "locked for a while: wrong passwords"},
    [SANDBOX_ACCOUNT_UNLOCKED] = {"đang hoạt động, từng bị khóa", "active, was locked"},
    [SANDBOX_ACCOUNT_CLOSED] = {"đã đóng", "closed"},
    [SANDBOX_ACCOUNT_DECEASED] = {"khóa: đã chết", "locked: deceased"},
};

const char *sandbox_account_words(enum sandbox_account account, bool english) {
  return english ? account_words[account].en : account_words[account].vi;
}

const struct sandbox_totp sandbox_totps[SANDBOX_TOTPS] = {{"unlocked", "danh-sandbox-totp-01"}, {"foreigner_level_2", "danh-sandbox-totp-02"}};

struct slice sandbox_totp_secret(struct arena *arena, const char *name) {
  for (size_t i = 0; i < SANDBOX_TOTPS; i++) {
    if (strcmp(sandbox_totps[i].person, name) == 0) {
      return base32_write(arena, slice_str(sandbox_totps[i].bytes));
    }
  }
  return S("");
}

void sandbox_person_put(struct jout *out, struct arena *arena, const struct sandbox_person *person) {
  jout_object(out);
  jout_put_str(out, "name", person->name);
  jout_put_str(out, "pin", person->pin);
  jout_put_str(out, "full_name", person->full_name);
  jout_put_str(out, "birth_date", person->birth);
  jout_put_str(out, "nationality", person->nationality);
  jout_put_int(out, "level", person->level);
  jout_put_str(out, "account", sandbox_account_words(person->account, true));
  jout_put_str(out, "purpose", person->purpose_en);
  jout_put_text_or_null(out, "totp_secret", sandbox_totp_secret(arena, person->name));
  jout_object_end(out);
}

struct slice sandbox_people_document(struct arena *arena) {
  struct buf text;
  buf_init(&text, arena, 16 * 1024);
  buf_printf(&text,
             "# The sandbox's people\n\n"
             "`danh serve --sandbox --data DIR --listen ADDR:PORT` makes a country of fifty people, none of them real. Their numbers and secrets are the\n"
             "same in every sandbox, so a test may name them. Written by `danh sandbox people --markdown` from `src/sandbox/people.def`.\n\n"
             "Everybody whose account is active signs in with the personal number and\n\n"
             "| secret | value |\n|---|---|\n| password | `%s` |\n| passcode | `%s` |\n\n",
             SANDBOX_PASSWORD, SANDBOX_PASSCODE);
  buf_append_str(&text, "One-time codes and notices stand at `/app/demo-messages`. A mobile number is `09000000NN`.\n\n");
  buf_append_str(&text, "Two people also have an authenticator app (RFC 6238, SHA-1, six digits, 30 seconds), whose code proves level 2:\n\n| name | secret |\n|---|---|\n");
  for (size_t i = 0; i < SANDBOX_TOTPS; i++) {
    buf_printf(&text, "| `%s` | `%.*s` |\n", sandbox_totps[i].person, SLICE_ARG(sandbox_totp_secret(arena, sandbox_totps[i].person)));
  }
  buf_append_str(&text, "\n| name | personal number | full name | born | account | mobile | what for |\n|---|---|---|---|---|---|---|\n");
  for (size_t i = 0; i < SANDBOX_PEOPLE; i++) {
    const struct sandbox_person *person = &sandbox_people[i];
    struct slice level = person->level > 0 ? arena_printf(arena, ", level %d", person->level) : S("");
    struct slice mobile = *person->contact != '\0' ? arena_printf(arena, "09000000%s", person->contact) : S("");
    buf_printf(&text, "| `%s` | `%s` | %s | %s | %s%.*s | %.*s | %s |\n", person->name, person->pin, person->full_name, person->birth,
               sandbox_account_words(person->account, true), SLICE_ARG(level), SLICE_ARG(mobile), person->purpose_en);
  }
  return buf_slice(&text);
}
