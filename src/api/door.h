/* api/door.h: who is let in when more come than can be served (ADR-0019). (private to api/)
 *
 * Runs on a loop, before any worker: a request's class is told from method, path and cookies alone.
 *   always    health, figures, the app's files
 *   session   somebody who is signed in
 *   admitted  somebody who was let in a while ago and is on their way: to sign in, sign up, get back an account
 *   machine   services, banks, witnesses: tokens, introspection, deliveries
 *   arrival   everybody else: they stand in the waiting room while others do, or when there is no room
 * Refused    pages: a page that says so, with a place, and asks again by itself; programs: 503 with Retry-After. Both are made beforehand.
 */
#pragma once
#include "admission/admission.h"
#include "api/call.h"

struct api_door;
struct api_door *api_door_open(const struct api *api);
void api_door_close(struct api_door *door);
/* For http_server_options. */
int api_door_classify(struct api *api, struct http_call *http);
/* The gate has no room for that call. */
void api_door_refuse(struct api *api, struct http_call *http);
/* On a worker: a page that a newcomer was shown makes them admitted, so that the next step is not a newcomer's again. */
void api_door_let_in(struct api_call *call);
