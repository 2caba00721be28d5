/* cli/progress.h: a bar of what takes long, on standard error, when that is a terminal. (private to cli/)
 *
 *   struct cli_progress progress = cli_progress_begin();
 *   if (cli_progress_is_due(&progress, done, all)) { cli_progress_bar(done, all); fputs("copying", stderr); }
 *   cli_progress_end(&progress);
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct cli_progress {
  bool is_shown;
  int64_t shown_at_us; /* 0: not yet */
};

struct cli_progress cli_progress_begin(void);
/* Some time has passed since the last, or this is the end. */
bool cli_progress_is_due(struct cli_progress *progress, int64_t done, int64_t all);
/* The line anew, up to where the caller's words follow. */
void cli_progress_bar(int64_t done, int64_t all);
void cli_progress_end(const struct cli_progress *progress);
