#include <stdlib.h>

#include "backup/archive.h"
#include "backup/files.h"
#include "backup/line.h"
#include "backup/manifest.h"
#include "backup/output.h"
#include "ledger/ledger.h"

struct making {
  const struct backup_order *order;
  struct server_installation *installation;
  struct arena *arena;
  struct backup_report report;
  struct archive_writer archive;
  struct db_tx *tx;
  const char *table; /* of the part before */
  int64_t number;    /* of its next part */
};

static void making_end(struct making *making) {
  db_read_end(&making->tx);
  age_writer_close(&making->archive.out);
  server_installation_close(&making->installation);
}

static result part_write(void *context, const struct db_part *part) {
  struct making *making = context;
  struct arena arena CLEANUP(arena_free) = {0};
  making->number = making->table == part->table ? making->number + 1 : 1;
  making->table = part->table;
  struct slice name = arena_printf(&arena, "tables/%s/%08lld.%lld", part->table, (long long)making->number, (long long)part->rows);
  return backup_archive_whole(&making->archive, name, part->bytes);
}

static void progress_pass(void *context, int64_t done, int64_t all) {
  const struct making *making = context;
  if (making->order->progress != NULL) {
    making->order->progress(making->order->context, done, all);
  }
}

/* What is first asked in the snapshot fixes its moment. */
static result header_write(struct making *making) {
  struct backup_report *report = &making->report;
  struct ledger_checkpoint newest = {0};
  struct db_states states = {0};
  char *data = realpath(making->order->data, NULL);
  report->program = S(DANH_VERSION);
  report->engine = slice_str(db_engine(making->installation->env.db));
  report->data = arena_copy(making->arena, slice_str(data != NULL ? data : making->order->data));
  free(data);
  report->made_at_ms = clock_now_ms(making->installation->env.clock);
  TRY(db_read_begin(making->installation->env.db, &making->tx));
  TRY(db_states_read(making->tx, making->arena, &states));
  result found = ledger_checkpoint_latest(&making->installation->env, making->tx, making->arena, &newest);
  TRY(is_code(found, LEDGER_NO_CHECKPOINT) ? OK : found);
  report->ledger_size = newest.size;
  memcpy(report->ledger_root, newest.root, sizeof report->ledger_root);
  return backup_archive_whole(&making->archive, S(BACKUP_HEADER), backup_header_write(report, &states, making->arena));
}

static result rows_write(struct making *making) {
  const struct db_unload unload = {.tx = making->tx, .part = part_write, .progress = progress_pass, .context = making};
  TRY(db_unload(&unload, making->arena, &making->report.tables, &making->report.table_count));
  for (size_t i = 0; i < making->report.table_count; i++) {
    making->report.rows += making->report.tables[i].rows;
  }
  db_read_end(&making->tx); /* the database need not keep that moment any longer */
  return OK;
}

static result files_write(struct making *making, const char *part) {
  struct backup_report *report = &making->report;
  struct backup_sum sum CLEANUP(backup_sum_free) = {0};
  struct backup_folder folder = {.data = making->order->data, .skipped = part, .archive = &making->archive, .sum = &sum};
  backup_sum_begin(&sum);
  TRY(backup_files_write(&folder));
  backup_sum_end(&sum, report->files_digest);
  report->files = sum.files;
  report->file_bytes = sum.bytes;
  report->left_out = folder.left_out;
  return OK;
}

static result everything_write(struct making *making, const char *part) {
  TRY(header_write(making));
  TRY(rows_write(making));
  TRY(files_write(making, part)); /* after the rows: every key and picture that a row names is there */
  TRY(backup_archive_whole(&making->archive, S(BACKUP_MANIFEST), backup_manifest_write(&making->report, making->arena)));
  TRY(backup_archive_end(&making->archive));
  return age_writer_end(making->archive.out);
}

static void recipients_tell(const struct backup_order *order, struct arena *arena, struct backup_report *report) {
  report->recipient_count = order->recipient_count;
  for (size_t i = 0; i < order->recipient_count; i++) {
    digest_sha256(age_recipient_write(arena, &order->recipients[i]), report->recipients[i]);
  }
}

result backup_make(const struct backup_order *order, struct arena *arena, struct backup_report *ret_report) {
  struct making making CLEANUP(making_end) = {.order = order, .arena = arena};
  struct backup_output output CLEANUP(backup_output_close) = {.fd = -1};
  struct random random = random_system();
  TRY(server_installation_open(order->data, SERVER_READ, &making.installation));
  TRY(backup_output_open(order->file, arena, &output));
  const struct age_writer_options encrypted = {&random, order->recipients, order->recipient_count, &output, backup_output_write};
  TRY(age_writer_open(&encrypted, &making.archive.out));
  TRY(everything_write(&making, output.part));
  TRY(backup_output_sync(&output, making.report.digest));
  making.report.bytes = output.bytes;
  recipients_tell(order, arena, &making.report);
  server_installation_close(&making.installation); /* read: whoever writes the line opens it anew, or is the server */
  result said = backup_line_made(order->data, arena, &making.report); /* before anybody finds it under its name */
  struct slice why = arena_copy(arena, slice_str(fault_last()->detail));
  TRY(backup_output_name(&output));
  if (!is_ok(said)) {
    FAIL(BACKUP_UNRECORDED, "%s: %.*s", order->file, SLICE_ARG(why));
  }
  *ret_report = making.report;
  return OK;
}
