/* Groups what happened by its civil day, order kept. */
import { dayOf } from '../../ui/format'

export function byDay<T extends { at: string }>(items: T[]): [string, T[]][] {
  const days = new Map<string, T[]>()
  for (const item of items) {
    const day = dayOf(item.at)
    days.set(day, [...(days.get(day) ?? []), item])
  }
  return [...days]
}
