/* Level 1 from nothing to activation, on a cheap phone and without script: card, code, portrait, password. */
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { expectAccessible } from './accessible'
import { person } from './people'

const printed = JSON.parse(readFileSync(process.env.DANH_IDENTITIES ?? '', 'utf8')) as { date: string }
/* The demonstration's foreigners hold a residence card issued 700 days before the country's date. */
const issued = new Date(Date.parse(printed.date) - 700 * 86_400_000)
  .toISOString()
  .slice(0, 10)
  .split('-')
  .reverse()
  .join('/')
const who = { name: 'Schmidt Jonas', birth: '12/04/1985', phone: '0900000017' }
const password = 'suong-som-tren-doi-che'
const passcode = '804261'

test('a foreigner signs up at level 1 and activates in one sitting, without script', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 }, locale: 'vi-VN' })
  const page = await context.newPage()
  const { pin } = person('foreigner.hanoi')
  await page.goto('/')
  await page.getByRole('link', { name: 'Đăng ký tài khoản' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Đăng ký định danh điện tử mức độ 1')
  await page.getByLabel('Số định danh cá nhân').fill(pin)
  await page.getByLabel('Họ và tên').fill(who.name)
  await page.getByLabel('Ngày sinh').fill('12/04/1986')
  await page.getByLabel('Ngày cấp thẻ').fill(issued)
  await page.getByLabel('Số điện thoại di động').fill(who.phone)
  await page.screenshot({ path: test.info().outputPath('sign_up_card.png'), fullPage: true })
  await page.getByRole('button', { name: 'Gửi mã xác nhận' }).click()
  await expect(page.getByText('Số định danh không khớp với năm sinh')).toBeVisible()
  await expect(page.getByLabel('Họ và tên')).toHaveValue(who.name)
  await page.screenshot({ path: test.info().outputPath('sign_up_problem.png'), fullPage: true })
  await page.getByLabel('Ngày sinh').fill(who.birth)
  await page.getByRole('button', { name: 'Gửi mã xác nhận' }).click()
  await expect(page.getByText('090****017')).toBeVisible()

  const { items } = (await (await context.request.get('/api/demo/messages')).json()) as { items: { to: string; text: string }[] }
  const code = /: (\d{6})\./.exec(items.find((one) => one.to === who.phone)?.text ?? '')?.[1] ?? ''
  await page.getByLabel('Mã xác nhận').fill(code)
  await page.screenshot({ path: test.info().outputPath('sign_up_code.png'), fullPage: true })
  await page.getByRole('button', { name: 'Tiếp tục' }).click()

  const picture = await (await context.request.get(`/sign-up/drawn-portraits?pin=${pin}`)).body()
  await page.getByLabel('Ảnh chân dung').setInputFiles({ name: 'toi.png', mimeType: 'image/png', buffer: picture })
  await page.screenshot({ path: test.info().outputPath('sign_up_portrait.png'), fullPage: true })
  await page.getByRole('button', { name: 'Gửi đăng ký' }).click()
  await expect(page.getByText('tài khoản mức độ 1 đã được cấp')).toBeVisible()
  await page.getByLabel('Mật khẩu mới').fill(password)
  await page.getByLabel('Nhập lại mật khẩu').fill(password)
  await page.getByLabel('Mã bí mật mới').fill(passcode)
  await page.getByLabel('Nhập lại mã bí mật').fill(passcode)
  await page.screenshot({ path: test.info().outputPath('sign_up_approved.png'), fullPage: true })
  await page.getByRole('button', { name: 'Kích hoạt' }).click()
  await expect(page.getByText('Tài khoản của ông/bà đã được kích hoạt.')).toBeVisible()
  await context.close()
})

test('whom the register does not know is led to a desk, in words that name what to bring', async ({ page }) => {
  await page.goto('/sign-up')
  await expectAccessible(page)
  await page.getByLabel('Số định danh cá nhân').fill('001190999999')
  await page.getByLabel('Họ và tên').fill('Không Có Ai')
  await page.getByLabel('Ngày sinh').fill('05/01/1990')
  await page.getByLabel('Ngày cấp thẻ').fill('10/05/2021')
  await page.getByLabel('Số điện thoại di động').fill('0912888001')
  await page.getByRole('button', { name: 'Gửi mã xác nhận' }).click()
  await expectAccessible(page)
  const { items } = (await (await page.request.get('/api/demo/messages')).json()) as { items: { to: string; text: string }[] }
  await page.getByLabel('Mã xác nhận').fill(/: (\d{6})\./.exec(items.find((one) => one.to === '0912888001')?.text ?? '')?.[1] ?? '')
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await expectAccessible(page)
  const picture = await (await page.request.get('/sign-up/drawn-portraits?pin=001190999999')).body()
  await page.getByLabel('Ảnh chân dung').setInputFiles({ name: 'toi.png', mimeType: 'image/png', buffer: picture })
  await page.getByRole('button', { name: 'Gửi đăng ký' }).click()
  await expect(page.getByRole('heading', { name: 'Mời ông/bà đến quầy' })).toBeVisible()
  await expect(page.getByText('Công an bất kỳ xã, phường nào')).toBeVisible()
  await expectAccessible(page)
  await page.screenshot({ path: test.info().outputPath('sign_up_desk.png'), fullPage: true })
})
