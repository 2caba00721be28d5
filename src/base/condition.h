/* base/condition.h: condition variables that are waited for until an instant of the monotonic clock: setting the machine's clock moves no such wait. */
#pragma once
#include <pthread.h>
#include <stdint.h>
#include <time.h>

void condition_init(pthread_cond_t *ret_condition);
/* For pthread_cond_timedwait on such a condition: us microseconds from now. */
struct timespec condition_in(int64_t us);
