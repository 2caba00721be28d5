/* Lateness in working days, from early to more than five; the five always sum to the returned. */
export const buckets = ['early', 'on_time', 'late_1', 'late_2_5', 'late_over_5'] as const
