#include "mandate/row.h"

static const char *const kinds[MANDATE_KIND_COUNT] = {
    [MANDATE_SELF] = "self",           [MANDATE_PARENT] = "parent",
    [MANDATE_GUARDIAN] = "guardian",   [MANDATE_DELEGATE] = "delegate",
    [MANDATE_NOTARISED] = "notarised", [MANDATE_REPRESENTATIVE] = "organisation_representative",
    [MANDATE_STAFF] = "organisation_staff",
};
static const char *const states[MANDATE_STATE_COUNT] = {
    [MANDATE_OFFERED] = "offered",     [MANDATE_ACTIVE] = "active",   [MANDATE_DECLINED] = "declined",
    [MANDATE_WITHDRAWN] = "withdrawn", [MANDATE_REVOKED] = "revoked", [MANDATE_EXPIRED] = "expired",
};
/* The picture stands above enum mandate_state. */
static const bool moves[MANDATE_STATE_COUNT][MANDATE_STATE_COUNT] = {
    [MANDATE_OFFERED] = {[MANDATE_ACTIVE] = true, [MANDATE_DECLINED] = true, [MANDATE_WITHDRAWN] = true},
    [MANDATE_ACTIVE] = {[MANDATE_REVOKED] = true},
};

struct slice mandate_kind_name(enum mandate_kind kind) { return slice_str(kinds[kind]); }
struct slice mandate_state_name(enum mandate_state state) { return slice_str(states[state]); }

bool mandate_move_is_allowed(enum mandate_state from, enum mandate_state to) {
  return from > 0 && from < MANDATE_STATE_COUNT && to > 0 && to < MANDATE_STATE_COUNT && moves[from][to];
}

enum {
  PARENT = 1 << MANDATE_PARENT,
  GUARDIAN = 1 << MANDATE_GUARDIAN,
  DELEGATE = 1 << MANDATE_DELEGATE,
  NOTARISED = 1 << MANDATE_NOTARISED,
  REPRESENTATIVE = 1 << MANDATE_REPRESENTATIVE,
  STAFF = 1 << MANDATE_STAFF,
  FAMILY = PARENT | GUARDIAN,
  /* From 14 a minor holds an account in their own right [Decree 69/2024 Art 7]; for civil acts the parents stand in until 18 [Civil Code 2015 Art 136]. */
  OWN_ACCOUNT_FROM = 14,
  ADULT_FROM = MANDATE_ADULT_FROM,
};

const struct mandate_scope mandate_scopes[] = {
    {"dossier.lltp", FAMILY | DELEGATE | NOTARISED, ADULT_FROM, "Nộp, trả phí và theo dõi hồ sơ Phiếu lý lịch tư pháp",
     "Apply for a criminal record certificate, pay for it and follow it"},
    {"dossier.view", FAMILY | DELEGATE, ADULT_FROM, "Xem mọi hồ sơ", "See every dossier"},
    {"dossier.manage", FAMILY, ADULT_FROM, "Trả phí, bổ sung, rút hồ sơ do người khác nộp", "Pay, answer and withdraw what somebody else filed"},
    {"wallet.view", FAMILY | DELEGATE, ADULT_FROM, "Xem và mở giấy tờ trong ví", "See and open documents of the wallet"},
    {"reads.view", FAMILY | DELEGATE | REPRESENTATIVE | STAFF, OWN_ACCOUNT_FROM, "Xem ai đã xem dữ liệu", "See who read the data"},
    {"organisation.view", REPRESENTATIVE | STAFF, 0, "Xem thông tin tổ chức", "See the organisation's record"},
    {"organisation.staff", REPRESENTATIVE, 0, "Giao vai trò cho nhân viên", "Give roles to staff"},
    {MANDATE_SIGN_IN, FAMILY | DELEGATE | REPRESENTATIVE | STAFF, OWN_ACCOUNT_FROM, "Đăng nhập dịch vụ", "Sign in to a service"},
    {0},
};

const struct mandate_word mandate_staff_roles[] = {
    {"deputy", "Cấp phó", "Deputy"},
    {"accountant", "Kế toán", "Accountant"},
    {"human_resources", "Nhân sự", "Human resources"},
    {"legal", "Pháp chế", "Legal"},
    {"clerk", "Văn thư", "Clerk"},
    {0},
};

static bool is_sign_in(struct slice word) { return slice_starts(word, S(MANDATE_SIGN_IN)); }

const struct mandate_scope *mandate_scope_find(struct slice word) {
  for (const struct mandate_scope *scope = mandate_scopes; scope->word != NULL; scope++) {
    if (slice_is(word, scope->word) || (is_sign_in(word) && slice_is(S(MANDATE_SIGN_IN), scope->word))) {
      return scope;
    }
  }
  return NULL;
}

bool mandate_scopes_have(struct slice scopes, struct slice word) {
  while (scopes.len > 0) {
    struct slice one = slice_cut(&scopes, ' ');
    if (slice_eq(one, word) || (slice_is(one, MANDATE_SIGN_IN_ANY) && is_sign_in(word))) {
      return true;
    }
  }
  return false;
}

/* A client's id as the address of a consent names it: no space, no control character, nothing that would need quoting. */
static bool is_client(struct slice id) {
  for (size_t i = 0; i < id.len; i++) {
    uint8_t c = id.ptr[i];
    bool is_right = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
    if (!is_right) {
      return false;
    }
  }
  return id.len > 0 && id.len <= MANDATE_CLIENT_BYTES_MAX;
}

static result check_word(struct slice word, enum mandate_kind kind) {
  const struct mandate_scope *scope = mandate_scope_find(word);
  if (scope == NULL || (scope->kinds & 1u << kind) == 0) {
    FAIL(MANDATE_SCOPES, "no scope of that kind of mandate");
  }
  if (is_sign_in(word) && !is_client(slice_from(word, sizeof MANDATE_SIGN_IN - 1)) &&
      !(kind == MANDATE_STAFF && slice_is(word, MANDATE_SIGN_IN_ANY))) {
    FAIL(MANDATE_SCOPES, "sign_in names no client");
  }
  return OK;
}

result mandate_scopes_check(struct slice scopes, enum mandate_kind kind) {
  struct slice rest = scopes;
  size_t count = 0;
  while (rest.len > 0) {
    struct slice word = slice_cut(&rest, ' ');
    TRY(check_word(word, kind));
    if (mandate_scopes_have(rest, word)) {
      FAIL(MANDATE_SCOPES, "one stands there twice");
    }
    count++;
  }
  if (count == 0 || count > MANDATE_SCOPES_MAX || scopes.ptr[scopes.len - 1] == ' ') {
    FAIL(MANDATE_SCOPES, "%zu scopes", count);
  }
  return OK;
}

struct slice mandate_scopes_of_kind(struct arena *arena, enum mandate_kind kind, int32_t age) {
  struct slice scopes = S("");
  for (const struct mandate_scope *scope = mandate_scopes; scope->word != NULL; scope++) {
    bool has = (scope->kinds & 1u << kind) != 0 && (kind != MANDATE_PARENT || age < scope->minor_until);
    if (has) {
      const char *word = is_sign_in(slice_str(scope->word)) ? MANDATE_SIGN_IN_ANY : scope->word;
      scopes = arena_printf(arena, "%.*s%s%s", SLICE_ARG(scopes), scopes.len > 0 ? " " : "", word);
    }
  }
  return scopes;
}

bool mandate_role_is_known(struct slice role) {
  for (const struct mandate_word *word = mandate_staff_roles; word->word != NULL; word++) {
    if (slice_is(role, word->word)) {
      return true;
    }
  }
  return false;
}

/* ---- what the ledger says ---- */

void mandate_ledger_fill(const struct mandate *mandate, struct ledger_entry *entry) {
  entry->actor_person_id = mandate->actor_id;
  if (mandate->kind != MANDATE_SELF) {
    entry->actor_role = mandate_kind_name(mandate->kind);
    entry->on_behalf_of = mandate->principal_id != 0 ? mandate->principal_id : mandate->organisation_id;
  }
}

void mandate_detail_put(struct jout *out, const struct mandate *mandate) {
  if (mandate->kind == MANDATE_SELF) {
    return;
  }
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct slice kind = mandate_kind_name(mandate->kind);
  jout_put_text(out, "mandate",
                mandate->mandate_id == 0 ? kind : arena_printf(&scratch, "%.*s:%lld", SLICE_ARG(kind), (long long)mandate->mandate_id));
  if (mandate->organisation_id != 0) {
    jout_put_text(out, "organisation", arena_printf(&scratch, "%lld", (long long)mandate->organisation_id));
  }
}
