#include "access/access.h"

result access_post_load(struct env *env, struct db_tx *tx, const struct register_holding *holding, struct arena *arena,
                        struct access_post *ret_post) {
  int32_t today = clock_date_of(clock_now_ms(env->clock));
  struct register_post_list held = {0};
  TRY(register_posts_of_person(tx, arena, holding->person_id, today, &held));
  for (size_t i = 0; i < held.count; i++) {
    const struct register_post *post = &held.items[i];
    int role = access_role_find(slice_str(register_role_name(post->role)));
    if (post->post_id == holding->post_id && role != ACCESS_ROLE_NONE) {
      *ret_post = (struct access_post){post->post_id, (enum access_role)role, post->agency_code, post->province, post->from, post->to};
      return OK;
    }
  }
  FAIL(ACCESS_POST_EXPIRED, "post %lld is not held by this person today", (long long)holding->post_id);
}
