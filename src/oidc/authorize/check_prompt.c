#include "base/number.h"
#include "oidc/authorize/pipeline.h"

enum { MAX_AGE_S = 10 * 365 * 24 * 3600 };

static const struct {
  const char *word;
  enum oidc_prompt prompt;
} words[] = {{"none", OIDC_PROMPT_NONE}, {"login", OIDC_PROMPT_LOGIN}, {"consent", OIDC_PROMPT_CONSENT}, {"select_account", OIDC_PROMPT_SELECT}};

static unsigned find_word(struct slice word) {
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (slice_is(word, words[i].word)) {
      return words[i].prompt;
    }
  }
  return 0;
}

result oidc_check_prompt(struct oidc_asking *asking) {
  struct slice rest = oidc_asking_get(asking, "prompt");
  struct slice max_age = oidc_asking_get(asking, "max_age");
  asking->max_age_s = -1;
  while (rest.len > 0) {
    unsigned prompt = find_word(slice_cut(&rest, ' '));
    if (prompt == 0) {
      FAIL(OIDC_REQUEST, "an unknown prompt");
    }
    asking->prompt |= prompt;
  }
  if ((asking->prompt & OIDC_PROMPT_NONE) != 0 && asking->prompt != OIDC_PROMPT_NONE) { /* [OIDC Core 3.1.2.1] none stands alone */
    FAIL(OIDC_REQUEST, "prompt none with another");
  }
  if (max_age.len > 0 && (!is_ok(number_parse(max_age, &asking->max_age_s)) || asking->max_age_s < 0 || asking->max_age_s > MAX_AGE_S)) {
    FAIL(OIDC_REQUEST, "max_age is no number of seconds");
  }
  return OK;
}
