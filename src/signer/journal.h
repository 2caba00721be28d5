/* signer/journal.h: DIR/signer/signatures.log: every signature ever given. (private to signer/)
 *
 *   <seq> <time ms> <profile> <key> <digest hex> <reference or -> <hash hex>\n     one signature
 *   <seq> <time ms> token <key> <count> - <hash hex>\n                            the next <count> signatures of a token key
 *
 * <seq> is followed by /<first> in every line of a commit but its first: the line that commit begins with.
 *
 * Tokens are counted, not named: what they say is in the tokens. A reservation is on disk before the first of its signatures is given out, so the
 * log never says fewer than were given; what a reservation had left when the signer ended counts as given.
 *
 * hash = SHA-256(hash of the line before || this line up to the blank before its hash); before the first line:
 * SHA-256("danh-signer-log-1"). So no line can be changed, taken out or put in without every later hash changing;
 * that lines were cut from the end shows against a head that somebody kept (signer_figures.log_head).
 * Durable    what signer_journal_commit has returned for.
 * Torn       Of a commit that a power cut broke off any sectors may be missing, each as noughts, and the file may end anywhere. None of its
 *            signatures was given out, so on opening everything from its first broken line on is cut, after it has been kept in
 *            signatures.torn, and the log says so (signer.log_torn). Broken lines count as torn only if
 *              (1) the first of them has no end, or has noughts that begin with it or a sector and end with a sector, and
 *              (2) nothing behind it belongs to a later commit: that would not have been begun before the broken one was on the disk.
 *            All else is SIGNER_LOG_ALTERED: a byte changed, a line taken out or moved, sectors lost that were synced. Where a line does not
 *            say otherwise it is a commit of its own, as all were in logs of old.
 *            Not told apart: lines at the very end that were synced, should their sectors be lost later and nothing that can be read of a later
 *            commit stand behind them; they are kept and told like the others. Nobody gains by that: who can write the file could cut whole
 *            lines off its end, which opening cannot see at all. Both show against a head that was kept. An unsynced log (signer.h) has no
 *            such order: torn over several commits it is refused.
 * Threads    one at a time. Errors SIGNER_LOG_ALTERED, SIGNER_FOLDER_UNUSABLE.
 */
#pragma once
#include "base/buf.h"
#include "base/clock.h"
#include "signer/policy.h"

struct signer_journal;

struct signer_journal_options {
  int folder;
  bool read_only; /* only verifies; what is torn is left alone */
  bool unsynced;  /* signer_local_options.unsynced */
  const struct clock *clock; /* for the line that says what was torn; NULL: nobody is told */
};
/* Recomputes the whole chain, about a microsecond a line, and remembers under which references people have signed. */
MUST_USE result signer_journal_open(const struct signer_journal_options *options, struct signer_journal **ret_journal);
void signer_journal_close(struct signer_journal **journal);

struct signer_journal_line {
  int64_t at_ms;
  const struct signer_rule *rule;
  struct slice key;
  const uint8_t *digest;
  struct slice reference;
};
/* Gathers a line; nothing is given out before the commit. */
void signer_journal_append(struct signer_journal *journal, const struct signer_journal_line *line);
/* The same for the next line->rule->reserve signatures of the key; digest and reference are not looked at. */
void signer_journal_reserve(struct signer_journal *journal, const struct signer_journal_line *line);
/* One write, one fdatasync. After a failure the journal is not to be used again. */
MUST_USE result signer_journal_commit(struct signer_journal *journal);

/* Whether a person has signed under this reference. */
bool signer_journal_has_personal(const struct signer_journal *journal, struct slice reference);
struct signer_figures signer_journal_figures(const struct signer_journal *journal);
