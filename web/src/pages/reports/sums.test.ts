import { describe, expect, it } from 'vitest'
import type { Schemas } from '../../api/client'
import { doesNotSum, receivedByDay, scopeOf } from './sums'

type Scope = Schemas['ReportScope']
const scope = (code: string, received: number, change: Partial<Scope> = {}) =>
  ({
    scope: { code, name: { vi: code, en: code } },
    received,
    channels: [
      { channel: 'vneid', received: received - 10, returned: 8 },
      { channel: 'other', received: 10, returned: null },
    ],
    returned: 8,
    returned_unknown: 10,
    lateness: { early: 1, on_time: 4, late_1: 1, late_2_5: 1, late_over_5: 1, total: 8 },
    open: 5,
    open_overdue: 2,
    ...change,
  }) as Scope
const day = (date: string, province: string, channel: 'vneid' | 'other', received: number) => ({
  date,
  province,
  channel,
  received,
  returned: null,
})
const report = (change: Partial<Schemas['LltpReport']> = {}) =>
  ({
    total: scope('all', 50),
    provinces: [scope('01', 30), scope('46', 20)],
    days: [
      day('2024-04-23', '01', 'vneid', 3),
      day('2024-04-22', '01', 'vneid', 2),
      day('2024-04-22', '46', 'vneid', 4),
      day('2024-04-22', '46', 'other', 1),
    ],
    ...change,
  }) as Schemas['LltpReport']

describe('a report whose parts do not sum is rejected', () => {
  it('accepts one that does', () => expect(doesNotSum(report())).toEqual([]))
  it.each([
    ['lateness', { lateness: { early: 1, on_time: 4, late_1: 1, late_2_5: 1, late_over_5: 0, total: 8 } }],
    ['returned', { returned: 9 }],
    ['channels', { channels: [{ channel: 'vneid' as const, received: 1, returned: 1 }] }],
    ['open', { open_overdue: 6 }],
  ])('names %s', (what, change) => {
    expect(doesNotSum(report({ provinces: [scope('01', 30, change), scope('46', 20)] }))).toEqual([`01: ${what}`])
  })
  it('names provinces', () => expect(doesNotSum(report({ provinces: [scope('01', 30)] }))).toEqual(['provinces']))
})

describe('days', () => {
  it('adds provinces and sorts by day', () => {
    expect(receivedByDay(report(), 'all')).toEqual([
      { date: '2024-04-22', channel: 'other', received: 1 },
      { date: '2024-04-22', channel: 'vneid', received: 6 },
      { date: '2024-04-23', channel: 'vneid', received: 3 },
    ])
  })
  it('keeps to one province', () => {
    expect(receivedByDay(report(), '46').map((row) => row.received)).toEqual([1, 4])
    expect(scopeOf(report(), '46').received).toBe(20)
    expect(scopeOf(report(), 'all').received).toBe(50)
  })
})
