import { afterEach, describe, expect, it } from 'vitest'
import { date, dayOf, formatLanguage, instant, longDate, number, percent, say, vnd, vndShort } from './format'

afterEach(() => formatLanguage('vi'))

describe('money', () => {
  it.each([
    [0, '0 đồng', 'VND 0'],
    [5000, '5.000 đồng', 'VND 5,000'],
    [255000, '255.000 đồng', 'VND 255,000'],
    [637_000_000_000, '637.000.000.000 đồng', 'VND 637,000,000,000'],
  ])('writes %d in both languages', (value, vi, en) => {
    expect(vnd(value)).toBe(vi)
    formatLanguage('en')
    expect(vnd(value)).toBe(en)
  })
  it('shortens whole billions and nothing else', () => {
    expect(vndShort(637_000_000_000)).toBe('637 tỷ đồng')
    expect(vndShort(637_000_000_001)).toBe('637.000.000.001 đồng')
    expect(vndShort(999_999_999)).toBe('999.999.999 đồng')
  })
})

describe('dates', () => {
  it('writes civil dates day first and leaves other text alone', () => {
    expect(date('2026-11-21')).toBe('21/11/2026')
    expect(date('không rõ')).toBe('không rõ')
    expect(date(null)).toBe('–')
  })
  it('names the weekday', () => {
    expect(longDate('2026-11-30')).toBe('Thứ hai, 30/11/2026')
    formatLanguage('en')
    expect(longDate('2026-11-29')).toBe('Sunday, 29/11/2026')
  })
  it('shows instants in UTC+7 whatever the machine says', () => {
    expect(instant('2026-11-21T02:15:00Z')).toBe('09:15, 21/11/2026')
    expect(instant('2026-11-21T17:00:00Z')).toBe('00:00, 22/11/2026')
    expect(dayOf('2026-11-21T16:59:59.999Z')).toBe('2026-11-21')
    expect(instant('nonsense')).toBe('–')
    expect(instant(null)).toBe('–')
  })
})

describe('figures and texts', () => {
  it('keeps the server’s decimals and uses the language’s own point', () => {
    expect(percent('70.24')).toBe('70,24%')
    formatLanguage('en')
    expect(percent('70.24')).toBe('70.24%')
    expect(percent(null)).toBe('–')
  })
  it('groups thousands', () => expect(number(25512)).toBe('25.512'))
  it('falls back to Vietnamese where a text has no English', () => {
    formatLanguage('en')
    expect(say({ vi: 'Phiếu số 1', en: '' })).toBe('Phiếu số 1')
    expect(say(null)).toBe('')
  })
})
