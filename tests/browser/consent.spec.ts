/* A service asks to sign somebody in: what it is and wants is read, some of it given, seen under "who knows what about me", taken back, and asked for anew. */
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, type Page, test } from '@playwright/test'
import { expectAccessible } from './accessible'
import { actAs, person, secrets, signIn } from './people'
import { must } from './requests'

/** The service's own page, where browsers come back to. */
const server = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<h1>Hoa Sen</h1>'))
let callback: string
let shop: { client_id: string; client_secret: string }

test.beforeAll('an operator registers the service', async ({ browser }) => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  callback = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`
  const page = await browser.newPage()
  await actAs(page, 'operator')
  shop = (await must(page, '/api/clients', {
    client_name: 'Hiệu sách Hoa Sen',
    'client_name#en': 'Lotus Bookshop',
    danh_owner: 'Công ty TNHH Hoa Sen',
    danh_purpose: 'Đăng nhập để mua sách',
    'danh_purpose#en': 'Signing in to buy books',
    application_type: 'native',
    redirect_uris: [callback],
    token_endpoint_auth_method: 'client_secret_basic',
    danh_attributes: [
      { name: 'name', purpose: 'Ghi tên người nhận sách', 'purpose#en': 'The name books are sent to', required: true },
      { name: 'phone', purpose: 'Báo khi giao sách', 'purpose#en': 'Telling when they come' },
      { name: 'birthdate', purpose: 'Chúc mừng sinh nhật', 'purpose#en': 'A birthday greeting' },
    ],
  })) as typeof shop
  await page.close()
})
test.afterAll(() => {
  server.close()
})

/** The service sends the browser off. */
async function begin(page: Page) {
  const verifier = randomBytes(32).toString('base64url')
  const asked = new URLSearchParams({
    client_id: shop.client_id,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid profile phone',
    state: 'gio-hang-7',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  await page.goto(`/oidc/authorize?${asked}`)
  return verifier
}

/** What came back to the service. */
async function back(page: Page) {
  await page.waitForURL((url) => url.href.startsWith(`${callback}?`))
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hoa Sen')
  const said = new URL(page.url()).searchParams
  expect(said.get('state')).toBe('gio-hang-7')
  return said
}

async function redeem(page: Page, code: string, code_verifier: string): Promise<string> {
  const Authorization = `Basic ${Buffer.from(`${shop.client_id}:${shop.client_secret}`).toString('base64')}`
  const form = { grant_type: 'authorization_code', code, code_verifier, redirect_uri: callback }
  const answer = await page.request.post('/oidc/token', { headers: { Authorization }, form })
  expect(answer.status()).toBe(200)
  return (await answer.json()).access_token
}
const userinfo = (page: Page, token: string) =>
  page.request.get('/oidc/userinfo', { headers: { Authorization: `Bearer ${token}` } })

test('a person agrees to some of it, sees it under who knows what, takes it back, and is asked again', async ({
  page,
}) => {
  const verifier = await begin(page)
  await page.getByLabel('Số định danh cá nhân').fill(person('student.hanoi').pin)
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await page.getByLabel('Mật khẩu').fill(secrets.password)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()

  await expect(page.getByRole('heading', { level: 1 })).toContainText('Hiệu sách Hoa Sen')
  for (const words of ['Công ty TNHH Hoa Sen', 'Đăng nhập để mua sách', 'Ghi tên người nhận sách'])
    await expect(page.getByText(words)).toBeVisible()
  await expect(page.getByText(person('student.hanoi').name).first()).toBeVisible()
  await expectAccessible(page)
  await page.screenshot({ path: test.info().outputPath('consent.png'), fullPage: true })
  await page.getByRole('checkbox', { name: /Số điện thoại/ }).check()
  await page.getByRole('button', { name: 'Đồng ý', exact: true }).click()
  const token = await redeem(page, (await back(page)).get('code') ?? '', verifier)
  const told = await (await userinfo(page, token)).json()
  expect(told.name).toBe(person('student.hanoi').name)
  expect(told.phone_number).toMatch(/^\+84/)
  expect(told.birthdate, 'was not ticked').toBeUndefined()

  await begin(page)
  expect((await back(page)).has('code'), 'it is remembered: no page in between').toBe(true)

  await page.goto('/app/reads')
  const service = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: /^Hiệu sách Hoa Sen/ }) })
  await expect(service).toContainText('Họ và tên, Số điện thoại')
  await expect(service).toContainText('Đăng nhập để mua sách')
  await expectAccessible(page)
  await page.screenshot({ path: test.info().outputPath('given.png'), fullPage: true })
  await service.getByRole('button', { name: 'Chấm dứt cho phép: Hiệu sách Hoa Sen' }).click()
  await expect(page.getByText('Đã chấm dứt; dịch vụ không đọc được gì nữa.')).toBeVisible()
  await expect(service).toHaveCount(0)
  expect((await userinfo(page, token)).status(), 'at once').toBe(401)

  await begin(page)
  await expect(page.getByRole('checkbox', { name: /Số điện thoại/ })).not.toBeChecked()
})

test('who refuses goes back to the service, which is told so and nothing else; in English', async ({ page }) => {
  await signIn(page, 'elderly.hanoi')
  await page.goto('/?lang=en')
  await begin(page)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Lotus Bookshop')
  await expect(page.getByText('Signing in to buy books')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'I refuse' }).click()
  const said = await back(page)
  expect([said.get('error'), said.has('code')]).toEqual(['access_denied', false])
  await page.goto('/app/reads')
  await expect(page.getByText('You have allowed no service yet.'), 'the app goes on in English').toBeVisible()
  await page.getByRole('button', { name: 'Tiếng Việt' }).click()
  await page.reload()
  await expect(
    page.getByText('Ông/bà chưa cho phép dịch vụ nào.'),
    'and in Vietnamese where that is chosen',
  ).toBeVisible()
})
