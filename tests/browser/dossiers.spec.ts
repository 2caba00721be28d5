/* Dossiers that do not go straight on: a supplement, a refusal; and one that a guardian makes for another. As both sides see them. */
import { expect, test } from '@playwright/test'
import { complaints, expectAccessible } from './accessible'
import { actAs, openAct, openAtDesk, person, secrets, signIn } from './people'
import { apply, must } from './requests'

test('a citizen is asked once for all that is missing, answers it, and the desk reads the answer', async ({ page }) => {
  const heard = complaints(page)
  await signIn(page, 'poor.hanoi')
  const code = await apply(page)
  await actAs(page, '01.one_stop_officer')
  await must(page, `/api/desk/dossiers/${code}/receive`, {})
  await openAtDesk(page, code)
  const request = await openAct(page, 'Yêu cầu bổ sung')
  await request.getByLabel('Nội dung cần bổ sung').fill('Nơi ở từ 2018 đến 2020\nTên cơ quan làm việc năm 2023')
  await expectAccessible(page)
  await request.getByRole('button', { name: 'Gửi yêu cầu bổ sung' }).click()
  await expect(page.getByText('Yêu cầu bổ sung giấy tờ').first()).toBeVisible()

  await signIn(page, 'poor.hanoi')
  await expect(page.getByRole('heading', { name: 'Hồ sơ cần ông/bà bổ sung' })).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Bổ sung hồ sơ' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: /^Nơi ở từ 2018 đến 2020$/ })).toBeVisible()
  await expect(page.getByRole('listitem').filter({ hasText: /^Tên cơ quan làm việc năm 2023$/ })).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Nội dung bổ sung').fill('Ký túc xá Mỹ Đình; Công ty Sao Mai')
  await page.getByRole('button', { name: 'Gửi bổ sung' }).click()
  await expect(page.getByRole('heading', { name: 'Đã bổ sung' })).toBeVisible()
  await expect(page.getByLabel('Nội dung bổ sung')).toHaveCount(0)
  await expectAccessible(page)

  await actAs(page, '01.one_stop_officer')
  await openAtDesk(page, code)
  await expect(page.getByText('Ký túc xá Mỹ Đình; Công ty Sao Mai').first()).toBeVisible()
  await page.getByText('Việc chưa làm được').click()
  await expect(page.locator('.act-refused', { hasText: 'Yêu cầu bổ sung' })).toBeVisible()
  await expectAccessible(page)
  expect(heard).toEqual([])
})

test('a refusal says why, keeps no date, promises the fee back, and the supervisor sees the refund', async ({ page }) => {
  await signIn(page, 'citizen.hanoi.wife')
  const code = await apply(page)
  await actAs(page, '01.one_stop_officer')
  await openAtDesk(page, code)
  const refuse = await openAct(page, 'Từ chối hồ sơ')
  await refuse.getByLabel('Lý do').fill('Không thuộc thẩm quyền giải quyết của cơ quan này')
  await refuse.getByRole('button', { name: 'Từ chối hồ sơ' }).click()
  await expect(page.getByText('Không được tiếp nhận').first()).toBeVisible()
  await expectAccessible(page)

  await signIn(page, 'citizen.hanoi.wife', `/app/dossiers/${code}`)
  await expect(page.getByRole('heading', { name: 'Hồ sơ bị từ chối' })).toBeVisible()
  await expect(page.getByText('Không thuộc thẩm quyền giải quyết của cơ quan này').first()).toBeVisible()
  await expect(page.getByText('200.000 đồng đã nộp sẽ được hoàn lại')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Hẹn trả kết quả' })).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'Phiếu từ chối tiếp nhận' })).toBeVisible()
  await expectAccessible(page)

  await actAs(page, '01.supervisor')
  await page.goto('/app/reports/refunds')
  await expect(page.getByRole('listitem').filter({ hasText: code })).toContainText('200.000 đồng')
  await expectAccessible(page)
})

test('a guardian applies for the ward, and the certificate comes to whoever acts for them', async ({ page }) => {
  const heard = complaints(page)
  const ward = person('ward.hanoi')
  await signIn(page, 'guardian.hanoi', '/app/apply')
  await page.getByRole('radio', { name: ward.name }).check()
  await page.getByRole('radio', { name: 'Phiếu số 2' }).check()
  await expect(page.getByText('Miễn phí: trẻ em.').first()).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await expect(page.locator('dd', { hasText: ward.name }).first()).toBeVisible()
  await page.getByLabel('Từ tháng').fill('2024-12')
  await page.getByLabel('Nơi ở').fill('Phường Ba Đình, thành phố Hà Nội')
  await page.getByLabel('Nghề nghiệp, nơi làm việc').last().fill('Học sinh')
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await expect(page.getByText('12/2024 – nay: Học sinh, Phường Ba Đình')).toBeVisible()
  await page.getByRole('checkbox', { name: /^Tôi cam đoan/ }).check()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Nộp hồ sơ' }).click()
  await page.waitForURL(/\/app\/dossiers\/[^/]+$/)
  const code = decodeURIComponent(page.url().split('/').at(-1) ?? '')
  await page.goto('/app/apply')
  await page.getByRole('radio', { name: person('guardian.hanoi').name }).check()
  await expect(page.getByText('Miễn phí: trẻ em.')).toHaveCount(0)

  const acts: [string, string, unknown][] = [
    ['one_stop_officer', 'receive', {}],
    ['records_officer', 'look-ups', { registers: ['population', 'convictions'], purpose: 'Thụ lý hồ sơ được phân công' }],
    ['decider', 'decide', { outcome: 'no_conviction' }],
    ['decider', 'sign', { signing_pin: secrets.signing_pin }],
    ['sealer', 'seal', {}],
  ]
  for (const [role, act, body] of acts) {
    await actAs(page, `01.${role}`)
    await must(page, `/api/desk/dossiers/${code}/${act}`, body)
  }
  await signIn(page, 'guardian.hanoi', '/app/wallet')
  const card = page.getByRole('link', { name: ward.name })
  await expect(async () => {
    await page.reload()
    await expect(card).toBeVisible({ timeout: 2000 })
  }).toPass({ timeout: 60_000 })
  await card.click()
  await page.getByLabel('Mã bí mật 6 số').fill(secrets.passcode)
  await page.getByRole('button', { name: 'Mở', exact: true }).click()
  await page.getByRole('button', { name: 'Dạng chữ' }).click()
  await expect(page.getByText(ward.name.toUpperCase()).first()).toBeVisible()
  await expectAccessible(page)
  expect(heard).toEqual([])
})
