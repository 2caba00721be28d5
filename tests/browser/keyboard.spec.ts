/* Without a mouse: a citizen from the landing page to a dossier submitted and followed, an officer from sign-in to a dossier received. */
import { expect, type Page, test } from '@playwright/test'
import { arrive, leave, person, secrets } from './people'
import { apply } from './requests'

type Role = 'button' | 'link' | 'textbox' | 'checkbox' | 'radio' | 'spinbutton'

/** Presses Tab until that has the focus, and sees that the focus shows. */
async function tabTo(page: Page, role: Role, name: RegExp | string) {
  const wanted = page.getByRole(role, { name }).first()
  await wanted.waitFor()
  for (let presses = 0; presses < 120; presses++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`no way to ${name} by keyboard`)
}
async function press(page: Page, role: Role, name: RegExp | string) {
  await tabTo(page, role, name)
  const outline = await page.evaluate(() => {
    const element = document.activeElement as Element
    return [element, element.closest('label')].some((one) => one && getComputedStyle(one).outlineStyle !== 'none')
  })
  expect(outline, `the focus on ${name} shows`).toBe(true)
  await page.keyboard.press(role === 'checkbox' ? 'Space' : 'Enter')
}
async function signInByKeyboard(page: Page, name: string) {
  await page.goto('/')
  await press(page, 'link', /^Đăng nhập/)
  await tabTo(page, 'textbox', /^Số định danh cá nhân/)
  await page.keyboard.type(person(name).pin)
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Mật khẩu')).toBeFocused()
  await page.keyboard.type(secrets.password)
  await page.keyboard.press('Enter')
  await arrive(page, '/app/')
}

test('a guardian signs in, applies for the ward, follows the dossier and takes it back, by keyboard alone', async ({ page }) => {
  const ward = person('ward.hanoi')
  await signInByKeyboard(page, 'guardian.hanoi')
  await press(page, 'link', /^Xin phiếu lý lịch tư pháp/)
  await expect(page.getByRole('heading', { level: 1, name: 'Xin cấp phiếu lý lịch tư pháp' })).toBeFocused()
  await tabTo(page, 'radio', /Bản thân/)
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: new RegExp(ward.name) })).toBeChecked()
  await expect(page.getByText('Miễn phí: trẻ em.').first()).toBeVisible()
  await press(page, 'button', /^Tiếp tục/)
  const month = page.getByLabel('Từ tháng').first()
  await month.waitFor()
  while (!(await month.evaluate((element) => element === document.activeElement))) await page.keyboard.press('Tab')
  await page.keyboard.type('09')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.type('2023')
  await expect(month).toHaveValue('2023-09')
  await tabTo(page, 'textbox', /^Nơi ở/)
  await page.keyboard.type('Phường Ba Đình, thành phố Hà Nội')
  await tabTo(page, 'textbox', /^Nghề nghiệp, nơi làm việc/)
  await page.keyboard.type('Học sinh')
  await press(page, 'button', /^Tiếp tục/)
  await press(page, 'checkbox', /^Tôi cam đoan/)
  await press(page, 'button', /^Nộp hồ sơ/)
  await page.waitForURL(/\/app\/dossiers\/[^/]+$/)
  await expect(page.getByRole('heading', { name: 'Quá trình giải quyết' })).toBeVisible()
  const withdraw = page.locator('summary', { hasText: 'Rút hồ sơ' })
  while (!(await withdraw.evaluate((element) => element === document.activeElement))) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await press(page, 'button', /^Rút hồ sơ/)
  await expect(page.getByRole('heading', { name: 'Hồ sơ đã dừng lại' })).toBeVisible()
  await press(page, 'button', /^Đăng xuất/)
  await expect(page.getByText('Ông/bà đã đăng xuất.')).toBeVisible()
})

test('an officer takes the post, states a purpose and receives a dossier, by keyboard alone', async ({ page }) => {
  await signInByKeyboard(page, 'convicted.hanoi')
  const code = await apply(page)
  await leave(page)
  await signInByKeyboard(page, '01.one_stop_officer')
  await press(page, 'link', /^Tài khoản/)
  await press(page, 'link', /^Chọn vai trò/)
  await tabTo(page, 'radio', /^Công dân/)
  await page.keyboard.press('ArrowDown')
  await press(page, 'button', /^Tiếp tục với vai trò này/)
  await expect(page.getByRole('heading', { level: 1, name: 'Hàng chờ' })).toBeFocused()
  await press(page, 'link', new RegExp(code))
  await tabTo(page, 'radio', /^Thụ lý/)
  await press(page, 'button', /^Mở hồ sơ/)
  await press(page, 'button', /^Tiếp nhận/)
  await expect(page.locator('.timeline').getByText('Tiếp nhận hồ sơ')).toBeVisible()
})
