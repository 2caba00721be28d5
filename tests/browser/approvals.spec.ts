/* A bank's counter asks for a person, who sees it in the app, compares the line, proves themself further, approves with what they add; and refuses. */
import { expect, type Page, test } from '@playwright/test'
import { expectAccessible } from './accessible'
import { actAs, arrive, person, secrets, signIn } from './people'
import { must } from './requests'

const CIBA = 'urn:openid:params:grant-type:ciba'
type Bank = { client_id: string; client_secret: string }
let bank: Bank

/** What the bank's own server sends. */
async function bankPosts(page: Page, path: string, form: Record<string, string>) {
  const Authorization = `Basic ${Buffer.from(`${bank.client_id}:${bank.client_secret}`).toString('base64')}`
  const answer = await page.request.post(path, { headers: { Authorization }, form })
  return (await answer.json()) as Record<string, string>
}
const asks = (page: Page, binding_message: string) =>
  bankPosts(page, '/oidc/backchannel-authentication', {
    scope: 'openid profile phone',
    login_hint: person('citizen.hue').pin,
    binding_message,
  })
const tokens = (page: Page, auth_req_id: string) => bankPosts(page, '/oidc/token', { grant_type: CIBA, auth_req_id })

test.beforeAll('an operator registers the bank', async ({ browser }) => {
  const page = await browser.newPage()
  await actAs(page, 'operator')
  bank = (await must(page, '/api/clients', {
    client_name: 'Ngân hàng Sông Hồng',
    'client_name#en': 'Red River Bank',
    danh_owner: 'Ngân hàng TMCP Sông Hồng',
    danh_purpose: 'Mở tài khoản tại quầy',
    danh_acr_min: 2,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: [CIBA],
    danh_attributes: [
      { name: 'name', purpose: 'Ghi vào hợp đồng', required: true },
      { name: 'phone', purpose: 'Báo số dư' },
    ],
  })) as Bank
  await page.close()
})

test('the person finds the request on the first page, proves themself, approves and adds one thing', async ({
  page,
}) => {
  const { auth_req_id } = await asks(page, 'QUAY 7 MA 4821')
  await signIn(page, 'citizen.hue')
  await expect(page.getByRole('heading', { name: 'Có 1 yêu cầu đang chờ ông/bà xác nhận' })).toBeVisible()
  await page.getByRole('link', { name: 'Xem và trả lời' }).click()
  const request = page.getByRole('article', { name: 'Yêu cầu của Ngân hàng Sông Hồng' })
  await expect(request.getByText('QUAY 7 MA 4821')).toBeVisible()
  await expect(request.getByText('Mở tài khoản tại quầy')).toBeVisible()
  await expect(request.getByRole('button', { name: 'Đồng ý' })).toHaveCount(0)
  await expectAccessible(page)

  await request.getByRole('link', { name: 'Xác thực để đồng ý' }).click()
  await page.getByLabel('Mã bí mật').fill(secrets.passcode)
  await page.getByRole('button', { name: 'Xác nhận' }).click()
  await arrive(page, '/app/approvals')
  await expect(request.getByText(person('citizen.hue').name).first()).toBeVisible()
  await request.getByRole('checkbox', { name: /Báo số dư/ }).check()
  await expectAccessible(page)
  await request.getByRole('button', { name: 'Đồng ý' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText('Đã đồng ý với Ngân hàng Sông Hồng')).toBeVisible()
  await expect(request).toHaveCount(0)
  await expectAccessible(page)
  const { access_token } = await tokens(page, auth_req_id ?? '')
  const told = await page.request.get('/oidc/userinfo', { headers: { Authorization: `Bearer ${access_token}` } })
  expect(Object.keys(await told.json())).toEqual(expect.arrayContaining(['name', 'phone_number']))
})

test('a request that comes while the page stands open shows by itself, in English too, and is refused', async ({
  page,
}) => {
  await signIn(page, 'citizen.hue', '/app/approvals')
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.getByText('Nothing waits for you')).toBeVisible()
  const { auth_req_id } = await asks(page, 'BAN 3')
  const request = page.getByRole('article', { name: 'Request of Red River Bank' })
  await expect(request.getByText('BAN 3')).toBeVisible()
  await expectAccessible(page)
  await request.getByRole('button', { name: 'I refuse' }).click()
  await expect(page.getByText('Red River Bank: refused')).toBeVisible()
  expect((await tokens(page, auth_req_id ?? '')).error).toBe('access_denied')
})
