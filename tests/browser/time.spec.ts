/* What the law's clock and the fee mean for people: said before they withdraw, after an apology, and at the desk. One dossier all the way. */
import { expect, type Page, test } from '@playwright/test'
import { expectAccessible } from './accessible'
import { actAs, openAct, openAtDesk, signIn } from './people'

test.describe.configure({ mode: 'serial' })
let code = ''

type Answer = { status: number; body: Record<string, never> }
/** What the page itself would send. */
function send(page: Page, method: string, path: string, body?: unknown): Promise<Answer> {
  return page.evaluate(
    async ([method, path, body]) => {
      const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() }
      const answer = await fetch(path as string, { method: method as string, headers, body: (body as string) || null })
      return { status: answer.status, body: await answer.json() }
    },
    [method, path, body ? JSON.stringify(body) : ''],
  )
}

async function must(page: Page, path: string, body: unknown) {
  const answer = await send(page, 'POST', path, body)
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
  return answer.body as Record<string, any>
}

test('before the desk receives it, withdrawing pays the fee back, and the citizen is told so', async ({ page }) => {
  await signIn(page, 'citizen.hue')
  const request = { subject: 'self', certificate: 1, copies: 1 }
  const { payable } = await must(page, '/api/procedures/lltp/preview', request)
  const history = [{ from: '2010-09', to: null, place: 'Huế', work: 'Giáo viên' }]
  const form = { procedure: 'lltp', ...request, purpose: 'Xin việc', ban_information: false, answers: { history }, consent: true }
  code = (await must(page, '/api/dossiers', { ...form, payable_shown: payable.value })).code
  await must(page, '/api/demo-bank/payments', { dossier_code: code, amount: payable.value })
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
  let ahead = 0
  await expect(async () => {
    const day = new Date(Date.parse(dossier.due_date) + ++ahead * 86_400_000) // the first of these that is a working day
    await apology.getByLabel('Ngày trả mới').fill(day.toISOString().slice(0, 10))
    await apology.getByRole('button', { name: 'Gửi thư xin lỗi' }).click()
    await expect(page.getByText('sớm hay muộn vẫn tính theo hạn đầu tiên').first()).toBeVisible({ timeout: 1500 })
  }).toPass({ timeout: 30_000 })
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
