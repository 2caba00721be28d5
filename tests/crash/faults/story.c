#include "story.h"

#include <stdio.h>
#include <stdlib.h>

#include "server.h"

#define FORM "application/x-www-form-urlencoded"
#define JSON "application/json"
static const char *const keys[STORY_DOSSIERS] = {"fault-story-key-0001", "fault-story-key-0002"};

struct play {
  struct server server;
  const struct story_stage *stage;
  struct story *story;
};

/* ---- telling ---- */

static void keep_text(char *to, size_t size, struct slice text) { (void)snprintf(to, size, "%.*s", SLICE_ARG(text)); }

/* The client asks again what was not answered with success; anything but success and "not now" is wrong. An act that may be done once may
 * have been done when its answer went wrong: then a conflict is an answer. */
static bool ask_twice(struct play *play, const struct ask *ask, int success, struct http_call *ret_call) {
  for (int i = 0; i < 2; i++) {
    *ret_call = server_ask(&play->server, ask);
    int status = ret_call->response.status;
    if (status == success) {
      play->story->told++;
      return true;
    }
    play->story->refusals += status >= 500;
    if (status < 500 && !(i > 0 && status == 409) && play->story->wrong[0] == '\0') {
      (void)snprintf(play->story->wrong, sizeof play->story->wrong, "%s was answered %d: %.*s", ask->path, status,
                     ret_call->response.body.len < 120 ? (int)ret_call->response.body.len : 120, (const char *)ret_call->response.body.ptr);
    }
  }
  return false;
}

/* The value of "name":"..." or "name":N in an answer of ours. */
static struct slice member(struct slice json, const char *name) {
  char quoted[64];
  (void)snprintf(quoted, sizeof quoted, "\"%s\":", name);
  const char *found = json.len > 0 ? memmem(json.ptr, json.len, quoted, strlen(quoted)) : NULL;
  if (found == NULL) {
    return (struct slice){0};
  }
  struct slice rest = slice_from(json, (size_t)(found - (const char *)json.ptr) + strlen(quoted));
  bool is_text = rest.len > 0 && rest.ptr[0] == '"';
  rest = slice_from(rest, is_text ? 1 : 0);
  size_t len = 0;
  while (len < rest.len && (is_text ? rest.ptr[len] != '"' : rest.ptr[len] >= '0' && rest.ptr[len] <= '9')) {
    len++;
  }
  return slice_sub(rest, 0, len);
}

static void sign_in(struct play *play, int who) {
  struct story *story = play->story;
  struct slice body = arena_printf(&play->server.arena, "pin=%s&password=%s", play->stage->citizen[who], play->stage->password);
  struct http_call call;
  story->session[who] = STORY_ASKED;
  if (ask_twice(play, &(struct ask){.method = HTTP_POST, .path = "/sign-in", .type = FORM, .body = body}, 303, &call)) {
    struct slice cookie = server_header(&call, "Set-Cookie");
    keep_text(story->cookie[who], STORY_COOKIE, slice_sub(cookie, 0, slice_find(cookie, ';', 0)));
    story->session[who] = STORY_TOLD;
  }
}

static struct slice application(struct server *server, long long payable) {
  return arena_printf(&server->arena,
                      "{\"procedure\":\"lltp\",\"subject\":\"self\",\"certificate\":1,\"copies\":1,\"purpose\":\"Bổ sung hồ sơ\",\"ban_information\":false,"
                      "\"answers\":{\"history\":[{\"from\":\"2010-09\",\"to\":null,\"place\":\"Hà Nội\",\"work\":\"Kế toán\"}]},"
                      "\"consent\":true,\"payable_shown\":%lld}",
                      payable);
}

static void submit(struct play *play, int which) {
  struct story *story = play->story;
  struct http_call call;
  if (story->session[which] != STORY_TOLD) {
    return;
  }
  struct ask preview = {.method = HTTP_POST, .path = "/api/procedures/lltp/preview", .type = JSON,
                        .body = S("{\"subject\":\"self\",\"certificate\":1,\"copies\":1}"), .cookie = story->cookie[which]};
  if (!ask_twice(play, &preview, 200, &call)) {
    return;
  }
  static const char amount[] = "\"payable\":{\"value\":";
  const char *at = memmem(call.response.body.ptr, call.response.body.len, amount, sizeof amount - 1);
  struct slice body = application(&play->server, at != NULL ? strtoll(at + sizeof amount - 1, NULL, 10) : -1);
  struct ask ask = {.method = HTTP_POST, .path = "/api/dossiers", .type = JSON, .body = body, .cookie = story->cookie[which], .key = keys[which]};
  story->dossier[which] = STORY_ASKED;
  if (ask_twice(play, &ask, 201, &call)) {
    keep_text(story->code[which], sizeof story->code[which], member(call.response.body, "code"));
    story->dossier[which] = STORY_TOLD;
  }
}

static void take_token(struct play *play) {
  struct http_call call;
  struct ask ask = {.method = HTTP_POST, .path = "/oidc/token", .type = FORM, .body = S("grant_type=client_credentials&scope=read"), .secret = play->stage->client};
  play->story->token = STORY_ASKED;
  if (ask_twice(play, &ask, 200, &call)) {
    keep_text(play->story->token_text, STORY_TEXT, member(call.response.body, "access_token"));
    play->story->token = STORY_TOLD;
  }
}

static void revoke_token(struct play *play) {
  if (play->story->token != STORY_TOLD) {
    return;
  }
  struct http_call call;
  struct ask ask = {.method = HTTP_POST, .path = "/oidc/revoke", .type = FORM, .body = arena_printf(&play->server.arena, "token=%s", play->story->token_text),
                    .secret = play->stage->client};
  play->story->revoked = STORY_ASKED;
  if (ask_twice(play, &ask, 200, &call)) {
    play->story->revoked = STORY_TOLD;
  }
}

static void withdraw(struct play *play) {
  if (play->story->dossier[0] != STORY_TOLD) {
    return;
  }
  struct http_call call;
  const char *path = (const char *)arena_printf(&play->server.arena, "/api/dossiers/%s/withdraw", play->story->code[0]).ptr;
  play->story->withdrawn = STORY_ASKED;
  if (ask_twice(play, &(struct ask){.method = HTTP_POST, .path = path, .type = JSON, .body = S("{}"), .cookie = play->story->cookie[0]}, 200, &call)) {
    play->story->withdrawn = STORY_TOLD;
  }
}

static void sign_out(struct play *play) {
  if (play->story->session[0] != STORY_TOLD) {
    return;
  }
  struct http_call call;
  play->story->signed_out = STORY_ASKED;
  if (ask_twice(play, &(struct ask){.method = HTTP_POST, .path = "/sign-out", .type = FORM, .cookie = play->story->cookie[0]}, 303, &call)) {
    play->story->signed_out = STORY_TOLD;
  }
}

/* A round of the sequencer; the head it signed is what readers of the log then hold. */
static void publish(struct play *play) {
  struct env *env = play->server.env;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_checkpoint checkpoint;
  struct signer_figures figures;
  if (is_ok(ledger_sequence(env)) && is_ok(db_read_begin(env->db, &tx)) && is_ok(ledger_checkpoint_latest(env, tx, &play->server.arena, &checkpoint)) &&
      is_ok(signer_local_figures(env->signer, &figures))) {
    play->story->checkpoint_size = checkpoint.size;
    memcpy(play->story->checkpoint_root, checkpoint.root, sizeof checkpoint.root);
    play->story->signatures = figures.signatures;
    play->story->told++;
  }
}

/* ---- the story ---- */

static int end_with(result outcome) {
  if (is_ok(outcome)) {
    return 0;
  }
  (void)fprintf(stderr, "danh: %.*s [%s]\n", SLICE_ARG(api_error_sentence(outcome.code, API_ENGLISH)), fault_last()->detail);
  return result_kind(outcome) == RESULT_UNAVAILABLE ? 3 : 4;
}

static int first_day(struct play *play) {
  int code = end_with(server_start(play->stage->folder, &play->server));
  if (code == 0) {
    sign_in(play, 0);
    submit(play, 0);
    publish(play);
    take_token(play);
    revoke_token(play);
    withdraw(play);
    sign_out(play);
  }
  server_stop(&play->server);
  return code;
}

static int second_day(struct play *play) {
  int code = end_with(server_start(play->stage->folder, &play->server));
  if (code == 0) {
    sign_in(play, 1);
    submit(play, 1);
    publish(play);
  }
  server_stop(&play->server);
  return code;
}

int story_run(const struct story_stage *stage, struct story *story) {
  struct play play = {.stage = stage, .story = story};
  int code = first_day(&play);
  return code != 0 ? code : second_day(&play);
}
