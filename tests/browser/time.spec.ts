/* What the law's clock and the fee mean for people: said before they withdraw, after an apology, and at the desk. One dossier all the way. */
import { expect, test } from '@playwright/test'
import { expectAccessible } from './accessible'
import { actAs, openAct, openAtDesk, signIn } from './people'
import { apply, must } from './requests'

test.describe.configure({ mode: 'serial' })
let code = ''

test('before the desk receives it, withdrawing pays the fee back, and the citizen is told so', async ({ page }) => {
  await signIn(page, 'citizen.hue')
  code = await apply(page)
  await page.goto(`/app/dossiers/${code}`)
  const withdraw = await openAct(page, 'Rút hồ sơ')
  await expect(withdraw.getByText('rút bây giờ được hoàn 200.000 đồng')).toBeVisible()
  await expect(withdraw.getByText('Luật Phí và lệ phí số 97/2015/QH13')).toBeVisible()
  await expect(withdraw.getByRole('button', { name: 'Rút hồ sơ' })).toBeVisible()
  await expectAccessible(page)
})

test('the desk may not call a case complex where the law knows no longer time, and apologises instead', async ({ page }) => {
  await actAs(page, '46.one_stop_officer')
  const { dossier } = await must(page, `/api/desk/dossiers/${code}/receive`, {})
  await actAs(page, '46.records_officer')
  await must(page, `/api/desk/dossiers/${code}/look-ups`, { registers: ['convictions'], purpose: 'Thụ lý hồ sơ được phân công' })
  await openAtDesk(page, code)
  await page.getByText('Việc chưa làm được').click()
  await expect(page.getByText('không quy định thời hạn dài hơn cho vụ việc phức tạp')).toBeVisible()
  await expectAccessible(page)
  const apology = await openAct(page, 'Xin lỗi và hẹn lại ngày trả')
  await apology.getByLabel('Lý do').fill('Cơ quan khác chưa trả lời xác minh')
  for (let ahead = 1, isTaken = false; !isTaken; ahead++) {
    expect(ahead, 'a working day is among the next').toBeLessThan(30)
    const day = new Date(Date.parse(dossier.due_date) + ahead * 86_400_000)
    await apology.getByLabel('Ngày trả mới').fill(day.toISOString().slice(0, 10))
    const answered = page.waitForResponse((answer) => answer.url().endsWith('/apology'))
    await apology.getByRole('button', { name: 'Gửi thư xin lỗi' }).click()
    isTaken = (await answered).ok()
  }
  await expect(page.getByText('sớm hay muộn vẫn tính theo hạn đầu tiên').first()).toBeVisible()
  await page.goto('/app/desk')
  await expect(page.getByText('sớm hay muộn vẫn tính theo hạn đầu tiên').first()).toBeVisible()
  await expectAccessible(page)
})

test('the citizen sees both dates and that the first one counts; withdrawing now loses the fee, and asks twice', async ({ page }) => {
  await signIn(page, 'citizen.hue', `/app/dossiers/${code}`)
  await expect(page.getByText(/^Hạn đầu tiên .+, hẹn lại .+ tính theo hạn đầu tiên/)).toBeVisible()
  const withdraw = await openAct(page, 'Rút hồ sơ')
  await expect(withdraw.getByText('rút bây giờ không được hoàn phí')).toBeVisible()
  await expect(withdraw.getByRole('button', { name: 'Rút hồ sơ' })).toHaveCount(0)
  await expectAccessible(page)
  await withdraw.getByLabel('Tôi hiểu phí đã nộp không được hoàn').check()
  await withdraw.getByRole('button', { name: 'Rút hồ sơ' }).click()
  await expect(page.locator('.timeline').getByText('Rút hồ sơ')).toBeVisible()
})
