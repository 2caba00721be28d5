#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sleeping.h"
#include "db/postgres.h"

enum { ANSWER_MS = DB_STATEMENT_MS + 5000, NAME_BYTES = 24 }; /* the server ends a statement sooner: who is later is not there any more */

static result input_wait(struct db_session *session, int64_t until_us) {
  while (PQisBusy(session->handle) != 0) {
    int64_t left_ms = (until_us - clock_monotonic_us()) / 1000;
    struct pollfd waits = {.fd = PQsocket(session->handle), .events = POLLIN};
    (void)sleeping_begin();
    int ready = left_ms > 0 ? poll(&waits, 1, (int)left_ms) : 0;
    sleeping_end();
    if (ready == 0) {
      return db_session_lost(session, "no answer in time");
    }
    if (PQconsumeInput(session->handle) != 1) {
      return OK; /* what came before the end is still to be read: it may say why */
    }
  }
  return OK;
}

static void results_clear(PGresult **results, int *count) {
  while (*count > 0) {
    PQclear(results[--*count]);
  }
}

result db_session_receive(struct db_session *session, PGresult *ret_results[static DB_RESULTS_MAX], int *ret_count) {
  int64_t until_us = clock_monotonic_us() + (int64_t)ANSWER_MS * 1000;
  int count = 0;
  int ends = 0; /* a NULL ends each statement's results; two of them: the end is not coming */
  for (;;) {
    result waited = input_wait(session, until_us);
    PGresult *next = is_ok(waited) ? PQgetResult(session->handle) : NULL;
    if (next != NULL && PQresultStatus(next) == PGRES_PIPELINE_SYNC) {
      PQclear(next);
      break;
    }
    ends = next != NULL ? 0 : ends + 1;
    if (next != NULL && count < DB_RESULTS_MAX) {
      ret_results[count++] = next;
    } else {
      PQclear(next);
    }
    if (PQstatus(session->handle) == CONNECTION_BAD || !is_ok(waited) || ends == 2) {
      session->state = DB_SESSION_LOST;
      break;
    }
  }
  *ret_count = count;
  return OK;
}

/* Answers that nobody has waited for. */
static result unread_receive(struct db_session *session) {
  while (session->unread > 0 && session->state != DB_SESSION_LOST) {
    PGresult *results[DB_RESULTS_MAX];
    int count = 0;
    TRY(db_session_receive(session, results, &count));
    results_clear(results, &count);
    session->unread--;
  }
  return session->state == DB_SESSION_LOST ? db_session_lost(session, "it was closed") : OK;
}

/* Part of a transmission may be on its way: nothing more can follow it. */
static result send_failure(struct db_session *session) {
  char why[160];
  (void)snprintf(why, sizeof why, "%s", PQerrorMessage(session->handle));
  return db_session_lost(session, why);
}

static bool begin_one(struct db_session *session, const char *sql) {
  bool is_sent = PQsendQueryParams(session->handle, sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
  session->begun += is_sent;
  return is_sent;
}

/* A batch waits for nobody's row: the one function that has to does so by itself. */
static bool begin_send(struct db_session *session) {
  if (session->state != DB_SESSION_WANTED || session->begun > 0) {
    return true;
  }
  const char *begin = session->role == DB_SESSION_READS ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                      : session->is_led                 ? "BEGIN ISOLATION LEVEL REPEATABLE READ"
                                                        : "BEGIN ISOLATION LEVEL SERIALIZABLE";
  return begin_one(session, begin) && (session->role != DB_SESSION_WRITES || !session->is_alone || begin_one(session, "SET LOCAL lock_timeout = 10000"));
}

static bool is_success(const PGresult *answer) {
  ExecStatusType status = PQresultStatus(answer);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* What has been sent and not answered: BEGIN, then statements that nobody has waited for. */
static int sent_count(const struct db_session *session) { return session->begun + session->deferred_count; }

/* The statement that failed, by its place in the transmission. */
static result failure_at(struct db_session *session, int at, const PGresult *failed, const char *what) {
  int deferred = at - session->begun;
  bool is_deferred = deferred >= 0 && deferred < session->deferred_count;
  session->is_failed_late = is_deferred;
  session->failed_owner = is_deferred ? session->deferred[deferred].owner : NULL;
  return db_session_failure(session, failed, is_deferred ? session->deferred[deferred].sql : what);
}

/* Receives one transmission: what was sent before, and `more` results of the caller's. The last is the caller's; the first that failed is the failure. */
static result outcome_receive(struct db_session *session, int more, const char *what, PGresult **ret_result) {
  PGresult *results[DB_RESULTS_MAX];
  int count = 0;
  int expected = sent_count(session) + more;
  TRY(db_session_receive(session, results, &count));
  if (session->state == DB_SESSION_WANTED && session->begun > 0) {
    session->state = count > 0 && is_success(results[0]) ? DB_SESSION_OPEN : DB_SESSION_WANTED;
  }
  result outcome = OK;
  for (int i = 0; i < count && is_ok(outcome); i++) {
    if (PQresultStatus(results[i]) == PGRES_EMPTY_QUERY) {
      outcome = fault_set(__FILE__, __LINE__, DB_STATEMENT, "no statement: %.120s", what);
    } else if (!is_success(results[i])) {
      outcome = failure_at(session, i, results[i], what);
    }
  }
  session->begun = 0;
  session->deferred_count = 0;
  if (is_ok(outcome) && (count < expected || session->state == DB_SESSION_LOST)) {
    outcome = db_session_lost(session, "it closed before it answered");
  }
  if (is_ok(outcome) && ret_result != NULL) {
    *ret_result = results[--count];
  }
  results_clear(results, &count);
  return outcome;
}

/* Waits for what nobody has waited for. */
static result settle(struct db_session *session) {
  if (session->deferred_count == 0) {
    return OK;
  }
  return PQpipelineSync(session->handle) == 1 ? outcome_receive(session, 0, "statements of before", NULL) : send_failure(session);
}

result db_session_control(struct db_session *session, const char *sql) {
  TRY(unread_receive(session));
  if (!begin_send(session) || PQsendQueryParams(session->handle, sql, 0, NULL, NULL, NULL, NULL, 1) != 1 || PQpipelineSync(session->handle) != 1) {
    return send_failure(session);
  }
  return outcome_receive(session, 1, sql, NULL);
}

/* After a statement that fails the server skips to the end of the transmission: what ends the transaction stands in one of its own. */
void db_session_send(struct db_session *session, const char *sql) {
  bool is_ended = session->deferred_count == 0 || PQpipelineSync(session->handle) == 1;
  session->unread += session->deferred_count > 0 && is_ended;
  session->begun = session->deferred_count = 0;
  if (is_ended && PQsendQueryParams(session->handle, sql, 0, NULL, NULL, NULL, NULL, 1) == 1 && PQpipelineSync(session->handle) == 1) {
    session->unread++;
  } else {
    session->state = DB_SESSION_LOST;
  }
}

static size_t bucket_of(const char *sql) { return ((uintptr_t)sql >> 4) % DB_PREPARED_BUCKETS; }

static void prepared_free(struct db_prepared *prepared) {
  free(prepared->text);
  free(prepared);
}

void db_session_forget(struct db_session *session) {
  for (size_t i = 0; i < DB_PREPARED_BUCKETS; i++) {
    while (session->buckets[i] != NULL) {
      struct db_prepared *gone = session->buckets[i];
      session->buckets[i] = gone->next;
      prepared_free(gone);
    }
  }
  session->prepared = 0;
}

static struct db_prepared *prepared_find(struct db_session *session, const struct db_call *call) {
  struct db_prepared *each = session->buckets[bucket_of(call->sql)];
  while (each != NULL && (each->sql != call->sql || each->tells_id != call->tells_id || strcmp(each->text, call->sql) != 0)) {
    each = each->next;
  }
  return each;
}

static result description_read(const PGresult *description, struct db_prepared *prepared) {
  int count = PQnparams(description);
  if (count > DB_ARGUMENTS_MAX) {
    FAIL(DB_STATEMENT, "more than %d parameters: %.120s", DB_ARGUMENTS_MAX, prepared->sql);
  }
  prepared->argument_count = (size_t)count;
  for (int i = 0; i < count; i++) {
    prepared->argument_types[i] = PQparamtype(description, i);
  }
  return OK;
}

static void name_write(uint64_t number, char name[static NAME_BYTES]) {
  (void)snprintf(name, NAME_BYTES, "s%llu", (unsigned long long)number);
}

/* Outside of any transaction that is still only wanted: a statement that is wrong spoils nothing. */
static result prepare(struct db_session *session, const struct db_call *call, struct db_prepared *prepared) {
  char name[NAME_BYTES];
  struct arena arena CLEANUP(arena_free) = {0};
  TRY(settle(session));
  name_write(prepared->number, name);
  const char *text = call->tells_id ? (const char *)arena_printf(&arena, "%s RETURNING id", call->sql).ptr : call->sql;
  if (PQsendPrepare(session->handle, name, text, 0, NULL) != 1 || PQsendDescribePrepared(session->handle, name) != 1 ||
      PQpipelineSync(session->handle) != 1) {
    return send_failure(session);
  }
  enum db_session_state before = session->state;
  if (before == DB_SESSION_WANTED) {
    session->state = DB_SESSION_IDLE;
  }
  PGresult *description = NULL;
  result outcome = outcome_receive(session, 2, call->sql, &description);
  if (before == DB_SESSION_WANTED && session->state == DB_SESSION_IDLE) {
    session->state = DB_SESSION_WANTED;
  }
  TRY(outcome);
  outcome = description_read(description, prepared);
  PQclear(description);
  return outcome;
}

static result prepared_take(struct db_session *session, const struct db_call *call, struct db_prepared **ret_prepared) {
  struct db_prepared *found = prepared_find(session, call);
  if (found != NULL) {
    *ret_prepared = found;
    return OK;
  }
  if (session->prepared >= DB_PREPARED_MAX) {
    TRY(db_session_control(session, "DEALLOCATE ALL"));
    db_session_forget(session);
  }
  struct db_prepared *fresh = heap_alloc(sizeof *fresh);
  fresh->sql = call->sql;
  fresh->text = heap_alloc(strlen(call->sql) + 1);
  memcpy(fresh->text, call->sql, strlen(call->sql));
  fresh->tells_id = call->tells_id;
  fresh->number = session->prepared_ever++;
  result prepared = prepare(session, call, fresh);
  if (!is_ok(prepared)) {
    prepared_free(fresh);
    return prepared;
  }
  fresh->next = session->buckets[bucket_of(call->sql)];
  session->buckets[bucket_of(call->sql)] = fresh;
  session->prepared++;
  *ret_prepared = fresh;
  return OK;
}

static result prepared_send(struct db_session *session, const struct db_prepared *prepared, struct db_args args) {
  struct db_argument arguments[DB_ARGUMENTS_MAX];
  const char *values[DB_ARGUMENTS_MAX];
  int lengths[DB_ARGUMENTS_MAX];
  int formats[DB_ARGUMENTS_MAX];
  if (args.count != prepared->argument_count) {
    FAIL(DB_STATEMENT, "%zu arguments for %zu: %.120s", args.count, prepared->argument_count, prepared->sql);
  }
  for (size_t i = 0; i < args.count; i++) {
    result written = db_argument_write(&args.values[i], prepared->argument_types[i], &arguments[i]);
    if (!is_ok(written)) {
      return fault_set(__FILE__, __LINE__, written.code, "argument %zu of %.100s: %.80s", i + 1, prepared->sql, fault_last()->detail);
    }
    values[i] = arguments[i].value;
    lengths[i] = arguments[i].length;
    formats[i] = arguments[i].format;
  }
  char name[NAME_BYTES];
  name_write(prepared->number, name);
  bool is_sent = begin_send(session) && PQsendQueryPrepared(session->handle, name, (int)args.count, values, lengths, formats, 1) == 1;
  return is_sent ? OK : send_failure(session);
}

static result call_once(struct db_session *session, const struct db_call *call, PGresult **ret_result) {
  TRY(unread_receive(session));
  struct db_prepared *prepared = NULL;
  TRY(prepared_take(session, call, &prepared));
  TRY(prepared_send(session, prepared, call->args));
  if (PQpipelineSync(session->handle) != 1) {
    return send_failure(session);
  }
  TRY(outcome_receive(session, 1, call->sql, ret_result));
  session->has_written = session->has_written || (strncmp(PQcmdStatus(*ret_result), "SELECT", 6) != 0 && strcmp(PQcmdTuples(*ret_result), "0") != 0);
  return OK;
}

static result sound_check(struct db_session *session, const struct db_call *call) {
  if (session->state == DB_SESSION_FAILED) {
    FAIL(DB_STATEMENT, "a statement after one that failed: %.120s", call->sql);
  }
  return session->state == DB_SESSION_LOST ? db_session_lost(session, "in the middle of a transaction") : OK;
}

/* Nobody waits for it: it goes with the next that is waited for, or with COMMIT. */
result db_session_defer(struct db_session *session, const struct db_call *call) {
  TRY(sound_check(session, call));
  TRY(unread_receive(session));
  struct db_prepared *prepared = NULL;
  TRY(prepared_take(session, call, &prepared));
  if (session->deferred_count == DB_DEFERRED_MAX) {
    TRY(settle(session));
  }
  TRY(prepared_send(session, prepared, call->args));
  session->deferred[session->deferred_count++] = (struct db_deferred){call->sql, session->owner};
  session->has_written = true;
  return OK;
}

result db_session_call(struct db_session *session, const struct db_call *call, PGresult **ret_result) {
  TRY(sound_check(session, call));
  enum db_session_state before = session->state;
  bool is_first = before == DB_SESSION_WANTED || session->tx.is_look;
  result outcome = call_once(session, call, ret_result);
  if (is_first && session->state == DB_SESSION_LOST && session->role == DB_SESSION_READS) {
    /* nothing has been read yet: the pool's connection may have been closed long ago */
    TRY(db_session_reopen(session, DB_SERVER_WAIT_MS));
    session->state = before;
    if (db_session_is_standby(session)) { /* nor is it read from before it is known how old it is, though the primary was there a moment ago */
      session->tx.is_look = false;
      session->state = DB_SESSION_WANTED;
      TRY(db_standby_check(session));
    }
    outcome = call_once(session, call, ret_result);
  }
  return outcome;
}

static const char mark_sql[] = "UPDATE write_mark SET number = $2 WHERE id = $1";

result db_session_commit(struct db_session *session) {
  if (session->state == DB_SESSION_WANTED && session->begun == 0) {
    return OK; /* nothing was asked */
  }
  if (!session->has_written) {
    return db_session_control(session, "COMMIT");
  }
  struct db_prepared *mark = NULL;
  session->mark_number++; /* first: from here on a lost connection is in doubt, and the number of the commit before must not be found for this one's */
  TRY(prepared_take(session, &(const struct db_call){.sql = mark_sql}, &mark));
  if (session->state == DB_SESSION_WANTED) {
    TRY(settle(session)); /* so that the snapshot is older than any doubt: in a later one a mark that was taken away is no conflict, only no row */
  }
  TRY(prepared_send(session, mark, DB_ARGS(db_of_int(session->mark_id), db_of_int(session->mark_number))));
  if (PQsendQueryParams(session->handle, "COMMIT", 0, NULL, NULL, NULL, NULL, 1) != 1 || PQpipelineSync(session->handle) != 1) {
    return send_failure(session);
  }
  return outcome_receive(session, 2, "COMMIT", NULL);
}
