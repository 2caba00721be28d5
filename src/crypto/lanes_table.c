#include "crypto/lanes_table.h"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <stdlib.h>

#include "base/arena.h"

enum { COORDINATES = 2 };

struct filling {
  struct lanes_table *table;
  EC_GROUP *curve;
  EC_POINT *first; /* 64^i G */
  EC_POINT *twice; /* 2 64^i G */
  EC_POINT *point; /* the entry's */
  BIGNUM *coordinates[COORDINATES];
  BIGNUM *prime;
  BN_CTX *numbers;
};

static void free_filling(struct filling *f) {
  EC_POINT_free(f->first);
  EC_POINT_free(f->twice);
  EC_POINT_free(f->point);
  BN_free(f->coordinates[0]);
  BN_free(f->coordinates[1]);
  BN_free(f->prime);
  BN_CTX_free(f->numbers);
  EC_GROUP_free(f->curve);
}

void lanes_table_free(struct lanes_table **table) {
  free(*table);
  *table = NULL;
}

/* coordinate * 2^260 modulo p, in limbs. */
static bool put_coordinate(struct filling *f, BIGNUM *coordinate, uint64_t limbs[static LANES_LIMBS * LANES_ENTRIES]) {
  bool done = BN_lshift(coordinate, coordinate, LANES_LIMBS * LANES_LIMB_BITS) == 1 && BN_mod(coordinate, coordinate, f->prime, f->numbers) == 1;
  for (int i = 0; i < LANES_LIMBS && done; i++) {
    uint64_t limb = 0;
    for (int bit = LANES_LIMB_BITS - 1; bit >= 0; bit--) {
      limb = limb << 1 | (BN_is_bit_set(coordinate, i * LANES_LIMB_BITS + bit) == 1);
    }
    limbs[i * LANES_ENTRIES] = limb;
  }
  return done;
}

static bool put_entry(struct filling *f, int window, int entry) {
  uint64_t *x = &f->table->words[window][0][0][entry];
  uint64_t *y = &f->table->words[window][1][0][entry];
  return EC_POINT_get_affine_coordinates(f->curve, f->point, f->coordinates[0], f->coordinates[1], f->numbers) == 1 &&
         put_coordinate(f, f->coordinates[0], x) && put_coordinate(f, f->coordinates[1], y);
}

static bool fill_window(struct filling *f, int window) {
  bool done = EC_POINT_dbl(f->curve, f->twice, f->first, f->numbers) == 1 && EC_POINT_copy(f->point, f->first) == 1;
  for (int entry = 0; entry < LANES_ENTRIES && done; entry++) {
    done = (entry == 0 || EC_POINT_add(f->curve, f->point, f->point, f->twice, f->numbers) == 1) && put_entry(f, window, entry);
  }
  /* on to 64 times as much: the last entry was 63 times */
  return done && EC_POINT_add(f->curve, f->first, f->point, f->first, f->numbers) == 1;
}

static bool fill(struct filling *f) {
  f->curve = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  f->numbers = BN_CTX_new();
  f->coordinates[0] = BN_new();
  f->coordinates[1] = BN_new();
  f->prime = BN_new();
  if (f->curve == NULL || f->numbers == NULL || f->coordinates[0] == NULL || f->coordinates[1] == NULL || f->prime == NULL) {
    return false;
  }
  f->first = EC_POINT_dup(EC_GROUP_get0_generator(f->curve), f->curve);
  f->twice = EC_POINT_new(f->curve);
  f->point = EC_POINT_new(f->curve);
  bool done = f->first != NULL && f->twice != NULL && f->point != NULL && EC_GROUP_get_curve(f->curve, f->prime, NULL, NULL, f->numbers) == 1;
  for (int window = 0; window < LANES_WINDOWS && done; window++) {
    done = fill_window(f, window);
  }
  return done;
}

struct lanes_table *lanes_table_new(void) {
  struct lanes_table *table CLEANUP(lanes_table_free) = aligned_alloc(_Alignof(struct lanes_table), sizeof *table);
  struct filling filling CLEANUP(free_filling) = {.table = table};
  if (table == NULL || !fill(&filling)) {
    return NULL;
  }
  struct lanes_table *made = table;
  table = NULL;
  return made;
}
