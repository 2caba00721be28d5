/* Adding, renaming, removing: with the account's best level proven a moment ago, on record, and told to the holder on the account's own
 * number, which is not the way it was done [SP800-63B-4 4.6 SHALL]. */
#include "authenticator/kinds.h"
#include "codec/jout.h"
#include "codec/utf8.h"
#include "ledger/ledger.h"

enum { NAME_CHARACTERS_MAX = 60 };

result authenticator_change_check(struct env *env, struct db_tx *tx, const struct account_session *session) {
  struct authenticator_limits limits = {0};
  int best = 0;
  TRY(authenticator_limits_load(tx, &limits));
  TRY(authenticator_best(tx, session->person_id, &best));
  if (account_session_authentication(env, session) < best) {
    FAIL(AUTHENTICATOR_STEP_UP, "level %d is needed", best);
  }
  if (clock_now_ms(env->clock) - session->auth_at_ms > limits.fresh_ms) {
    FAIL(AUTHENTICATOR_STEP_UP, "the proof is too old");
  }
  return OK;
}

static const struct {
  const char *history;
  const char *ledger;
  const char *notice; /* NULL: nothing that anybody need be warned of */
} events[] = {
    [AUTHENTICATOR_ADDED] = {"authenticator_added", "authenticator.added", "vừa được thêm vào"},
    [AUTHENTICATOR_REMOVED] = {"authenticator_removed", "authenticator.removed", "vừa bị gỡ khỏi"},
    [AUTHENTICATOR_RENAMED] = {"authenticator_renamed", "authenticator.renamed", NULL},
    [AUTHENTICATOR_WAS_SUSPENDED] = {"authenticator_suspended", "authenticator.suspended", "vừa bị tạm ngừng vì dấu hiệu bất thường ở"},
};

result authenticator_record(struct env *env, struct db_tx *tx, const struct authenticator_record *record) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct authenticator_kind_row *kind = authenticator_kind_row(record->kind);
  struct account_event event = {.person_id = record->person_id, .session_id = record->session_id, .kind = slice_str(events[record->event].history),
                                .detail = slice_str(kind->name)};
  TRY(account_history_append(env, tx, &event));
  struct ledger_entry entry = {
      .kind = events[record->event].ledger,
      .actor_person_id = record->actor.person_id,
      .actor_role = record->actor.role,
      .subjects = &record->person_id,
      .subject_count = 1,
      .detail = arena_printf(&arena, "{\"kind\":\"%s\"}", kind->name),
  };
  TRY(ledger_append(env, tx, &entry));
  if (events[record->event].notice == NULL) {
    return OK;
  }
  struct slice named = slice_empty(record->name) ? S("") : arena_printf(&arena, " “%.*s”", SLICE_ARG(record->name));
  return account_notice_send(env, tx, record->person_id,
                             arena_printf(&arena,
                                          "%s%.*s %s tài khoản định danh điện tử của ông/bà. Nếu không phải ông/bà, hãy khóa tài khoản ngay.",
                                          kind->label_vi, SLICE_ARG(named), events[record->event].notice));
}

static result kind_of(struct db_tx *tx, int64_t person_id, int64_t id, enum authenticator_kind *ret_kind) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT kind FROM authenticator WHERE person_id = $1 AND authenticator_id = $2", DB_ARGS(db_of_int(person_id), db_of_int(id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(AUTHENTICATOR_UNKNOWN, "no such authenticator of this person");
  }
  *ret_kind = (enum authenticator_kind)db_int(&rows, 0);
  return OK;
}

result authenticator_suspend(struct env *env, struct db_tx *tx, int64_t person_id, int64_t id) {
  struct authenticator_record record = {.person_id = person_id, .event = AUTHENTICATOR_WAS_SUSPENDED};
  int64_t changed = 0;
  TRY(kind_of(tx, person_id, id, &record.kind));
  TRY(db_run(tx, "UPDATE authenticator SET state = $3 WHERE person_id = $1 AND authenticator_id = $2 AND state = $4",
             DB_ARGS(db_of_int(person_id), db_of_int(id), db_of_int(AUTHENTICATOR_STATE_SUSPENDED), db_of_int(AUTHENTICATOR_ACTIVE)), &changed));
  return changed == 0 ? OK : authenticator_record(env, tx, &record);
}

/* 1 to 60 characters of text, outer blanks cut. */
static result name_check(struct arena *arena, struct slice typed, struct slice *ret_name) {
  struct slice name = slice_trim(typed);
  size_t characters = 0;
  TRY(is_ok(utf8_nfc(name, arena, &name)) ? OK : fault_set(__FILE__, __LINE__, AUTHENTICATOR_NAME, "not text"));
  for (size_t i = 0; i < name.len; i++) {
    characters += (name.ptr[i] & 0xc0) != 0x80;
    if (name.ptr[i] < 0x20 || name.ptr[i] == 0x7f) {
      FAIL(AUTHENTICATOR_NAME, "a control character");
    }
  }
  if (characters == 0 || characters > NAME_CHARACTERS_MAX) {
    FAIL(AUTHENTICATOR_NAME, "%zu characters", characters);
  }
  *ret_name = name;
  return OK;
}

struct adding {
  struct authenticator_adding it;
  const struct authenticator_kind_row *kind;
  struct slice name;
};

static result insert(struct db_tx *tx, const struct adding *adding, enum authenticator_kind kind) {
  const struct authenticator_adding *it = &adding->it;
  return db_run(tx,
                "INSERT INTO authenticator (person_id, authenticator_id, kind, state, name, made_at, key, counter, flags)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                DB_ARGS(db_of_int(it->person_id), db_of_int(it->authenticator_id), db_of_int(kind), db_of_int(AUTHENTICATOR_ACTIVE),
                        db_of_text(adding->name), db_of_int(clock_now_ms(it->env->clock)), db_of_bytes(it->key), db_of_int(it->counter),
                        db_of_int(it->flags)),
                NULL);
}

static result write_new(struct db_tx *tx, void *arg) {
  struct adding *adding = arg;
  struct authenticator_adding *it = &adding->it;
  const struct account_session *session = it->addition->session;
  bool used = false;
  TRY(authenticator_change_check(it->env, tx, session));
  TRY(authenticator_ceremony_use(it->env, tx, it->addition->ceremony, &used));
  if (!used) {
    FAIL(AUTHENTICATOR_CEREMONY, "used by another a moment ago");
  }
  it->authenticator_id = env_id_new(it->env);
  TRY(adding->kind->save_new(tx, it));
  TRY(insert(tx, adding, it->addition->kind));
  struct authenticator_record record = {.person_id = it->person_id, .session_id = session->session_id, .kind = it->addition->kind,
                                        .event = AUTHENTICATOR_ADDED, .name = adding->name, .actor = {it->person_id, S("")}};
  return authenticator_record(it->env, tx, &record);
}

static result name_or_default(struct adding *adding) {
  const struct authenticator_addition *addition = adding->it.addition;
  if (!slice_empty(addition->name)) {
    return name_check(adding->it.arena, addition->name, &adding->name);
  }
  struct slice agent = account_agent_name(adding->it.arena, addition->client.agent, false);
  adding->name = arena_printf(adding->it.arena, "%s – %.*s", adding->kind->label_vi, SLICE_ARG(agent));
  return OK;
}

static result load_pending(struct authenticator_adding *it) {
  TRY(authenticator_ceremony_load(it->env, it->addition->ceremony, it->arena, &it->pending));
  if (it->pending.kind != it->addition->kind || it->pending.purpose != AUTHENTICATOR_ADDING ||
      it->pending.session_id != it->addition->session->session_id) {
    FAIL(AUTHENTICATOR_CEREMONY, "begun for something else");
  }
  return OK;
}

result authenticator_add(struct env *env, const struct authenticator_addition *addition, int64_t *ret_id) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct adding adding = {.it = {.env = env, .addition = addition, .arena = &arena, .person_id = addition->session->person_id},
                          .kind = authenticator_kind_row(addition->kind)};
  if (adding.kind->check_new == NULL) {
    FAIL(AUTHENTICATOR_KIND, "%s are not added so", adding.kind->name);
  }
  TRY(name_or_default(&adding));
  TRY(load_pending(&adding.it));
  TRY(adding.kind->check_new(&adding.it));
  TRY(db_write(env->db, write_new, &adding));
  *ret_id = adding.it.authenticator_id;
  return OK;
}

result authenticator_demo_append(struct env *env, struct db_tx *tx, const struct authenticator_demo *demo) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct adding adding = {.it = {.env = env, .arena = &arena, .person_id = demo->person_id, .authenticator_id = env_id_new(env)}};
  TRY(name_check(&arena, demo->name, &adding.name));
  TRY(authenticator_totp_published(&adding.it, demo->secret));
  TRY(insert(tx, &adding, AUTHENTICATOR_TOTP));
  struct authenticator_record record = {.person_id = demo->person_id, .kind = AUTHENTICATOR_TOTP, .event = AUTHENTICATOR_ADDED,
                                        .name = adding.name, .actor = {demo->person_id, S("")}};
  return authenticator_record(env, tx, &record);
}

struct changing {
  struct env *env;
  const struct authenticator_change *change;
  struct slice name;
};

static result write_name(struct db_tx *tx, void *arg) {
  const struct changing *it = arg;
  int64_t person_id = it->change->session->person_id;
  struct authenticator_record record = {.person_id = person_id, .session_id = it->change->session->session_id,
                                        .event = AUTHENTICATOR_RENAMED, .actor = {person_id, S("")}};
  TRY(authenticator_change_check(it->env, tx, it->change->session));
  TRY(kind_of(tx, person_id, it->change->id, &record.kind));
  TRY(db_run(tx, "UPDATE authenticator SET name = $3 WHERE person_id = $1 AND authenticator_id = $2",
             DB_ARGS(db_of_int(person_id), db_of_int(it->change->id), db_of_text(it->name)), NULL));
  return authenticator_record(it->env, tx, &record);
}

result authenticator_rename(struct env *env, const struct authenticator_change *change) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct changing it = {.env = env, .change = change};
  TRY(name_check(&arena, change->name, &it.name));
  return db_write(env->db, write_name, &it);
}

static result drop(struct db_tx *tx, int64_t person_id, int64_t id) {
  static const char *const drops[] = {
      "DELETE FROM authenticator_passkey WHERE person_id = $1 AND (authenticator_id = $2 OR $2 = 0)",
      "DELETE FROM authenticator_attestation WHERE person_id = $1 AND (authenticator_id = $2 OR $2 = 0)",
      "DELETE FROM authenticator_device WHERE person_id = $1 AND (authenticator_id = $2 OR $2 = 0)",
      "DELETE FROM authenticator_code WHERE person_id = $1 AND (authenticator_id = $2 OR $2 = 0)",
      "DELETE FROM authenticator WHERE person_id = $1 AND (authenticator_id = $2 OR $2 = 0)",
  };
  for (size_t i = 0; i < sizeof drops / sizeof *drops; i++) {
    TRY(db_run(tx, drops[i], DB_ARGS(db_of_int(person_id), db_of_int(id)), NULL));
  }
  return OK;
}

static result name_of(struct db_tx *tx, struct arena *arena, int64_t person_id, int64_t id, struct slice *ret_name) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT name FROM authenticator WHERE person_id = $1 AND authenticator_id = $2", DB_ARGS(db_of_int(person_id), db_of_int(id)), &rows));
  *ret_name = db_text_copy(&rows, 0, arena);
  return OK;
}

static result write_removed(struct db_tx *tx, void *arg) {
  const struct changing *it = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  int64_t person_id = it->change->session->person_id;
  struct authenticator_record record = {.person_id = person_id, .session_id = it->change->session->session_id,
                                        .event = AUTHENTICATOR_REMOVED, .actor = {person_id, S("")}};
  TRY(authenticator_change_check(it->env, tx, it->change->session));
  TRY(kind_of(tx, person_id, it->change->id, &record.kind));
  TRY(name_of(tx, &arena, person_id, it->change->id, &record.name));
  TRY(drop(tx, person_id, it->change->id));
  return authenticator_record(it->env, tx, &record);
}

result authenticator_remove(struct env *env, const struct authenticator_change *change) {
  return db_write(env->db, write_removed, &(struct changing){.env = env, .change = change});
}

result authenticator_remove_all(struct env *env, struct db_tx *tx, const struct authenticator_clearing *clearing) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct authenticator_list list = {0};
  TRY(authenticator_list(tx, clearing->person_id, &arena, &list));
  for (size_t i = 0; i < list.count; i++) {
    struct authenticator_record record = {.person_id = clearing->person_id, .kind = list.items[i].kind, .event = AUTHENTICATOR_REMOVED,
                                          .name = list.items[i].name, .actor = clearing->actor};
    if (list.items[i].id == clearing->keep_id) {
      continue;
    }
    TRY(drop(tx, clearing->person_id, list.items[i].id));
    TRY(authenticator_record(env, tx, &record));
  }
  return authenticator_face_reset(tx, clearing->person_id);
}
