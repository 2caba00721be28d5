/* Fills the templates of src/api/pages as the server does, for looking at them without it. */
import { readFileSync } from 'node:fs'

const folder = new URL('../../src/api/pages/', import.meta.url)
const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text) => String(text).replace(/[&<>"']/g, (one) => escapes[one])

function texts(language) {
  const column = language === 'en' ? 2 : 1
  const lines = readFileSync(new URL('texts.tsv', folder), 'utf8').split('\n')
  return new Map(
    lines
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => line.split('\t'))
      .map((row) => [row[0], row[column]]),
  )
}

function fillTemplate(name, values, words) {
  let html = readFileSync(new URL(`${name}.html`, folder), 'utf8').replace(/^<!--[\s\S]*?-->\n/, '')
  const block = /\{\{#(\w+)\}\}((?:(?!\{\{#\w+\}\})[\s\S])*?)\{\{\/\1\}\}/
  while (block.test(html)) html = html.replace(block, (_, key, body) => (values[key] ? body : ''))
  html = html.replace(/\{\{t\.([\w.]+)\}\}/g, (_, key) => {
    if (!words.has(key)) throw new Error(`${name}.html: no text ${key}`)
    return escaped(words.get(key))
  })
  html = html.replace(/\{\{>page\}\}/, () => values.page ?? '')
  return html.replace(/\{\{(\w+)\}\}/g, (_, key) => escaped(values[key] ?? ''))
}

export function page(name, language, path, values = {}) {
  const words = texts(language)
  const body = fillTemplate(name, values, words)
  const other = language === 'vi' ? 'en' : 'vi'
  const title = words.get(`${name}.title`) ?? ''
  return fillTemplate(
    'layout',
    { lang: language, title, other_href: `${path}?lang=${other}`, demo: 'yes', page: body },
    words,
  )
}
export const sentence = (language, key) => texts(language).get(key)
