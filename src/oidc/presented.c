#include "oidc/presented.h"

#include "oidc/oidc_clients.h"

enum { REMEMBERED_DAYS = 30, KEPT_DAYS = 90 };

struct note {
  struct slice client_id;
  struct slice thumbprint;
  int64_t not_after_ms;
  int64_t now_ms;
};

static result write_note(struct db_tx *tx, void *arg) {
  const struct note *note = arg;
  TRY(db_run(tx, "DELETE FROM oidc_presented WHERE client_id = $1 AND seen_at < $2",
             DB_ARGS(db_of_text(note->client_id), db_of_int(note->now_ms - KEPT_DAYS * (int64_t)CLOCK_DAY_MS)), NULL));
  return db_run(tx,
                "INSERT INTO oidc_presented (client_id, thumbprint, not_after, seen_at) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (client_id, thumbprint) DO UPDATE SET seen_at = excluded.seen_at",
                DB_ARGS(db_of_text(note->client_id), db_of_bytes(note->thumbprint), db_of_int(note->not_after_ms), db_of_int(note->now_ms)), NULL);
}

void oidc_presented_note(struct env *env, struct slice client_id, const struct client_certificate *certificate) {
  struct slice thumbprint = slice_of(certificate->thumbprint, sizeof certificate->thumbprint);
  int64_t now_ms = clock_now_ms(env->clock);
  struct oidc_mark mark = oidc_mark_of(client_id, thumbprint);
  if (env->oidc == NULL || !oidc_seen_add(env->oidc->presented, &mark, now_ms / 1000)) {
    return;
  }
  struct note note = {client_id, thumbprint, certificate->not_after_ms, now_ms};
  if (!is_ok(db_write(env->db, write_note, &note))) {
    fault_clear();
  }
}

result oidc_presented_expiring(struct db_tx *tx, const struct oidc_presented_query *query, struct arena *arena,
                               struct oidc_presented ret_presented[OIDC_PRESENTED_MAX], size_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  size_t count = 0;
  TRY(db_query(tx,
               "SELECT p.client_id, MAX(p.not_after) FROM oidc_presented p JOIN oidc_client c ON c.client_id = p.client_id"
               " WHERE c.status = 1 AND p.seen_at > $1 GROUP BY p.client_id HAVING MAX(p.not_after) < $2 ORDER BY MAX(p.not_after), p.client_id LIMIT 64",
               DB_ARGS(db_of_int(query->now_ms - REMEMBERED_DAYS * (int64_t)CLOCK_DAY_MS), db_of_int(query->before_ms)), &rows));
  while (count < OIDC_PRESENTED_MAX && db_rows_next(&rows)) {
    ret_presented[count++] = (struct oidc_presented){db_text_copy(&rows, 0, arena), db_int(&rows, 1)};
  }
  TRY(rows.status);
  *ret_count = count;
  return OK;
}
