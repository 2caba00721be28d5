/* Acting for another, on a 360 px screen and by keyboard: a parent chooses the child and applies, sees the bar, comes back by one tap; a mandate is
 * given, accepted, used and ended; a read is reported. */
import { expect, type Page, test } from '@playwright/test'
import { complaints, expectAccessible } from './accessible'
import { actAs, person, secrets, signIn } from './people'

test.describe.configure({ mode: 'serial' })
const bar = (page: Page) => page.getByRole('region', { name: 'Đang làm thay' })

/** Nothing is wider than the telephone. */
async function expectNarrow(page: Page) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
}

test('a parent chooses the child by keyboard, applies for their certificate, and comes back by one tap', async ({ page }) => {
  const heard = complaints(page)
  const child = person('citizen.hanoi.child').name
  await signIn(page, 'citizen.hanoi.wife')
  await page.getByRole('link', { name: /^Ủy quyền/ }).click()
  await expect(page.getByRole('heading', { name: 'Tôi làm thay cho' })).toBeVisible()
  await expectAccessible(page)
  await expectNarrow(page)
  await page.getByRole('button', { name: `Làm thay cho ${child}` }).focus()
  await page.keyboard.press('Enter')
  await expect(bar(page)).toContainText(child)
  await expect(page.getByRole('heading', { name: `Làm thay cho ${child}` })).toBeVisible()
  await expectAccessible(page)
  await expectNarrow(page)

  let answer = () => {}
  const asked = new Promise<void>((done) => {
    answer = done
  })
  await page.route('**/api/procedures/lltp/preview', async (route) => {
    await asked
    await route.continue()
  })
  await page.getByRole('link', { name: /^Xin cấp|^Nộp hồ sơ|lý lịch tư pháp/ }).first().click()
  await expect(page.getByRole('heading', { name: 'Phí và hạn trả' })).toBeVisible()
  await expect(bar(page)).toContainText(child)
  await page.getByRole('button', { name: /^Tiếp tục/ }).click()
  await expect(page.getByRole('heading', { name: /Đã có sẵn/ })).toBeVisible()
  await expect(page.getByText(child).first()).toBeVisible()
  await page.getByRole('button', { name: /^Tiếp tục/ }).click()
  await expect(page.getByRole('heading', { name: 'Xem lại trước khi nộp' })).toBeVisible()
  await page.getByRole('checkbox', { name: /^Tôi cam đoan/ }).check()
  await expect(page.getByText('Đang tính phí…'), 'who is quicker than the fee cannot submit before it is shown').toBeVisible()
  await expectAccessible(page)
  answer()
  await page.getByRole('button', { name: /^Nộp hồ sơ/ }).click()
  await page.waitForURL(/\/app\/dossiers\/[^/]+$/)
  await expect(page.getByText(child).first()).toBeVisible()
  await expect(bar(page)).toContainText(child)

  await bar(page).getByRole('button', { name: 'Trở lại là chính tôi' }).click()
  await expect(bar(page)).toHaveCount(0)
  await expect(page.getByRole('heading', { name: new RegExp(person('citizen.hanoi.wife').name) })).toBeVisible()
  expect(heard).toEqual([])
})

test('a mandate is given with the passcode, accepted, used, and its end is seen at the next step', async ({ page, browser }) => {
  const to = new Date(Date.now() + 20 * 86400e3).toISOString().slice(0, 10)
  const giver = person('elderly.hanoi')
  const delegate = person('poor.hanoi')
  await signIn(page, 'elderly.hanoi', '/app/mandates')
  await page.getByLabel('Số định danh của người nhận').fill(delegate.pin)
  await page.getByLabel('Họ và tên của người nhận').fill(delegate.name)
  await page.getByRole('checkbox', { name: /ví/ }).check()
  await page.getByRole('checkbox', { name: 'Xem ai đã xem dữ liệu' }).check()
  await page.getByLabel('Ngày cuối cùng có hiệu lực').fill(to)
  await page.getByRole('button', { name: 'Gửi đề nghị' }).click()
  await page.getByLabel('Mã bí mật 6 số').fill(secrets.passcode)
  await page.getByRole('button', { name: 'Xác nhận và gửi' }).click()
  await expect(page.getByText(`Đã gửi đề nghị cho ${delegate.name}.`)).toBeVisible()
  await expectAccessible(page)
  await expectNarrow(page)

  const other = await (await browser.newContext()).newPage()
  await signIn(other, 'poor.hanoi', '/app/mandates')
  await other.getByRole('button', { name: `Chấp nhận: ${giver.name}` }).click()
  await other.getByRole('button', { name: `Làm thay cho ${giver.name}` }).click()
  await expect(bar(other)).toContainText(giver.name)
  await other.getByRole('navigation').getByRole('link', { name: 'Ai biết gì' }).click()
  await expect(other.getByRole('heading', { name: 'Các lần đã xem' })).toBeVisible()
  await other.goto('/app/security')
  await expect(other.getByText('Việc này chỉ làm cho chính mình'), 'an address that was typed').toBeVisible()
  await expect(other.getByRole('button', { name: 'Thử lại' }), 'what is refused for what it is').toHaveCount(0)
  await expectAccessible(other)
  await page.reload()
  await page.getByRole('button', { name: `Chấm dứt: ${delegate.name}` }).click()
  await page.getByRole('button', { name: 'Chấm dứt', exact: true }).click()
  await expect(page.getByText('Đã kết thúc (1)')).toBeVisible()

  await other.getByRole('navigation').getByRole('link', { name: 'Ví giấy tờ' }).click()
  await expect(bar(other)).toContainText('Không còn được làm thay cho')
  await expectAccessible(other)
  await bar(other).getByRole('button', { name: 'Trở lại là chính tôi' }).click()
  await expect(bar(other)).toHaveCount(0)
  await other.context().close()
})

test('a read is reported as misuse and the supervisor answers', async ({ page }) => {
  await signIn(page, 'elderly.hanoi', '/app/reads')
  await expect(page.getByRole('heading', { name: 'Ai biết gì về tôi' })).toBeVisible()
  await page.getByRole('button', { name: 'Phản ánh lạm dụng' }).first().click()
  await page.getByLabel('Vì sao ông/bà cho là lạm dụng?').fill('Tôi không hề nhờ người này xem dữ liệu của tôi')
  await expectAccessible(page)
  await expectNarrow(page)
  await page.getByRole('button', { name: 'Gửi phản ánh' }).click()
  await expect(page.getByRole('heading', { name: 'Phản ánh của tôi' })).toBeVisible()
  await expect(page.getByText('Đã phản ánh')).toBeVisible()

  await actAs(page, '01.supervisor')
  await page.goto('/app/misuse')
  await expect(page.getByText('Tôi không hề nhờ người này xem dữ liệu của tôi')).toBeVisible()
  await expectAccessible(page)
  await expectNarrow(page)
  await page.getByRole('radio', { name: 'Đúng nhiệm vụ' }).check()
  await page.getByLabel('Trả lời cho người dân').fill('Người này được ông/bà ủy quyền vào ngày đó')
  await page.getByRole('button', { name: 'Gửi trả lời' }).click()
  await expect(page.getByText('Đúng nhiệm vụ')).toBeVisible()
})

test('a notarised paper waits for a second officer', async ({ page }) => {
  await actAs(page, '01.one_stop_officer')
  await page.goto('/app/desk/notarised')
  await page.getByLabel('Số định danh của người ủy quyền').fill(person('elderly.hanoi').pin)
  await page.getByLabel('Số định danh của người được ủy quyền').fill(person('poor.hanoi').pin)
  await page.getByLabel('Tổ chức hành nghề công chứng').fill('Văn phòng công chứng Sao Mai')
  await page.getByLabel('Số văn bản').fill('77/2026')
  const day = (days: number) => new Date(Date.now() + days * 86400e3).toISOString().slice(0, 10)
  await page.getByLabel('Ngày của văn bản').fill(day(-3))
  await page.getByLabel('Có hiệu lực đến hết ngày').fill(day(90))
  await page.getByRole('button', { name: 'Nhập văn bản' }).click()
  await expect(page.getByText('Đã nhập, chờ cán bộ khác xác nhận.')).toBeVisible()
  await expect(page.getByText('cán bộ khác phải xác nhận')).toBeVisible()
  await expectAccessible(page)
  await expectNarrow(page)
  await actAs(page, '01.records_officer')
  await page.goto('/app/desk/notarised')
  await page.getByRole('button', { name: /^Xác nhận/ }).click()
  await expect(page.getByText('Không có văn bản nào chờ xác nhận.')).toBeVisible()
})
