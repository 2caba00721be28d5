/* The desk in English: no sentence of the Vietnamese app is left on its screens, and what is put on record stays Vietnamese. */
import { expect, type Page, test } from '@playwright/test'
import { en } from '../../web/src/text/en'
import { vi } from '../../web/src/text/vi'
import { complaints, expectAccessible } from './accessible'
import { actAs, openAct, signIn } from './people'
import { apply, must } from './requests'

function leaves(part: object, path = ''): [string, string][] {
  return Object.entries(part).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[path + name, value]] : leaves(value as object, `${path}${name}.`),
  )
}
const english = new Map(leaves(en))
/** Long enough not to be met by chance, without values put in, and another in English. */
const vietnamese = leaves(vi).filter(([key, text]) => text.length >= 10 && !text.includes('{{') && english.get(key) !== text)

async function expectEnglish(page: Page) {
  await expectAccessible(page)
  const seen = await page.locator('body').innerText()
  expect(vietnamese.filter(([, text]) => seen.includes(text)).map(([key]) => key)).toEqual([])
}

test('an officer works in English from the choice of a post to the register’s answers', async ({ page }) => {
  const heard = complaints(page)
  await signIn(page, 'elderly.hanoi')
  const code = await apply(page)
  await actAs(page, '01.one_stop_officer')
  await must(page, `/api/desk/dossiers/${code}/receive`, {})
  await actAs(page, '01.records_officer')
  await page.getByRole('button', { name: 'English' }).click()
  await page.goto('/app/posts')
  await expect(page.getByRole('radio', { name: /^Case officer/ })).toBeVisible()
  await expectEnglish(page)
  await page.goto('/app/desk')
  await expect(page.getByRole('heading', { level: 1, name: 'Queue' })).toBeVisible()
  await expectEnglish(page)
  await page.getByRole('link', { name: code }).click()
  await expectEnglish(page)
  await page.getByRole('button', { name: 'Open the dossier' }).click()
  await expect(page.getByRole('heading', { name: 'What you can do' })).toBeVisible()
  // the purpose is on record, and the person reads it: in Vietnamese
  await expect(page.getByText('Thụ lý, giải quyết hồ sơ theo phân công').first()).toBeVisible()
  const lookUp = await openAct(page, 'Look up registers')
  for (const box of await lookUp.getByRole('checkbox').all()) await box.check()
  await lookUp.getByRole('button', { name: 'Look up', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'What the registers answered' })).toBeFocused()
  for (const word of ['Elderly', 'Permanent', 'Father', 'Home town']) await expect(page.getByText(word, { exact: true }).first()).toBeVisible()
  await expectAccessible(page)
  expect(heard).toEqual([])
})

test('the counter, the statistics and the refunds speak English', async ({ page }) => {
  await actAs(page, '01.collector')
  await page.getByRole('button', { name: 'English' }).click()
  await page.goto('/app/desk/enrolment')
  await expect(page.getByRole('button', { name: 'Find the person' })).toBeVisible()
  await expectAccessible(page)
  await actAs(page, '01.supervisor')
  await page.getByRole('button', { name: 'English' }).click()
  for (const path of ['/app/reports', '/app/reports/savings', '/app/reports/refunds']) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expectEnglish(page)
  }
})
