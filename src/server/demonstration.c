#include "server/server.h"

#include "organisation/organisation.h"
#include "pki/pki.h"

struct making {
  struct env *env;
  struct arena arena;
  const struct server_demonstration *order;
  int32_t today;
};

/* "01.decider" belongs to a province of the order; "citizen.hanoi" to everybody. The newcomer, the child and the ward have no account: who wants to
 * see enrolment begins there. */
static bool is_wanted(const struct making *m, struct slice name) {
  if (slice_starts(name, S("newcomer.")) || slice_starts(name, S("foreigner.")) || slice_starts(name, S("ward.")) || slice_ends(name, S(".child"))) {
    return false;
  }
  bool is_officer = name.len > 3 && name.ptr[0] >= '0' && name.ptr[0] <= '9';
  if (!is_officer) {
    return true;
  }
  for (size_t i = 0; i < m->order->province_count; i++) {
    if (slice_eq(slice_sub(name, 0, 2), m->order->provinces[i])) {
      return true;
    }
  }
  return false;
}

/* [Decree 69/2024 Art 7] level 2 goes with a card; for a child without one the parent acts. */
static result make_account(struct making *m, const struct register_person *person, bool with_password) {
  struct account account;
  int64_t person_id = person->person_id;
  if (person->card_number.len == 0) {
    return OK;
  }
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(m->env->db, &tx));
    TRY(account_load(tx, person_id, &account));
  }
  if (account.state != ACCOUNT_NONE) {
    return OK;
  }
  struct account_demo demo = {.person_id = person_id, .level = 2};
  demo.phone = person->mobile;
  if (with_password) {
    demo.password = S(SERVER_DEMO_PASSWORD);
    demo.passcode = S(SERVER_DEMO_PASSCODE);
  }
  return account_demo_create(m->env, m->env->hashing, &demo);
}

static result load_posts(struct making *m, int64_t person_id, struct register_person *ret_person,
                         struct register_post_list *ret_posts) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(m->env->db, &tx));
  TRY(register_person_load(tx, &m->arena, person_id, ret_person));
  return register_posts_of_person(tx, &m->arena, person_id, m->today, ret_posts);
}

/* A decider signs: a key under their PIN, and a certificate that names person, post and agency. */
static result make_signer(struct making *m, const struct register_person *person, const struct register_post *post) {
  struct slice key = arena_printf(&m->arena, "officer/%lld", (long long)person->person_id);
  struct slice certificate;
  result made = account_signing_pin_set(m->env, m->env->hashing, person->person_id, S(SERVER_DEMO_SIGNING_PIN));
  if (!is_ok(made) && !is_code(made, ACCOUNT_SIGNING_PIN_SET)) {
    return made;
  }
  struct pki_subject subject = {
      .key = key,
      .person_id = person->person_id,
      .name = {.organization = post->agency_name_vi,
               .organizational_unit = post->title_vi,
               .common_name = person->name,
               .serial_number = arena_printf(&m->arena, "POST-%lld", (long long)post->post_id)}};
  return pki_issue_person(m->env, &subject, &m->arena, &certificate);
}

static result make_seal(struct making *m, const struct register_post *post) {
  struct slice certificate;
  struct pki_subject subject = {.key = arena_printf(&m->arena, "seal/%.*s", SLICE_ARG(post->agency_code)),
                                .name = {.organization = post->agency_name_vi,
                                         .common_name = post->agency_name_vi,
                                         .serial_number = post->agency_code}};
  return pki_issue_seal(m->env, &subject, &m->arena, &certificate);
}

static result make_identity(struct making *m, const struct register_demo *identity) {
  struct register_person person;
  struct register_post_list posts;
  bool with_password = m->order->with_passwords || slice_ends(identity->name, S(".supervisor"));
  TRY(load_posts(m, identity->person_id, &person, &posts));
  TRY(make_account(m, &person, with_password));
  for (size_t i = 0; i < posts.count; i++) {
    if (posts.items[i].role == REGISTER_DECIDER) {
      TRY(make_signer(m, &person, &posts.items[i]));
      TRY(make_seal(m, &posts.items[i]));
    }
  }
  return OK;
}

static result make_system_keys(struct making *m) {
  struct slice certificate;
  struct slice public_key;
  TRY(pki_init(m->env));
  struct pki_subject message = {
      .key = S("message/danh"),
      .name = {.organization = S("Danh"), .common_name = S("Danh"), .serial_number = S("SYSTEM")}};
  TRY(m->env->signer->key_create(m->env->signer,
                                 &(struct signer_new_key){.name = S("checkpoint/ledger"), .profile = SIGNER_CHECKPOINT}, &m->arena,
                                 &public_key));
  TRY(m->env->signer->key_create(m->env->signer,
                                 &(struct signer_new_key){.name = S("message/danh"), .profile = SIGNER_MESSAGE},
                                 &m->arena, &public_key));
  return pki_issue_system(m->env, &message, &m->arena, &certificate);
}

static result make_all(struct making *m) {
  struct register_demo_list list;
  int64_t organisations = 0;
  TRY(register_synth_foreigners(m->env));
  TRY(organisation_synth(m->env, &organisations));
  TRY(make_system_keys(m));
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(m->env->db, &tx));
    TRY(register_demo_list(tx, &m->arena, &list));
  }
  for (size_t i = 0; i < list.count; i++) {
    if (is_wanted(m, list.items[i].name)) {
      TRY(make_identity(m, &list.items[i]));
    }
  }
  return OK;
}

result server_demonstration_create(struct env *env, const struct server_demonstration *demonstration) {
  struct making m = {.env = env, .order = demonstration, .today = clock_date_of(clock_now_ms(env->clock))};
  arena_init(&m.arena);
  result made = make_all(&m);
  arena_free(&m.arena);
  return made;
}

result server_system_keys_create(struct env *env) {
  struct making m = {.env = env};
  arena_init(&m.arena);
  result made = make_system_keys(&m);
  arena_free(&m.arena);
  return made;
}
