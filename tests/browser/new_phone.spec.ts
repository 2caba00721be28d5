/* A new phone without the old one: the case, the desk, the second officer, the wait; and the holder who sees it and can stop it. */
import { expect, type Page, test } from '@playwright/test'
import { picture } from '../flows/lib/recovery.mjs'
import { expectAccessible } from './accessible'
import { actAs, leave, person, secrets, signIn } from './people'

const holder = 'citizen.danang'

async function openCase(page: Page) {
  await leave(page)
  await page.goto('/sign-in')
  await page.getByRole('link', { name: 'Lấy lại tài khoản' }).click()
  await expectAccessible(page)
  await page.getByLabel('Số định danh cá nhân').fill(person(holder).pin)
  await page.getByRole('button', { name: 'Bắt đầu' }).click()
  await expectAccessible(page)
  const number = (await page.locator('#case-number').textContent()) ?? ''
  const claim = (await page.locator('#case-claim').textContent()) ?? ''
  expect(claim).toMatch(/^([0-9A-Z]{4}-){5}[0-9A-Z]{4}$/)
  await page.getByRole('link', { name: 'Tôi đã ghi lại' }).click()
  await expect(page.locator('#case-state')).toContainText('Đang chờ')
  await expectAccessible(page)
  return { number, claim }
}

async function atDesk(page: Page, number: string) {
  await page.goto('/app/desk/recovery')
  await page.getByLabel('Số vụ việc').fill(number)
  await page.getByRole('button', { name: 'Xem vụ việc' }).click()
  await expect(page.getByText(person(holder).name)).toBeVisible()
}

test('a new phone without the old one', async ({ page }) => {
  const { number, claim } = await openCase(page)

  await actAs(page, '01.collector')
  await atDesk(page, number)
  await expect(page.getByText(claim)).toHaveCount(0)
  const upload = () => ({ name: 'anh.png', mimeType: 'image/png', buffer: picture() })
  await page.getByLabel('Ảnh khuôn mặt').setInputFiles(upload())
  await page.getByLabel('Ảnh vân tay').setInputFiles(upload())
  await page.getByRole('button', { name: 'Gửi căn cứ' }).click()
  await expect(page.getByText('không khớp với cơ sở dữ liệu căn cước')).toBeVisible()
  await page.getByLabel('Ảnh khuôn mặt').setInputFiles(upload())
  await page.getByLabel('Ảnh vân tay').setInputFiles(upload())
  await page.getByRole('checkbox', { name: 'Khuôn mặt đúng là người này' }).check()
  await page.getByRole('checkbox', { name: 'Vân tay đúng là người này' }).check()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Gửi căn cứ' }).click()
  await expect(page.getByRole('heading', { name: /Chờ cán bộ thứ hai/ })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Xác nhận', exact: true })).toHaveCount(0)

  await actAs(page, '01.approver')
  await atDesk(page, number)
  await expect(page.getByText('Máy không kết luận được: hãy so bằng mắt')).toHaveCount(2)
  await expect(page.getByText('Cán bộ thu nhận: khuôn mặt đúng là người này')).toBeVisible()
  await expectAccessible(page)
  await page.screenshot({ path: test.info().outputPath('second_officer.png'), fullPage: true })
  await page.getByRole('button', { name: 'Xác nhận', exact: true }).click()
  await expect(page.getByRole('heading', { name: /Đang trong thời gian chờ/ })).toBeVisible()
  await expectAccessible(page)

  await leave(page)
  await page.goto('/recover')
  await page.getByLabel('Mã nhận lại tài khoản').fill(claim.toLowerCase())
  await page.getByRole('button', { name: 'Xem vụ việc' }).click()
  await expect(page.locator('#case-state')).toContainText('Để bảo vệ chủ tài khoản')
  await expect(page.getByLabel('Mật khẩu mới')).toHaveCount(0)

  await page.goto('/app/demo-messages')
  const notice = page.locator('li', { hasText: number }).first()
  const link = /\S+\/recover\/stop\?v=\S+/.exec((await notice.textContent()) ?? '')?.[0] ?? ''
  await page.goto(link)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Không phải tôi: dừng lại' }).click()
  await expect(page.getByText('Đã dừng. Tài khoản không thay đổi.')).toBeVisible()
})

test('the holder locks one thing, sees recoveries, and needs a fresh proof to unlock', async ({ page }) => {
  await signIn(page, 'citizen.hochiminh', '/app/me')
  await page.getByRole('link', { name: /Khóa và lấy lại tài khoản/ }).click()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Khóa: Ký số' }).click()
  await expect(page.getByText('Do ông/bà khóa,')).toBeVisible()
  await page.getByRole('button', { name: 'Mở lại: Ký số' }).click()
  await expect(page.getByText('Cần xác nhận lại chính là ông/bà')).toBeVisible()
  await expectAccessible(page)
  await page.evaluate(
    (passcode) =>
      fetch('/api/session/passcode', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ passcode }),
      }),
    secrets.passcode,
  )
  await page.getByRole('button', { name: 'Mở lại: Ký số' }).click()
  await expect(page.getByRole('button', { name: 'Khóa: Ký số' })).toBeVisible()
})
