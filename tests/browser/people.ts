/* Who the journeys are played by, and how they sign in. */
import { readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'

export type Person = { pin: string; name: string; birth_date: string; sex: 'male' | 'female' }
/** What `danh synth --json` prints of whom one may sign in as. */
type Printed = {
  demo_password: string
  demo_passcode: string
  demo_signing_pin: string
  identities: { name: string; pin: string; full_name: string; birth_date: string }[]
}

const file = process.env.DANH_IDENTITIES
if (!file) throw new Error('DANH_IDENTITIES names no file; see playwright.config.ts')
const printed = JSON.parse(readFileSync(file, 'utf8')) as Printed
export const secrets = {
  password: printed.demo_password,
  passcode: printed.demo_passcode,
  signing_pin: printed.demo_signing_pin,
}
// The fourth digit of a personal number tells century and sex: odd is a woman's.
const people = new Map<string, Person>(
  printed.identities.map((one) => [
    one.name,
    { pin: one.pin, name: one.full_name, birth_date: one.birth_date, sex: Number(one.pin[3]) % 2 ? 'female' : 'male' },
  ]),
)

export function person(name: string): Person {
  const found = people.get(name)
  if (!found) throw new Error(`no demonstration identity ${name}`)
  return found
}

/** Off the page, and then out of the session: what the page still asks for would find none, and lead to a sign-in of its own in the middle of ours. */
export async function leave(page: Page) {
  await page.goto('about:blank')
  await page.context().clearCookies()
}

/** Until the page is there: the path alone says so, since a sign-in page carries where it leads to in its own address. */
export async function arrive(page: Page, path: string) {
  await page.waitForURL((url) => url.pathname === path)
}

export async function signIn(page: Page, name: string, next = '/app/') {
  await leave(page)
  await page.goto(`/sign-in?next=${encodeURIComponent(next)}`)
  await page.getByLabel('Số định danh cá nhân').fill(person(name).pin)
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await page.getByLabel('Mật khẩu').fill(secrets.password)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await arrive(page, next)
}

/** The level the account's best, proven now: the app asks for it, the pages take it. */
export async function prove(page: Page) {
  await page.getByRole('link', { name: 'Xác nhận lại' }).click()
  await page.getByLabel('Mật khẩu').fill(secrets.password)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  const other = page.getByRole('link', { name: 'Dùng mã bí mật 6 số' })
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Xác nhận thêm một bước')
  if (await other.isVisible()) await other.click()
  await page.getByLabel('Mã bí mật').fill(secrets.passcode)
  await page.getByRole('button', { name: 'Xác nhận' }).click()
  await arrive(page, '/app/security')
}

/** Signs in and takes their post. */
export async function actAs(page: Page, name: string) {
  await signIn(page, name, '/app/posts')
  await page.getByRole('radio').nth(1).check()
  await page.getByRole('button', { name: 'Tiếp tục với vai trò này' }).click()
  await expect(page.getByText('Đang làm việc với vai trò')).toBeVisible()
}

/** Opens a dossier at the desk with a purpose. */
export async function openAtDesk(page: Page, code: string) {
  await page.goto(`/app/desk/dossiers/${code}`)
  await page.getByRole('button', { name: 'Mở hồ sơ' }).click()
  await expect(page.getByRole('heading', { name: 'Việc có thể làm' })).toBeVisible()
}

/** Opens one act's form, unless it is open already. */
export async function openAct(page: Page, title: string) {
  const act = page.locator('details.act', { has: page.locator('summary', { hasText: title }) }).first()
  if ((await act.getAttribute('open')) === null) await act.locator('summary').first().click()
  return act
}
