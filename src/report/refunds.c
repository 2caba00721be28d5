/* Refunds of a province: where a dossier lies is what places its money. */
#include "report/report.h"

#define REFUNDS_OF_PROVINCE                                            \
  " FROM payment_refund r LEFT JOIN dossier_code c ON c.code = r.dossier_code" \
  " LEFT JOIN dossier d ON d.person_id = c.person_id AND d.dossier_id = c.dossier_id" \
  " WHERE ($1 = '' OR r.dossier_code = '' OR d.province = $1)"

static result read_page(struct db_tx *tx, struct arena *arena, const struct report_refunds_question *question,
                        struct report_refunds *refunds) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  int64_t before_ms = question->before_id ? question->before_ms : INT64_MAX;
  TRY(db_query(tx,
               "SELECT r.person_id, r.refund_id, r.dossier_code, r.transaction_id, r.amount, r.reason, r.created_at" REFUNDS_OF_PROVINCE
               " AND (r.created_at, r.refund_id) < ($2, $3) ORDER BY r.created_at DESC, r.refund_id DESC LIMIT $4",
               DB_ARGS(db_of_text(question->province), db_of_int(before_ms), db_of_int(question->before_id),
                       db_of_int((int64_t)question->limit)),
               &rows));
  refunds->items = ARENA_ARRAY(arena, struct payment_refund, question->limit);
  while (refunds->count < question->limit && db_rows_next(&rows)) {
    refunds->items[refunds->count++] = (struct payment_refund){
        .person_id = db_int(&rows, 0),
        .refund_id = db_int(&rows, 1),
        .dossier_code = db_text_copy(&rows, 2, arena),
        .transaction_id = db_text_copy(&rows, 3, arena),
        .amount = db_int(&rows, 4),
        .reason = db_text_copy(&rows, 5, arena),
        .created_at_ms = db_int(&rows, 6),
    };
  }
  return rows.status;
}

result report_refunds(struct db_tx *tx, struct arena *arena, const struct report_refunds_question *question,
                      struct report_refunds *ret_refunds) {
  struct report_refunds refunds = {0};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT)" REFUNDS_OF_PROVINCE, DB_ARGS(db_of_text(question->province)), &rows));
  refunds.total = db_int(&rows, 0);
  TRY(read_page(tx, arena, question, &refunds));
  *ret_refunds = refunds;
  return OK;
}
