/* The app's own sentences: src/text/vi.ts and en.ts through i18next. Text that comes from law or data is `say` in format.ts. */
import i18next from 'i18next'
import { apiLanguage } from '../api/client'
import { en } from '../text/en'
import { vi } from '../text/vi'
import { formatLanguage, type Language } from './format'

const isOurs = (word: string | null | undefined): word is Language => word === 'vi' || word === 'en'

/** As on the server-rendered pages, so that nobody changes languages by signing in: `?lang=`, the cookie, the browser's languages, Vietnamese. */
export function languageWanted(): Language {
  const asked = new URLSearchParams(location.search).get('lang')
  const kept = /(?:^|; )danh_lang=(vi|en)/.exec(document.cookie)?.[1]
  const ofBrowser = navigator.languages.map((tag) => tag.toLowerCase().split('-')[0])
  return [asked, kept, ...ofBrowser].find(isOurs) ?? 'vi'
}

export async function textStart(language: Language) {
  await i18next.init({
    lng: language,
    fallbackLng: 'vi',
    resources: { vi: { translation: vi }, en: { translation: en } },
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0])
  apply(language)
}

function apply(language: Language) {
  formatLanguage(language)
  apiLanguage(language)
  document.documentElement.lang = language
}

export async function chooseLanguage(language: Language) {
  // biome-ignore lint/suspicious/noDocumentCookie: the same cookie as `?lang=` sets on server-rendered pages
  document.cookie = `danh_lang=${language}; Path=/; Max-Age=31536000; SameSite=Lax`
  await i18next.changeLanguage(language)
  apply(language)
}

export const t = (key: string, values?: Record<string, unknown>): string => i18next.t(key, values ?? {}) as string
/** What is put on record is in Vietnamese, whatever the officer reads. */
export const tRecord = (key: string): string => i18next.getFixedT('vi')(key) as string
/** For words out of data (register fields, events): the key's text or what was given. */
export const tOr = (key: string, otherwise: string): string => (i18next.exists(key) ? t(key) : otherwise)
