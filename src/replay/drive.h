/* replay/drive.h: one thread's view of the replay, and the acts of one dossier. (private to replay/) */
#pragma once
#include "base/secret.h"
#include "replay/plan.h"

/* The officers of one province. */
struct drive_officer {
  int64_t person_id;
  struct access_post post;
};
struct drive_desk {
  struct drive_officer one_stop, records, decider, sealer;
  struct secret pin_key; /* of the decider: entered once */
};
enum { DRIVE_CODE_BYTES_MAX = 64 };
struct drive_code {
  uint8_t bytes[DRIVE_CODE_BYTES_MAX];
  size_t len;
};
struct drive {
  struct env *env; /* shared: db, signer, random; its clock stands at the current day's end */
  struct dossier_works works;
  struct drive_desk desks[PLAN_PROVINCES];
  struct plan plan;
  int64_t *applicants;      /* person of each planned dossier */
  struct drive_code *codes; /* of each planned dossier, once submitted */
};

/* Each under its own clock; arena: the thread's scratch. */
MUST_USE result replay_drive_submit(struct drive *drive, size_t index, struct arena *scratch);
MUST_USE result replay_drive_receive(struct drive *drive, size_t index, struct arena *scratch);
/* Look-up, decision, signature and seal. */
MUST_USE result replay_drive_return(struct drive *drive, size_t index, struct arena *scratch);
