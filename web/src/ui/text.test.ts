import { afterEach, describe, expect, it, vi } from 'vitest'
import { languageWanted } from './text'

afterEach(() => {
  vi.restoreAllMocks()
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie the app itself keeps
  document.cookie = 'danh_lang=; Path=/; Max-Age=0'
  history.replaceState(null, '', '/')
})

describe('the language to begin in', () => {
  it.each([
    ['nothing said', '', '', [], 'vi'],
    ['an English browser', '', '', ['en-GB', 'vi'], 'en'],
    ['a Vietnamese browser', '', '', ['vi-VN', 'en'], 'vi'],
    ['a browser that wants neither', '', '', ['fr-FR', 'de'], 'vi'],
    ['a browser that wants another first', '', '', ['fr', 'EN-us'], 'en'],
    ['a word that only begins alike', '', '', ['english'], 'vi'],
    ['what was chosen before', '', 'vi', ['en'], 'vi'],
    ['what was chosen before, the other way', '', 'en', ['vi'], 'en'],
    ['the address', '?lang=en', 'vi', ['vi'], 'en'],
    ['the address, the other way', '?lang=vi', 'en', ['en'], 'vi'],
    ['an address that names no language of ours', '?lang=fr', 'en', ['vi'], 'en'],
  ])('%s', (_, address, cookie, languages, wanted) => {
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue(languages)
    // biome-ignore lint/suspicious/noDocumentCookie: the cookie the app itself keeps
    if (cookie) document.cookie = `danh_lang=${cookie}; Path=/`
    history.replaceState(null, '', `/${address}`)
    expect(languageWanted()).toBe(wanted)
  })
})
