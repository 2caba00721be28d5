#include <stdlib.h>

#include "db/postgres.h"

/* What db_rows points to: a result received whole. */
struct db_answer {
  PGresult *received;
  int row; /* -1 before the first */
  struct arena texts; /* numbers read as texts */
  struct db_session *session;
  struct db_answer *next; /* open in the same transaction */
};

static int64_t changed_of(PGresult *answered) { return strtoll(PQcmdTuples(answered), NULL, 10); }

result db_postgres_run(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_changed) {
  PGresult *answered = NULL;
  if (ret_changed == NULL && db_session_of(tx)->may_defer) {
    return db_session_defer(db_session_of(tx), &(const struct db_call){.sql = sql, .args = args});
  }
  TRY(db_session_call(db_session_of(tx), &(const struct db_call){.sql = sql, .args = args}, &answered));
  if (ret_changed != NULL) {
    *ret_changed = changed_of(answered);
  }
  PQclear(answered);
  return OK;
}

result db_postgres_insert(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_id) {
  PGresult *answered = NULL;
  if (db_session_of(tx)->may_defer) {
    return db_numbered_insert(db_session_of(tx), sql, args, ret_id);
  }
  TRY(db_session_call(db_session_of(tx), &(const struct db_call){.sql = sql, .args = args, .tells_id = true}, &answered));
  if (PQntuples(answered) == 1) {
    *ret_id = db_cell_number(answered, 0, 0);
  }
  bool is_one = PQntuples(answered) == 1;
  PQclear(answered);
  if (!is_one) {
    FAIL(DB_STATEMENT, "not one row was inserted: %.120s", sql);
  }
  return OK;
}

result db_postgres_query(struct db_tx *tx, const char *sql, struct db_args args, struct db_rows *ret_rows) {
  struct db_session *session = db_session_of(tx);
  PGresult *answered = NULL;
  TRY(db_session_call(session, &(const struct db_call){.sql = sql, .args = args}, &answered));
  struct db_answer *answer = heap_alloc(sizeof *answer);
  answer->received = answered;
  answer->row = -1;
  answer->session = session;
  answer->next = session->answers;
  session->answers = answer;
  *ret_rows = (struct db_rows){.tx = tx, .statement = answer};
  return OK;
}

static void answer_close(struct db_answer *answer) {
  struct db_answer **link = &answer->session->answers;
  while (*link != answer) {
    link = &(*link)->next;
  }
  *link = answer->next;
  PQclear(answer->received);
  arena_free(&answer->texts);
  free(answer);
}

void db_answers_close(struct db_session *session) {
  while (session->answers != NULL) {
    answer_close(session->answers);
  }
}

bool db_postgres_rows_next(struct db_rows *rows) {
  struct db_answer *answer = rows->statement;
  if (++answer->row < PQntuples(answer->received)) {
    return true;
  }
  answer_close(answer);
  rows->statement = NULL;
  return false;
}

void db_postgres_rows_close(struct db_rows *rows) { answer_close(rows->statement); }

/* A column that the statement does not have reads as NULL, as it does on SQLite. */
static bool has_cell(const struct db_answer *answer, int column) {
  return answer->row >= 0 && answer->row < PQntuples(answer->received) && column >= 0 && column < PQnfields(answer->received);
}

bool db_postgres_is_null(const struct db_rows *rows, int column) {
  const struct db_answer *answer = rows->statement;
  return !has_cell(answer, column) || PQgetisnull(answer->received, answer->row, column) != 0;
}

int64_t db_postgres_number(const struct db_rows *rows, int column) {
  const struct db_answer *answer = rows->statement;
  return has_cell(answer, column) ? db_cell_number(answer->received, answer->row, column) : 0;
}

struct slice db_postgres_text(const struct db_rows *rows, int column) {
  struct db_answer *answer = rows->statement;
  return has_cell(answer, column) ? db_cell_text(answer->received, answer->row, column, &answer->texts) : (struct slice){0};
}

struct slice db_postgres_bytes(const struct db_rows *rows, int column) { return db_postgres_text(rows, column); }
