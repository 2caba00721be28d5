/* Enrolling others, on a 360 px screen and by keyboard: a guardian enrols a ward, is told field by field what to mend, mends it; pictures and the
 * matcher's opinion at the desk; an organisation's representative applies and the other consents. */
import { expect, type Page, test } from '@playwright/test'
import { complaints, expectAccessible } from './accessible'
import { actAs, openAct, openAtDesk, person, signIn } from './people'

const shot = (page: Page, name: string) =>
  page.screenshot({ path: test.info().outputPath(`${name}.png`), fullPage: true })
async function drawn(page: Page, name: string) {
  const answer = await page.request.get(`/sign-up/drawn-portraits?pin=${person(name).pin}`)
  return { name: 'anh.png', mimeType: 'image/png', buffer: await answer.body() }
}

test('a guardian enrols a ward: a wrong picture is rejected with how to mend it, the right one is approved at once', async ({
  page,
}) => {
  const heard = complaints(page)
  const ward = person('ward.hanoi')
  await signIn(page, 'guardian.hanoi', '/app/mandates')
  await page.getByRole('link', { name: /^Đăng ký định danh cho con/ }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Đăng ký định danh cho con hoặc người được giám hộ')
  await page.getByRole('button', { name: `Đăng ký mức độ 1: ${ward.name}` }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText('Thời hạn giải quyết: 1 ngày làm việc.')).toBeVisible()
  await page.getByRole('button', { name: 'Gửi đăng ký' }).click()
  await expect(page.getByText('Hãy chụp hoặc chọn một ảnh chân dung rồi gửi.')).toBeVisible()
  await page
    .getByLabel(/^Chọn tệp ảnh/)
    .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
  await page.getByRole('button', { name: 'Gửi đăng ký' }).click()
  await expect(page.locator('.ds-alert[data-color=danger]')).toBeVisible()
  await page.getByLabel(/^Chọn tệp ảnh/).setInputFiles(await drawn(page, 'poor.hanoi'))
  await expect(page.getByAltText(/^Ảnh vừa chọn/)).toBeVisible()
  await expectAccessible(page)
  await shot(page, 'enrol_child_form')
  await page.getByRole('button', { name: 'Gửi đăng ký' }).click()
  await expect(page.getByRole('heading', { name: `Đã nhận đăng ký của ${ward.name}` })).toBeVisible()
  await expect(page.getByText(/trả kết quả chậm nhất ngày/).first()).toBeVisible()
  await expectAccessible(page)
  const code = (await page.locator('.ds-alert .code').first().textContent()) ?? ''

  await actAs(page, '01.approver')
  await openAtDesk(page, code)
  await expect(page.getByText('Máy: ảnh không khớp với cơ sở dữ liệu căn cước')).toBeVisible()
  await page.getByLabel('Mục đích xem ảnh').fill('xem')
  await page.getByRole('button', { name: 'Xem ảnh' }).click()
  await expect(page.getByAltText('Chân dung người đăng ký gửi')).toHaveCount(0)
  await page.getByLabel('Mục đích xem ảnh').fill('So ảnh để duyệt hồ sơ mức 1')
  await page.getByRole('button', { name: 'Xem ảnh' }).click()
  for (const whose of ['Cơ sở dữ liệu căn cước', 'Chân dung người đăng ký gửi'])
    expect(
      await page
        .getByAltText(whose)
        .first()
        .evaluate((one: HTMLImageElement) => one.decode().then(() => one.naturalWidth)),
    ).toBeGreaterThan(0)
  await expectAccessible(page)
  await shot(page, 'enrol_child_approver')
  const rejection = await openAct(page, 'Không phê duyệt')
  await rejection.getByRole('checkbox', { name: 'Ảnh khuôn mặt' }).check()
  await rejection.getByLabel('Lý do: Ảnh khuôn mặt').fill('Ảnh của người khác')
  await rejection.getByRole('button', { name: 'Không phê duyệt' }).click()
  await expect(page.getByText('Ảnh của người khác').first()).toBeVisible()

  await signIn(page, 'guardian.hanoi', '/app/enrol-child')
  await expect(page.getByRole('heading', { name: `Hồ sơ ${code} chưa được duyệt: cần sửa` })).toBeVisible()
  await expect(page.getByText('Ảnh của người khác')).toBeVisible()
  await expect(page.getByText(/^Chụp lại ảnh chân dung/)).toBeVisible()
  await expectAccessible(page)
  await shot(page, 'enrol_child_rejected')
  await page.getByRole('button', { name: `Sửa và gửi lại: ${ward.name}` }).click()
  await page.getByLabel(/^Chụp ảnh/).setInputFiles(await drawn(page, 'ward.hanoi'))
  await page.getByRole('button', { name: 'Gửi đăng ký' }).click()
  await expect(page.getByRole('heading', { name: `Đã cấp tài khoản mức độ 1 cho ${ward.name}` })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Kích hoạt tài khoản' })).toBeVisible()
  await expect(page.getByRole('button', { name: new RegExp(ward.name) })).toHaveCount(0)
  await expectAccessible(page)
  await shot(page, 'enrol_child_approved')
  expect(heard).toEqual([])
})

test('who has no child in the register is told where to have it corrected', async ({ page }) => {
  await signIn(page, 'poor.hanoi', '/app/enrol-child')
  await expect(page.getByText('Chưa ghi nhận con hoặc người được giám hộ')).toBeVisible()
  await page.goto('/app/organisations')
  await expect(page.getByText('Ông/bà không là người đại diện theo pháp luật của tổ chức nào')).toBeVisible()
  await expectAccessible(page)
})

test("pictures at the desk: the matcher's opinion stands beside the officer's own, and never ticks it", async ({
  page,
}) => {
  const heard = complaints(page)
  await actAs(page, '01.collector')
  await page.goto('/app/desk/enrolment')
  await page.getByLabel('Số định danh cá nhân').fill(person('foreigner.hue').pin)
  await page.getByRole('button', { name: 'Tìm người' }).click()
  const face = page.getByLabel('Chọn tệp ảnh: Ảnh khuôn mặt')
  await face.setInputFiles(await drawn(page, 'poor.hanoi'))
  await expect(page.getByText('Máy: ảnh không khớp với cơ sở dữ liệu căn cước')).toBeVisible()
  await face.setInputFiles(await drawn(page, 'foreigner.hue'))
  await expect(page.getByText('Máy: ảnh khớp với cơ sở dữ liệu căn cước')).toBeVisible()
  await page.getByLabel('Chụp ảnh: Ảnh vân tay').setInputFiles(await drawn(page, 'foreigner.hue'))
  await expect(page.getByText('Máy không kết luận được: hãy so bằng mắt')).toBeVisible()
  for (const check of ['Khuôn mặt khớp', 'Vân tay khớp'])
    await expect(page.getByRole('checkbox', { name: new RegExp(check) })).not.toBeChecked()
  await expectAccessible(page)
  await shot(page, 'enrolment_evidence')
  await face.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
  await expect(page.locator('.ds-alert[data-color=danger]')).toBeVisible()
  await expect(page.getByText('Máy: ảnh khớp với cơ sở dữ liệu căn cước')).toHaveCount(0)
  expect(heard).toEqual([])
})

test('an organisation: one representative applies, the other consents, and both see how far it is', async ({
  page,
}) => {
  const heard = complaints(page)
  const code = '9900000022'
  const card = page.locator('li.panel', { hasText: code })
  await signIn(page, 'citizen.hanoi', '/app/mandates')
  await page.getByRole('link', { name: /^Tài khoản của tổ chức/ }).click()
  await expect(card).toContainText('chưa đăng ký')
  await expectAccessible(page)
  await shot(page, 'organisation_none')
  await card.getByRole('button', { name: /^Đăng ký tài khoản tổ chức/ }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText('Đang chờ những người đại diện khác đồng ý; thời hạn tính từ lúc đó.')).toBeVisible()
  await expect(card).toContainText('chờ đồng ý')
  await expect(card).toContainText(`${person('citizen.hanoi.wife').name}: chưa trả lời`)
  await expect(card.getByRole('button')).toHaveCount(0)
  await expectAccessible(page)

  await signIn(page, 'citizen.hanoi.wife', '/app/organisations')
  await expect(card).toContainText(`${person('citizen.hanoi.wife').name} (tôi): chưa trả lời`)
  await expectAccessible(page)
  await shot(page, 'organisation_asked')
  await card.getByRole('button', { name: /^Tôi đồng ý/ }).click()
  await expect(page.getByText(/^Cơ quan công an trả kết quả chậm nhất ngày/)).toBeVisible()
  await expect(card).toContainText('đang xác minh')
  await expectAccessible(page)
  await shot(page, 'organisation_consented')
  expect(heard).toEqual([])
})
