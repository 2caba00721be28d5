import { expect, it } from 'vitest'
import { en } from './en'
import { vi } from './vi'

function leaves(part: object, path = ''): [string, string][] {
  return Object.entries(part).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[path + name, value]] : leaves(value as object, `${path}${name}.`),
  )
}
const inVi = new Map(leaves(vi))
const inEn = new Map(leaves(en))
const isPlural = (key: string) => /_(one|other)$/.test(key) && inVi.has(key.replace(/_(one|other)$/, ''))

it('has every sentence in both languages', () => {
  expect([...inVi.keys()].filter((key) => !inEn.has(key))).toEqual([])
  expect([...inEn.keys()].filter((key) => !inVi.has(key) && !isPlural(key))).toEqual([])
})

it('uses the same values in both', () => {
  const values = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((one) => one[1]).sort()
  for (const [key, text] of inVi) expect([key, values(inEn.get(key) ?? '')]).toEqual([key, values(text)])
})

it('has every key the source names', () => {
  const sources = import.meta.glob<string>('../**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true })
  const named = Object.values(sources).flatMap((source) =>
    [...source.matchAll(/\bt\(\s*'([a-z_]+\.[a-z_0-9]+)'/g)].map((one) => one[1] as string),
  )
  expect(named.length).toBeGreaterThan(200)
  expect([...new Set(named)].filter((key) => !inVi.has(key))).toEqual([])
})
