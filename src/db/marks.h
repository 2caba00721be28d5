/* db/marks.h: which numbers were marked when (db.h, copies of rows in memory). (private to db/)
 *
 *   fn --db_marks_add--> what this transaction marks --db_marks_tell, after its commit--> moments, one for many numbers
 * Threads    add and tell: the writer's alone. The rest: any.
 */
#pragma once
#include "db/driver.h"

struct db_marks;
struct db_marks *db_marks_new(void);
void db_marks_free(struct db_marks *marks);
void db_marks_add(struct db_marks *marks, int64_t number);
/* The transaction has ended, in whatever way: what was marked counts from now on. */
void db_marks_tell(struct db_marks *marks);
uint64_t db_marks_now(struct db_marks *marks);
bool db_marks_since(struct db_marks *marks, int64_t number, uint64_t moment);
/* The writer's alone: since that moment, or added and not told yet. */
bool db_marks_since_or_added(const struct db_marks *marks, int64_t number, uint64_t moment);
