#include "oidc/standing.h"

#include <pthread.h>
#include <stdlib.h>

#include "oidc/memory.h"

enum { PLACES = 4, SETS = OIDC_STANDINGS_MAX / PLACES, LOCKS = 64, CLIENT_ID_BYTES_MAX = 64 };

struct standing {
  int64_t session_id; /* 0: nothing */
  int64_t person_id;
  int64_t session_ends_at_ms;
  int64_t client_version;
  size_t client_id_len;
  uint8_t client_id[CLIENT_ID_BYTES_MAX];
  uint64_t asked;
  uint64_t attributes;
  int64_t until_ms;
  int64_t used_at_ms;
  uint64_t moment;
};

/* A session at a client belongs to one set, and there takes the place of whoever was kept first. */
struct set {
  struct standing places[PLACES];
  unsigned next;
};

struct oidc_standings {
  struct set sets[SETS];
  pthread_mutex_t locks[LOCKS]; /* each for every 64th set */
};

struct oidc_standings *oidc_standings_new(void) {
  struct oidc_standings *standings = heap_alloc(sizeof *standings);
  for (int i = 0; i < LOCKS; i++) {
    (void)pthread_mutex_init(&standings->locks[i], NULL);
  }
  return standings;
}

void oidc_standings_free(struct oidc_standings **slot) {
  for (int i = 0; *slot != NULL && i < LOCKS; i++) {
    (void)pthread_mutex_destroy(&(*slot)->locks[i]);
  }
  free(*slot);
  *slot = NULL;
}

static size_t set_of(const struct account_session *session, struct slice client_id) {
  uint64_t hash = (uint64_t)session->session_id * 0x9E3779B97F4A7C15u;
  for (size_t i = 0; i < client_id.len; i++) {
    hash = (hash ^ client_id.ptr[i]) * 1099511628211u;
  }
  return (size_t)(hash >> 32) % SETS;
}

static bool is_for_another(const struct oidc_agreement *agreement) { return agreement->acting_for_id != 0 || agreement->acting_organisation_id != 0; }

static bool is_of(const struct standing *standing, const struct account_session *session, const struct oidc_client *client) {
  return standing->session_id != 0 && standing->session_id == session->session_id && standing->person_id == session->person_id &&
         standing->client_version == client->version && slice_eq(slice_of(standing->client_id, standing->client_id_len), client->client_id);
}

/* NULL: not there. */
static struct standing *place_of(struct set *set, const struct account_session *session, const struct oidc_client *client) {
  for (size_t i = 0; i < PLACES; i++) {
    if (is_of(&set->places[i], session, client)) {
      return &set->places[i];
    }
  }
  return NULL;
}

/* Not looked at: whether the person was marked since. When the consent was used last is told to the hour, which takes a write. */
static bool look(struct env *env, const struct account_session *session, const struct oidc_agreement *agreement, struct standing *ret_standing) {
  struct oidc_standings *standings = env->oidc == NULL ? NULL : env->oidc->standings;
  if (standings == NULL || is_for_another(agreement)) {
    return false;
  }
  int64_t now = clock_now_ms(env->clock);
  size_t at = set_of(session, agreement->client->client_id);
  (void)pthread_mutex_lock(&standings->locks[at % LOCKS]);
  const struct standing *place = place_of(&standings->sets[at], session, agreement->client);
  *ret_standing = place != NULL ? *place : (struct standing){0};
  (void)pthread_mutex_unlock(&standings->locks[at % LOCKS]);
  return ret_standing->session_id != 0 && now < ret_standing->session_ends_at_ms && now < ret_standing->until_ms &&
         !oidc_agreement_is_use_due(ret_standing->used_at_ms, now);
}

bool oidc_standing_find(struct env *env, const struct account_session *session, struct oidc_agreement *agreement) {
  struct standing standing;
  if (!look(env, session, agreement, &standing) || db_is_marked_since(env->db, standing.person_id, standing.moment)) {
    return false;
  }
  agreement->asked = standing.asked;
  agreement->attributes = standing.attributes;
  return true;
}

bool oidc_standing_holds(struct env *env, struct db_tx *tx, const struct account_session *session, const struct oidc_agreement *agreement) {
  struct standing standing;
  return look(env, session, agreement, &standing) && (agreement->attributes & ~standing.attributes) == 0 &&
         !db_is_marked_in(tx, standing.person_id, standing.moment);
}

void oidc_standing_keep(struct env *env, uint64_t moment, const struct account_session *session, const struct oidc_agreement *agreement) {
  struct oidc_standings *standings = env->oidc == NULL ? NULL : env->oidc->standings;
  struct slice client_id = agreement->client->client_id;
  if (standings == NULL || is_for_another(agreement) || agreement->asked == 0 || client_id.len > CLIENT_ID_BYTES_MAX) {
    return;
  }
  struct standing standing = {.session_id = session->session_id,
                              .person_id = session->person_id,
                              .session_ends_at_ms = session->ends_at_ms,
                              .client_version = agreement->client->version,
                              .client_id_len = client_id.len,
                              .asked = agreement->asked,
                              .attributes = agreement->attributes,
                              .until_ms = agreement->until_ms,
                              .used_at_ms = agreement->used_at_ms,
                              .moment = moment};
  memcpy(standing.client_id, client_id.ptr, client_id.len);
  size_t at = set_of(session, client_id);
  struct set *set = &standings->sets[at];
  (void)pthread_mutex_lock(&standings->locks[at % LOCKS]);
  struct standing *place = place_of(set, session, agreement->client);
  if (place == NULL) {
    place = &set->places[set->next++ % PLACES];
  }
  *place = standing;
  (void)pthread_mutex_unlock(&standings->locks[at % LOCKS]);
}
