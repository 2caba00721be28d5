/* base/fiber_wait.h: how a fiber leaves its thread and comes back. (private to base/fiber.c and base/parking.c)
 */
#pragma once

struct fiber;
struct fiber_host;
struct parking;

/* Who runs; NULL: a thread without a fiber. */
struct fiber *fiber_here(void);
struct fiber_host *fiber_host_of(const struct fiber *fiber);
/* Of the fiber that runs: its thread goes on with others until the fiber is made ready (on its thread) or posted (from any) and its turn comes. */
void fiber_leave(struct fiber *fiber);
void fiber_make_ready(struct fiber *fiber);
void fiber_post(struct fiber *fiber);
/* From before a fiber is posted until its host was rung for: without it the host could be closed in between. */
void fiber_host_hold(struct fiber_host *host);
void fiber_host_release(struct fiber_host *host);
/* Wakes the host if it sleeps. */
void fiber_host_ring(struct fiber_host *host);
void fiber_host_await(struct fiber_host *host, int fd, int ms, struct parking *parking);
