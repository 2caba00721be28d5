/* Screens beside the main journey: languages, empty and error states, roles, another person's dossier. */
import { expect, test } from '@playwright/test'
import { complaints, expectAccessible } from './accessible'
import { actAs, signIn } from './people'
import { apply } from './requests'

for (const path of ['/', '/sign-in', '/activate', '/check', '/no-such-page'])
  test(`${path} is accessible on a telephone`, async ({ page }) => {
    const heard = complaints(page)
    await page.goto(path)
    await expectAccessible(page)
    expect(heard).toEqual([])
  })

test('without a session the app asks to sign in and comes back to where one was going', async ({ page }) => {
  await page.goto('/app/reads')
  await page.waitForURL(/\/sign-in\?next=/)
  expect(decodeURIComponent(page.url())).toContain('next=/app/reads')
})

test('an empty wallet says so and offers the way on', async ({ page }) => {
  await signIn(page, 'citizen.danang', '/app/wallet')
  await expect(page.getByRole('heading', { name: 'Ví chưa có giấy tờ' })).toBeVisible()
  await expectAccessible(page)
})

test('a dossier that is not there, or another person’s, is not found', async ({ page }) => {
  await signIn(page, 'citizen.danang', '/app/dossiers/H26.11-240101-9999')
  await expect(page.getByRole('alert')).toBeVisible()
  await expectAccessible(page)
})

test('the app speaks English and keeps it over a reload', async ({ page }) => {
  await signIn(page, 'student.hanoi')
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Hello')
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Hello')
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  await expectAccessible(page)
})

test('a student pays the reduced fee and reads why', async ({ page }) => {
  await signIn(page, 'student.hanoi', '/app/apply')
  await expect(page.getByText('100.000 đồng').first()).toBeVisible()
})

test('a page that does not exist says so', async ({ page }) => {
  await signIn(page, 'student.hanoi', '/app/khong-co')
  await expect(page.getByRole('heading', { name: 'Không tìm thấy trang này' })).toBeVisible()
  await expectAccessible(page)
})

test('a citizen gets no desk by typing its address', async ({ page }) => {
  await signIn(page, 'student.hanoi', '/app/desk')
  await expect(page.getByRole('heading', { name: 'Trang này dành cho cán bộ' })).toBeVisible()
  await expectAccessible(page)
})

test('the server being away is said plainly and can be tried again', async ({ page }) => {
  await signIn(page, 'student.hanoi')
  await page.route('**/api/me/reads*', (route) => route.abort())
  await page.getByRole('link', { name: 'Ai biết gì', exact: true }).click()
  await expect(page.getByText('Không kết nối được máy chủ')).toBeVisible()
  await page.unroute('**/api/me/reads*')
  await page.getByRole('button', { name: 'Thử lại' }).click()
  await expect(page.getByText('Không kết nối được máy chủ')).toHaveCount(0)
})

test('a long list shows its rest on request, by keyboard, and says how much is shown', async ({ page }) => {
  await signIn(page, 'student.hanoi')
  await page.evaluate(async () => {
    for (let i = 0; i < 60; i++) await fetch('/api/me')
  })
  await page.goto('/app/me')
  const rows = page.locator('section', { hasText: 'Hoạt động của tôi' }).last().getByRole('listitem')
  await expect(rows).toHaveCount(50)
  const more = page.getByRole('button', { name: 'Hiện thêm' })
  await more.focus()
  await page.keyboard.press('Enter')
  const status = page.getByText(/Đã hiện hết \d+ dòng/)
  await expect(status).toBeFocused()
  await expect(more).toHaveCount(0)
  expect(await rows.count()).toBeGreaterThan(60)
  await expectAccessible(page)
})

test('motion stops for whoever asked for less of it', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto('/')
  const slowest = await page.evaluate(() =>
    Math.max(...[...document.querySelectorAll('*')].map((one) => Number.parseFloat(getComputedStyle(one).transitionDuration) || 0)),
  )
  expect(slowest).toBeLessThan(0.001)
})

test('the supervisor reads the statistics as chart and table, of a day of their choosing', async ({ page }) => {
  const heard = complaints(page)
  await signIn(page, 'digital.hanoi')
  await apply(page) // something to count, whatever ran before
  await actAs(page, '01.supervisor')
  await page.goto('/app/reports')
  await expect(page.getByRole('heading', { name: 'Thống kê phiếu lý lịch tư pháp' })).toBeVisible()
  await expect(page.locator('.chart svg').first()).toBeVisible()
  await expect(page.getByRole('table').first()).toBeAttached()
  await expectAccessible(page)
  await page.getByLabel('Tính đến ngày').fill('2024-01-01')
  await expect(page.getByText('Chưa có hồ sơ nào đến ngày này')).toBeVisible()
  expect(heard).toEqual([])
})

test('the supervisor computes the yearly savings and sees refunds due', async ({ page }) => {
  await actAs(page, '01.supervisor')
  await page.goto('/app/reports/savings')
  await expect(page.getByText('637 tỷ đồng')).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Xăng xe, đi lại').fill('0')
  await expect(page.getByText('611 tỷ đồng')).toBeVisible()
  await page.goto('/app/reports/refunds')
  await expect(page.getByRole('heading', { level: 1, name: 'Hoàn phí' })).toBeVisible()
  await expectAccessible(page)
})
