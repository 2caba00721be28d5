/* admission/admission.h: who is let in when more come than can be served, told from a cookie alone: no database, no worker (ADR-0019).
 *
 * Marks      A session's token carries the moment it was made and a MAC over itself: that it was once a session's is seen at the door. Whether it still
 *            is one, only the database knows, and it is asked as ever.
 * The room   Whoever comes while others wait gets a ticket, numbered in the order of coming, and waits for their turn. How many are called in a second is
 *            learnt: more while there is room inside, fewer while there is none; so those who were called and do not come hold nobody up for long.
 *            Who was called comes in once, by exchanging the ticket for an admission, which is good for a while and a number of requests. A reload, a
 *            second tab or a copy of the ticket changes nothing: it is the same number, and it comes in once.
 * Durable    The numbers given and called, and which of them came, lie in a mapped file: a process that is killed loses nothing of them. After a crash of
 *            the machine numbers go on beyond a reserve that was on disk before any of it was given; who came in its last second could come once more.
 * Nodes      A room is one node's. A ticket of another node is honoured by its time: it gets a number here that lies where its time would have put it.
 * Does not   know addresses or people, or keep who asks without cookies from standing in line twice: what does not come back when it is called lapses.
 * Threads    any; a room has a lock, held for some hundred nanoseconds.
 */
#pragma once
#include "base/arena.h"
#include "base/random.h"
#include "base/secret.h"
#include "crypto/digest.h"

enum { ADMISSION_TEXT_BYTES = 43 /* of a token, ticket or admission: base64url of 32 bytes */, ADMISSION_TIME_BYTES = 5 };

struct admission_key {
  uint8_t bytes[DIGEST_BYTES];
};
/* From the installation's sealing key: all nodes of one have the same. */
struct admission_key admission_key_of(const struct secret *sealing);

/* A session's token: when it was made, to 4 ms, 20 random bytes, and 7 bytes of a MAC over both under the key. */
struct slice admission_mark_make(const struct admission_key *key, struct random *random, int64_t now_ms, struct arena *arena);
/* Whether it was made so, and not longer ago than any session lives. */
bool admission_mark_is(const struct admission_key *key, struct slice token, int64_t now_ms);
/* When it says it was made, in bytes that order tokens by that, unproven. false: it has not a token's form. */
bool admission_mark_time(struct slice token, uint8_t ret_time[static ADMISSION_TIME_BYTES]);

struct admission_room;
struct admission_room_options {
  struct admission_key key;
  const char *path;   /* of the file; NULL: in memory alone */
  uint32_t node;      /* for the file that is made; any number that other nodes do not have */
  int64_t called_max; /* people a second that are ever called; 0: as many as there is room for */
};
/* BASE_IO: the file cannot be made or is not one. */
MUST_USE result admission_room_open(const struct admission_room_options *options, struct admission_room **ret_room);
void admission_room_close(struct admission_room **room);
/* As in the options. */
void admission_room_limit(struct admission_room *room, int64_t called_max);
/* Writes what must survive the machine, and reserves numbers. Call it every second, not on a loop: it waits for the disk. */
void admission_room_keep(struct admission_room *room);

/* Who asks, and how things stand. */
struct admission_asker {
  struct slice ticket;    /* the cookies, as they came; empty: none */
  struct slice admission;
  int64_t now_ms;         /* the installation's time, for what is written into tickets */
  int64_t now_us;         /* monotonic */
  int full;               /* thousandths of what may be under way inside */
  bool is_refused;        /* the gate has no room for anybody now */
  bool is_inside;         /* was let in by the gate while nobody waited: only the admission is missing */
};
enum admission_answer {
  ADMISSION_HOLDS, /* has an admission that is good */
  ADMISSION_COMES, /* comes in now: text is their admission, to be kept */
  ADMISSION_WAITS, /* text is their ticket */
  ADMISSION_CROWD, /* more wait than the room has numbers for: nothing was given */
};
struct admission_place {
  enum admission_answer answer;
  char text[ADMISSION_TEXT_BYTES + 1];
  bool is_new;    /* text is to be set */
  int64_t ahead;  /* who waits before them */
  int64_t wait_s; /* until their turn, as things go now */
  int again_s;    /* when to ask again */
};
enum { ADMISSION_LASTS_S = 15 * 60, ADMISSION_TICKET_LASTS_S = 4 * 3600, ADMISSION_REQUESTS = 100 };
void admission_room_ask(struct admission_room *room, const struct admission_asker *asker, struct admission_place *ret_place);
/* The admission alone, and one of its requests is used. */
bool admission_room_holds(struct admission_room *room, const struct admission_asker *asker);
/* Whether nobody waits any more: people are called by whoever asks, also by those who have no place themselves. */
bool admission_room_is_empty(struct admission_room *room, const struct admission_asker *asker);
/* When those who are refused without a place should come again. */
int admission_room_again_s(struct admission_room *room);

struct admission_room_figures {
  uint64_t given;   /* numbers, since the room's file was made */
  uint64_t waiting; /* not called yet */
  uint64_t came;    /* since this process began */
  uint64_t refused; /* tickets and admissions that were no good, since then: forged, used, lapsed */
  double called_per_s;
};
struct admission_room_figures admission_room_figures(struct admission_room *room);
