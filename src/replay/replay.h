/* replay/replay.h: the pilot of 2024 in Hanoi and Thừa Thiên Huế, driven through the real engine under a simulated clock.
 *
 * Published  (S1) to the end of 14 June 2024: Hanoi 22,730 received, 11,449 by VNeID, 5,811 of these returned, 4,811 early or on time, 641 late by
 *            one day; Thừa Thiên Huế 2,782, 1,954, 1,559, about 95 % on time. Everything else is assumed and listed as such in the report.
 * Real       people, accounts, submissions, fees, Resolution 11, payments, look-ups, decisions, two signatures, wallet, ledger: the same functions a
 *            server calls. Not real: the portal and the provincial system acknowledge at once, and officers' PINs are derived once.
 */
#pragma once
#include "server/server.h"

enum replay_error {
  REPLAY_PLAN =
      RESULT_CODE(RESULT_INTERNAL, MODULE_REPLAY, 1), /* The published figures do not fit the assumed arrivals. */
  REPLAY_PEOPLE =
      RESULT_CODE(RESULT_INTERNAL, MODULE_REPLAY, 2), /* Too few grown-up inhabitants for the applications. */
  REPLAY_NOT_EMPTY = RESULT_CODE(RESULT_CONFLICT, MODULE_REPLAY,
                                 3), /* The installation holds people already: a replay starts in an empty one. */
};

struct replay_options {
  const char *data; /* made if absent */
  uint64_t seed;
  int threads;                                                                /* 0: 64; they sleep on disk and signer */
  void (*progress)(void *context, int32_t date, int64_t done, int64_t total); /* may be NULL */
  void *context;
};
/* The installation then lives on 15 June 2024; its supervisors sign in with the demonstration's password. */
struct replay_figures {
  int64_t dossiers, returned, signatures, ledger_entries;
  int64_t elapsed_ms;
};
MUST_USE result replay_pilot_2024(const struct replay_options *options, struct replay_figures *ret_figures);
