#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

enum { EVERY_US = 100 * 1000, BAR_CELLS = 30 };

struct cli_progress cli_progress_begin(void) { return (struct cli_progress){.is_shown = isatty(STDERR_FILENO) == 1}; }

bool cli_progress_is_due(struct cli_progress *progress, int64_t done, int64_t all) {
  int64_t now = clock_monotonic_us();
  if (!progress->is_shown || (now - progress->shown_at_us < EVERY_US && done != all)) {
    return false;
  }
  progress->shown_at_us = now;
  return true;
}

void cli_progress_bar(int64_t done, int64_t all) {
  int64_t of = all > 0 ? all : 1;
  int cells = (int)(done * BAR_CELLS / of);
  char bar[BAR_CELLS + 1] = {0};
  for (int i = 0; i < BAR_CELLS; i++) {
    bar[i] = i < cells ? '#' : '.';
  }
  (void)fprintf(stderr, "\r[%s] %3lld %%  ", bar, (long long)(done * 100 / of));
}

void cli_progress_end(const struct cli_progress *progress) {
  if (progress->shown_at_us > 0) {
    (void)fputc('\n', stderr);
  }
}
