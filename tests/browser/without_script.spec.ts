/* Pages that need no script: landing, sign-in, activation, public check. */
import { expect, test } from '@playwright/test'
import { person, secrets } from './people'

test.use({ javaScriptEnabled: false })

test('a visitor finds sign-in, activation and the public check from the landing page', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Một danh tính, mọi thủ tục')
  await page.getByRole('link', { name: 'Đăng nhập' }).click()
  await expect(page).toHaveURL(/\/sign-in$/)
  await page.goto('/')
  await page.getByRole('link', { name: 'Kiểm tra phiếu', exact: true }).click()
  await expect(page).toHaveURL(/\/check$/)
})

test('every page speaks English when asked and remembers it', async ({ page }) => {
  await page.goto('/sign-in')
  await page.getByRole('link', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in with your e-ID')
  await page.goto('/check')
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  await page.getByRole('link', { name: 'Tiếng Việt' }).click()
  await expect(page.locator('html')).toHaveAttribute('lang', 'vi')
})

test('a wrong password is refused without saying which of the two was wrong, and is never sent back', async ({ page }) => {
  await page.goto('/sign-in')
  await page.getByLabel('Số định danh cá nhân').fill(person('student.hanoi').pin)
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await page.getByLabel('Mật khẩu').fill('khong-phai-mat-khau')
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await expect(page.getByRole('alert')).toContainText('Số định danh hoặc mật khẩu không đúng')
  await expect(page.getByLabel('Mật khẩu')).toHaveValue('')
  expect(await page.content()).not.toContain('khong-phai-mat-khau')
})

test('signing in and out works without script', async ({ page }) => {
  await page.goto('/sign-in')
  await page.getByLabel('Số định danh cá nhân').fill(person('student.hanoi').pin)
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await page.getByLabel('Mật khẩu').fill(secrets.password)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await expect(page).toHaveURL(/\/app\/$/)
  await page.goto('/sign-out')
  await page.getByRole('button', { name: 'Đăng xuất' }).click()
  await expect(page.getByText('Ông/bà đã đăng xuất.')).toBeVisible()
})

test('sign-in never sends anyone to another site', async ({ page }) => {
  await page.goto('/sign-in?next=https://example.org/app/')
  await page.getByLabel('Số định danh cá nhân').fill(person('student.hanoi').pin)
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await page.getByLabel('Mật khẩu').fill(secrets.password)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await expect(page).toHaveURL(/\/app\/$/)
})

test('an activation with a wrong code is refused', async ({ page }) => {
  await page.goto('/activate')
  await page.getByLabel('Số định danh cá nhân').fill(person('citizen.hanoi').pin)
  await page.getByLabel('Mã một lần', { exact: true }).fill('00000000')
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await expect(page.getByRole('alert')).toContainText('không đúng')
})

test('the public check tells nothing when one of the five differs', async ({ page }) => {
  await page.goto('/check?code=H26.11-240614-0001')
  await expect(page.getByLabel('Mã hồ sơ')).toHaveValue('H26.11-240614-0001')
  await page.getByLabel('Họ và tên').fill('Không Có Người Này')
  await page.getByLabel('Ngày sinh').fill('1993-05-14')
  await page.getByLabel('Nữ', { exact: true }).check()
  await page.getByLabel('Số định danh cá nhân hoặc hộ chiếu').fill('001193000017')
  await page.getByRole('button', { name: 'Kiểm tra', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Không có phiếu nào khớp' })).toBeVisible()
})
