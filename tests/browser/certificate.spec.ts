/* The main job as people live it: apply by keyboard, pay, process, sign, seal, open the result, check it. One dossier all the way. */
import { statSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import { complaints, expectAccessible } from './accessible'
import { actAs, openAct, openAtDesk, person, secrets, signIn } from './people'

test.describe.configure({ mode: 'serial' })
let code = ''

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: RegExp, role: 'button' | 'link' | 'textbox' | 'checkbox') {
  const wanted = page.getByRole(role, { name }).first()
  for (let presses = 0; presses < 120; presses++) {
    if (await wanted.evaluate((element) => element === document.activeElement).catch(() => false)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`no way to ${name} by keyboard`)
}

test('a citizen applies with the keyboard alone and sees the fee, its reason and the due date before submitting', async ({ page }) => {
  const heard = complaints(page)
  await signIn(page, 'citizen.hanoi')
  await expectAccessible(page)
  await page.goto('/app/apply')
  await expect(page.getByRole('heading', { name: 'Phí và hạn trả' })).toBeVisible()
  await expect(page.getByText('Ngày trả kết quả nếu nộp bây giờ')).toBeVisible()
  await expectAccessible(page)

  await tabTo(page, /^Tiếp tục/, 'button')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: /Đã có sẵn \(12 mục\)/ })).toBeVisible()
  await expectAccessible(page)
  const month = page.getByLabel('Từ tháng').first()
  await month.focus()
  await month.fill('2018-09')
  await tabTo(page, /^Nơi ở/, 'textbox')
  await page.keyboard.type('Phường Hoàn Kiếm, thành phố Hà Nội')
  await tabTo(page, /^Nghề nghiệp, nơi làm việc/, 'textbox')
  await page.keyboard.type('Kế toán, Công ty Sao Mai')
  await tabTo(page, /^Tiếp tục/, 'button')
  await page.keyboard.press('Enter')

  await expect(page.getByRole('heading', { name: 'Xem lại trước khi nộp' })).toBeVisible()
  await tabTo(page, /^Tôi cam đoan/, 'checkbox')
  await page.keyboard.press('Space')
  await expectAccessible(page)
  await tabTo(page, /^Nộp hồ sơ/, 'button')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/app\/dossiers\/[^/]+(\/pay)?$/)
  code = decodeURIComponent(/dossiers\/([^/]+)/.exec(page.url())?.[1] ?? '')
  expect(code).toMatch(/^[A-Z0-9.]+-\d{6}-\d{4,}$/)
  expect(heard).toEqual([])
})

test('the citizen pays part, then the rest, at the demonstration bank', async ({ page }) => {
  await signIn(page, 'citizen.hanoi')
  await page.goto(`/app/dossiers/${code}/pay`)
  await expect(page.getByRole('img', { name: /^Mã VietQR/ })).toBeVisible()
  await expectAccessible(page)
  const [picture] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Lưu ảnh mã QR' }).click()])
  expect(picture.suggestedFilename()).toMatch(/^vietqr-\w+\.png$/)
  expect(statSync(await picture.path()).size).toBeGreaterThan(2000)
  await page.getByLabel('Số tiền (đồng)').fill('50000')
  await page.getByRole('button', { name: 'Trả thử' }).click()
  await expect(page.getByText('Đã nhận 50.000 đồng')).toBeVisible()
  await page.reload()
  await page.getByRole('button', { name: 'Trả thử' }).click()
  await expect(page.getByRole('heading', { name: 'Đã nộp đủ phí' })).toBeVisible()
  await page.getByRole('link', { name: 'Xem hồ sơ' }).click()
  await expect(page.getByRole('heading', { name: 'Quá trình giải quyết' })).toBeVisible()
  await expect(page.getByText(code)).toBeVisible()
  await expectAccessible(page)
})

test('the one-stop officer states a purpose, receives it, and may not ask for a paper a register supplies', async ({ page }) => {
  await actAs(page, '01.one_stop_officer')
  await page.goto('/app/desk')
  await expect(page.getByText(code)).toBeVisible()
  await expectAccessible(page)
  await page.goto(`/app/desk/dossiers/${code}`)
  await expect(page.getByRole('heading', { name: 'Việc có thể làm' })).toHaveCount(0)
  await expectAccessible(page)
  await openAtDesk(page, code)
  await (await openAct(page, 'Tiếp nhận hồ sơ')).getByRole('button', { name: 'Tiếp nhận' }).click()
  await expect(page.locator('.timeline').getByText('Tiếp nhận hồ sơ')).toBeVisible()
  const paper = await openAct(page, 'Đòi thêm giấy tờ')
  await paper.getByLabel('Giấy tờ').selectOption({ value: 'id_card_copy' })
  await paper.getByLabel('Lý do').fill('Đề nghị nộp bản giấy')
  await paper.getByRole('button', { name: 'Đòi giấy tờ này' }).click()
  await expect(paper.getByRole('alert')).toBeVisible()
  await expectAccessible(page)
})

test('the records officer looks up the registers', async ({ page }) => {
  await actAs(page, '01.records_officer')
  await openAtDesk(page, code)
  const lookUp = await openAct(page, 'Tra cứu cơ sở dữ liệu')
  await lookUp.getByRole('button', { name: 'Tra cứu', exact: true }).click()
  await expect(page.getByText(/^Tra cứu lúc/).first()).toBeVisible()
  await expectAccessible(page)
})

test('the competent person decides, is refused a wrong signing PIN, and signs with their own', async ({ page }) => {
  await actAs(page, '01.decider')
  await openAtDesk(page, code)
  const decide = await openAct(page, 'Kết luận')
  await decide.getByRole('radio', { name: 'Không có án tích' }).check()
  await decide.getByRole('button', { name: 'Lưu kết luận' }).click()
  const sign = await openAct(page, 'Ký phiếu')
  await sign.getByLabel('Mã ký số').fill('908172')
  await sign.getByRole('button', { name: 'Ký phiếu' }).click()
  await expect(sign.getByRole('alert')).toBeVisible()
  await expectAccessible(page)
  await sign.getByLabel('Mã ký số').fill(secrets.signing_pin)
  await sign.getByRole('button', { name: 'Ký phiếu' }).click()
  await expect(page.getByText('Đã ký, chờ đóng dấu')).toBeVisible()
})

test('another person puts the seal', async ({ page }) => {
  await actAs(page, '01.sealer')
  await openAtDesk(page, code)
  await (await openAct(page, 'Đóng dấu cơ quan')).getByRole('button', { name: 'Đóng dấu' }).click()
  await expect(page.getByText('Đã đóng dấu').first()).toBeVisible()
})

test('the citizen opens the certificate with the passcode, sees its page, and checks that it is valid', async ({ page }) => {
  const heard = complaints(page)
  await signIn(page, 'citizen.hanoi')
  await expect(async () => {
    await page.goto(`/app/dossiers/${code}`)
    await expect(page.getByRole('link', { name: 'Mở kết quả' })).toBeVisible({ timeout: 2000 })
  }).toPass({ timeout: 60_000 })
  await expect(page.getByText('bị hệ thống từ chối').first()).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Mở kết quả' }).click()
  await page.getByLabel('Mã bí mật 6 số').fill('111222')
  await page.getByRole('button', { name: 'Mở', exact: true }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Mã bí mật 6 số').fill(secrets.passcode)
  await page.getByRole('button', { name: 'Mở', exact: true }).click()
  await expect(page.locator('canvas.pdf-page').first()).toBeVisible()
  await expect(page.getByRole('img', { name: /^Mã QR/ })).toBeVisible()
  await page.getByRole('button', { name: 'Kiểm tra ngay' }).click()
  await expect(page.getByRole('heading', { name: 'Phiếu còn giá trị' })).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Dạng chữ' }).click()
  await expect(page.getByText(/Không có án tích/i).first()).toBeVisible()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Tải về' }).click()])
  expect(await download.failure()).toBeNull()
  await page.goto('/app/wallet')
  await expectAccessible(page)
  expect(heard).toEqual([])
})

test('the citizen sees every read with its purpose', async ({ page }) => {
  await signIn(page, 'citizen.hanoi')
  await page.goto('/app/reads')
  await expect(page.getByText('Thụ lý, giải quyết hồ sơ theo phân công').first()).toBeVisible()
  await expect(page.getByRole('link', { name: code }).first()).toBeVisible()
  await expectAccessible(page)
  await page.goto('/app/me')
  await expect(page.getByText(person('citizen.hanoi').pin).first()).toBeVisible()
  await expectAccessible(page)
})

test('anybody can check the certificate with the five fields together, without script', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'vi-VN' })
  const page = await context.newPage()
  const { name, birth_date, sex, pin } = person('citizen.hanoi')
  await page.goto(`/check?code=${code}`)
  await page.getByLabel('Họ và tên').fill(name)
  await page.getByLabel('Ngày sinh').fill(birth_date)
  await page.getByLabel(sex === 'male' ? 'Nam' : 'Nữ', { exact: true }).check()
  await page.getByLabel('Số định danh cá nhân hoặc hộ chiếu').fill(pin)
  await page.getByRole('button', { name: 'Kiểm tra', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Phiếu còn giá trị' })).toBeVisible()
  await context.close()
})
