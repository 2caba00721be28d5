/* How numbers, money, dates and Texts are written in each language. Civil time is UTC+7. */
export type Language = 'vi' | 'en'
export type Text = { vi: string; en: string }

let language: Language = 'vi'
export function formatLanguage(value: Language) {
  language = value
}
export const currentLanguage = () => language

export const say = (text: Text | null | undefined): string => (text ? text[language] || text.vi : '')

const locale = () => (language === 'vi' ? 'vi-VN' : 'en-GB')

export const number = (value: number) => new Intl.NumberFormat(locale()).format(value)

/** "200.000 đồng" / "VND 200,000". */
export const vnd = (value: number) => (language === 'vi' ? `${number(value)} đồng` : `VND ${number(value)}`)

/** "637 tỷ đồng": whole billions only, else the full number. */
export function vndShort(value: number): string {
  const billion = 1_000_000_000
  if (value < billion || value % billion !== 0) return vnd(value)
  return language === 'vi' ? `${number(value / billion)} tỷ đồng` : `VND ${number(value / billion)} billion`
}

/** A civil date "2026-11-21" as dd/mm/yyyy; anything else as it is. */
export function date(iso: string | null | undefined): string {
  if (!iso) return '–'
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso)
  return parts ? `${parts[3]}/${parts[2]}/${parts[1]}` : iso
}

/** A month "2018-09" as 09/2018; anything else as it is. */
export const month = (iso: string) => iso.replace(/^(\d{4})-(\d{2})$/, '$2/$1')

const inVietnam = (at: string) => new Date(new Date(at).getTime() + 7 * 3_600_000)

/** The civil date of an instant. */
export const dayOf = (at: string) => inVietnam(at).toISOString().slice(0, 10)

/** An instant as "09:15, 21/11/2026". */
export function instant(at: string | null | undefined): string {
  if (!at || Number.isNaN(Date.parse(at))) return '–'
  const local = inVietnam(at).toISOString()
  return `${local.slice(11, 16)}, ${date(local.slice(0, 10))}`
}

const weekdays = {
  vi: ['Chủ nhật', 'Thứ hai', 'Thứ ba', 'Thứ tư', 'Thứ năm', 'Thứ sáu', 'Thứ bảy'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
}
/** "Thứ hai, 30/11/2026". */
export function longDate(iso: string | null | undefined): string {
  if (!iso || !/^\d{4}-\d{2}-\d{2}$/.test(iso)) return date(iso)
  const day = new Date(`${iso}T00:00:00Z`).getUTCDay()
  return `${weekdays[language][day]}, ${date(iso)}`
}

/** Decimal text "70.24" with the language's own point. */
export const percent = (value: string | null) =>
  value === null ? '–' : `${language === 'vi' ? value.replace('.', ',') : value}%`
