#include "oidc/readings.h"

#include <pthread.h>
#include <stdlib.h>

enum { PLACES = 4, SETS = OIDC_READINGS_MAX / PLACES };

struct reading {
  struct oidc_mark mark;
  struct arena arena; /* of the claims alone */
  struct jin_doc doc;
  const struct jin *claims; /* NULL: free */
};

/* A token belongs to one set, and there takes the place of whoever was kept first. */
struct set {
  struct reading places[PLACES];
  unsigned next;
};

struct oidc_readings {
  pthread_mutex_t mutex;
  struct set *sets[SETS]; /* NULL: none was needed yet */
};

struct oidc_readings *oidc_readings_new(void) {
  struct oidc_readings *readings = heap_alloc(sizeof *readings);
  (void)pthread_mutex_init(&readings->mutex, NULL);
  return readings;
}

static void free_set(struct set *set) {
  for (size_t i = 0; set != NULL && i < PLACES; i++) {
    arena_free(&set->places[i].arena);
  }
  free(set);
}

void oidc_readings_free(struct oidc_readings **slot) {
  if (*slot != NULL) {
    for (size_t i = 0; i < SETS; i++) {
      free_set((*slot)->sets[i]);
    }
    (void)pthread_mutex_destroy(&(*slot)->mutex);
    free(*slot);
    *slot = NULL;
  }
}

static struct set **set_of(struct oidc_readings *readings, const struct oidc_mark *mark) { return &readings->sets[mark->halves[1] % SETS]; }

static struct reading *place_of(struct set *set, const struct oidc_mark *mark) {
  for (size_t i = 0; set != NULL && i < PLACES; i++) {
    struct reading *at = &set->places[i];
    if (at->claims != NULL && at->mark.halves[0] == mark->halves[0] && at->mark.halves[1] == mark->halves[1]) {
      return at;
    }
  }
  return NULL;
}

const struct jin *oidc_readings_find(struct oidc_readings *readings, const struct oidc_mark *mark, struct arena *arena) {
  const struct jin *claims = NULL;
  struct jin_doc *doc = ARENA_NEW(arena, struct jin_doc); /* outlives this: values point to it */
  (void)pthread_mutex_lock(&readings->mutex);
  const struct reading *kept = place_of(*set_of(readings, mark), mark);
  if (kept != NULL) {
    jin_doc_init(doc, arena, kept->doc.limits);
    claims = jin_copy(kept->claims, doc);
  }
  (void)pthread_mutex_unlock(&readings->mutex);
  return claims;
}

void oidc_readings_keep(struct oidc_readings *readings, const struct oidc_mark *mark, const struct jin *claims) {
  (void)pthread_mutex_lock(&readings->mutex);
  struct set **set = set_of(readings, mark);
  if (*set == NULL) {
    *set = heap_alloc(sizeof **set);
  }
  if (place_of(*set, mark) == NULL) {
    struct reading *at = &(*set)->places[(*set)->next];
    (*set)->next = ((*set)->next + 1) % PLACES;
    arena_free(&at->arena);
    at->mark = *mark;
    jin_doc_init(&at->doc, &at->arena, claims->doc->limits);
    at->claims = jin_copy(claims, &at->doc);
  }
  (void)pthread_mutex_unlock(&readings->mutex);
}
