/* An authority's document at the desk, at 360 pixels and by keyboard: entered and forwarded by one officer, carried out by another, ended by a second
 * document; and one that is refused in writing. */
import { expect, type Page, test } from '@playwright/test'
import { complaints, expectAccessible } from './accessible'
import { actAs, person, secrets } from './people'

const whom = 'expunged.hanoi'
const SCREEN = '/app/desk/lock-requests'
const card = (page: Page, number: string) => page.locator('li.panel', { hasText: `Số ${number} ngày` })
const today = () => new Date(Date.now() + 7 * 3600e3).toISOString().slice(0, 10)
const shot = (page: Page, name: string) =>
  page.screenshot({ path: test.info().outputPath(`${name}.png`), fullPage: true })

async function write(page: Page, number: string) {
  await page.getByLabel('Số định danh cá nhân').fill(person(whom).pin)
  await page.getByLabel('Cơ quan yêu cầu').fill('Cơ quan điều tra')
  await page.getByLabel('Số văn bản').fill(number)
  await page.getByLabel('Ngày văn bản').fill(today())
  await page.getByLabel('Căn cứ trong văn bản').fill('Tài khoản bị dùng để lừa đảo')
}

async function send(page: Page, number: string) {
  await page.getByRole('button', { name: 'Ghi nhận' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText(/^Đã nhập. Chuyển người có thẩm quyền chậm nhất ngày/)).toBeVisible()
  await page.getByRole('button', { name: `Chuyển: ${number}` }).focus()
  await page.keyboard.press('Enter')
  await expect(card(page, number).getByText(/^Trả lời chậm nhất ngày/)).toBeVisible()
  await expect(card(page, number).getByRole('button', { name: 'Thực hiện' })).toHaveCount(0)
}

async function carryOut(page: Page, number: string) {
  await actAs(page, '01.approver')
  await page.goto(SCREEN)
  await card(page, number).getByRole('button', { name: 'Thực hiện' }).focus()
  await page.keyboard.press('Enter')
  await expect(card(page, number).getByText(/đã thực hiện ngày/)).toBeVisible()
}

async function statusOfSignIn(page: Page) {
  const answer = await page.request.post('/sign-in', {
    form: { pin: person(whom).pin, password: secrets.password },
    headers: { Origin: new URL(page.url()).origin },
    maxRedirects: 0,
  })
  return answer.status()
}

test('an authority locks an account through two officers, and unlocks it by another document', async ({ page }) => {
  const heard = complaints(page)
  await actAs(page, '01.collector')
  await page.getByRole('link', { name: 'Yêu cầu khóa' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Yêu cầu khóa tài khoản')
  await write(page, '77/CQĐT')
  await page.getByLabel('Căn cứ trong văn bản').fill('          ')
  await page.getByRole('button', { name: 'Ghi nhận' }).click()
  await expect(page.locator('.ds-alert[data-color=danger]')).toBeVisible()
  await expectAccessible(page)
  await shot(page, 'lock_request_enter')
  await write(page, '77/CQĐT')
  await send(page, '77/CQĐT')
  await expectAccessible(page)
  expect(await statusOfSignIn(page)).toBe(303)

  await carryOut(page, '77/CQĐT')
  await expectAccessible(page)
  await shot(page, 'lock_request_granted')
  expect(await statusOfSignIn(page)).not.toBe(303)

  await actAs(page, '01.collector')
  await page.goto(SCREEN)
  await page.getByRole('button', { name: 'Nhập văn bản yêu cầu mở: 77/CQĐT' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: /^Nhập văn bản yêu cầu mở khóa theo văn bản 77\/CQĐT/ })).toBeFocused()
  await expect(page.getByLabel('Khóa những gì')).toHaveCount(0)
  await write(page, '78/CQĐT')
  await send(page, '78/CQĐT')
  await carryOut(page, '78/CQĐT')
  await expect(card(page, '77/CQĐT').getByText('Đã mở lại')).toBeVisible()
  expect(await statusOfSignIn(page)).toBe(303)
  expect(heard).toEqual([])
})

test('a document that names no ground in law is refused in writing, with its reason', async ({ page }) => {
  await actAs(page, '01.collector')
  await page.goto(SCREEN)
  await write(page, '79/CQĐT')
  await page.getByLabel('Khóa những gì').selectOption({ label: 'Ký số' })
  await send(page, '79/CQĐT')
  await actAs(page, '01.approver')
  await page.goto(SCREEN)
  await expect(page.getByRole('button', { name: 'Ghi nhận' })).toHaveCount(0)
  const asked = card(page, '79/CQĐT')
  await asked.getByRole('button', { name: 'Từ chối bằng văn bản' }).click()
  await expect(asked.getByText('Đã từ chối')).toHaveCount(0) // not without a reason
  await asked.getByLabel('Lý do từ chối').fill('Văn bản không ghi căn cứ pháp luật')
  await asked.getByRole('button', { name: 'Từ chối bằng văn bản' }).click()
  await expect(asked.getByText('Đã từ chối')).toBeVisible()
  await expect(asked.getByText(/không chấp nhận, ngày .+ Lý do: Văn bản không ghi căn cứ pháp luật/)).toBeVisible()
  await expectAccessible(page)
  await shot(page, 'lock_request_refused')
})
