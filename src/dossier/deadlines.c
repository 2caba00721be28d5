#include "dossier/dossier.h"

enum { SOON_DAYS = 3 };

result dossier_deadlines(struct db_tx *tx, int32_t today, struct dossier_deadlines *ret_deadlines) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT CASE WHEN reappointed_date > due_date THEN reappointed_date ELSE due_date END AS due, COUNT(*) FROM dossier"
               " WHERE status IN (2, 4) AND due_date > 0 AND due_date <= $1 GROUP BY due",
               DB_ARGS(db_of_int(today + SOON_DAYS)), &rows));
  struct dossier_deadlines deadlines = {0};
  while (db_rows_next(&rows)) {
    int64_t due = db_int(&rows, 0);
    if (due <= today + SOON_DAYS) {
      int64_t *to = due < today ? &deadlines.overdue : due == today ? &deadlines.today : &deadlines.soon;
      *to += db_int(&rows, 1);
    }
  }
  TRY(rows.status);
  *ret_deadlines = deadlines;
  return OK;
}
