/* Adds up the report's day rows for charts and checks that parts sum; nothing is shown that does not. */
import type { Schemas } from '../../api/client'

type Report = Schemas['LltpReport']
export type DayCount = { date: string; channel: string; received: number }

/** Received by day and channel, over all provinces or one; every day of the period is there, also with nought. */
export function receivedByDay(report: Report, province: string): DayCount[] {
  const sums = new Map<string, DayCount>()
  for (const row of report.days) {
    if (province !== 'all' && row.province !== province) continue
    const key = `${row.date} ${row.channel}`
    const sum = sums.get(key) ?? { date: row.date, channel: row.channel, received: 0 }
    sum.received += row.received
    sums.set(key, sum)
  }
  return [...sums.values()].sort((a, b) =>
    a.date < b.date ? -1 : a.date > b.date ? 1 : a.channel.localeCompare(b.channel),
  )
}

const channelOrder = ['vneid', 'online', 'counter', 'post', 'other']
/** The channels that received anything, always in the same order. */
export const channelsOf = (rows: DayCount[]): string[] =>
  channelOrder.filter((channel) => rows.some((row) => row.channel === channel && row.received > 0))

export function scopeOf(report: Report, province: string): Schemas['ReportScope'] {
  return report.provinces.find((one) => one.scope.code === province) ?? report.total
}

/** What does not sum in a report; empty when all is well. */
export function doesNotSum(report: Report): string[] {
  const wrong: string[] = []
  for (const scope of [report.total, ...report.provinces]) {
    const late = scope.lateness
    if (late.early + late.on_time + late.late_1 + late.late_2_5 + late.late_over_5 !== late.total)
      wrong.push(`${scope.scope.code}: lateness`)
    if (late.total !== scope.returned) wrong.push(`${scope.scope.code}: returned`)
    if (scope.channels.reduce((sum, one) => sum + one.received, 0) !== scope.received)
      wrong.push(`${scope.scope.code}: channels`)
    if (scope.open_overdue > scope.open) wrong.push(`${scope.scope.code}: open`)
  }
  if (report.provinces.reduce((sum, one) => sum + one.received, 0) !== report.total.received) wrong.push('provinces')
  return wrong
}
