/* Ways to sign in: a passkey with a virtual authenticator, an app's code, recovery codes, signing out elsewhere, step-up, and all of it at 360 px. */
import { createHmac } from 'node:crypto'
import { type CDPSession, expect, type Page, test } from '@playwright/test'
import { expectAccessible } from './accessible'
import { arrive, leave, person, prove, secrets, signIn } from './people'

/** An authenticator of the browser's own, which says yes and verifies its user. */
async function authenticator(page: Page): Promise<{ cdp: CDPSession; id: string }> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { cdp, id: authenticatorId }
}

function codeOf(base32: string, atMs: number): string {
  const bits = [...base32].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(atMs / 30000)))
  const mac = createHmac('sha1', secret).update(step).digest()
  return String((mac.readUInt32BE((mac[19] as number) & 15) & 0x7fffffff) % 1000000).padStart(6, '0')
}

const now = (page: Page) => page.evaluate(async () => Date.parse((await (await fetch('/api/session')).json()).now))

test('a passkey is added on the security page and signs in without number or password', async ({ page }) => {
  const { cdp } = await authenticator(page)
  await signIn(page, 'digital.hanoi', '/app/security')
  await expect(page.getByText('Mức 1: một yếu tố').first()).toBeVisible()
  await prove(page)
  await expect(page.getByText('Mức 2: hai yếu tố').first()).toBeVisible()
  await page.getByRole('button', { name: 'Thêm khóa truy cập' }).click()
  await expect(page.getByRole('heading', { level: 3, name: /^Khóa truy cập – Chrome/ })).toBeVisible()
  await expectAccessible(page)
  await page.screenshot({ path: test.info().outputPath('security.png'), fullPage: true })

  await leave(page)
  await page.goto('/sign-in?level=2&next=/app/security')
  // The number field's own offer may have signed in by then, and the button be gone with its page.
  const button = page.getByRole('button', { name: 'Dùng khóa truy cập' })
  await button.click({ timeout: 3000 }).catch(() => undefined)
  await arrive(page, '/app/security')
  await expect(page.getByText('Mức 2: hai yếu tố').first()).toBeVisible()
  await expect(page.getByText(/Dùng lần cuối/)).toBeVisible()

  await page.getByRole('button', { name: /^Đổi tên/ }).click()
  await page.getByLabel('Tên mới').fill('Điện thoại của tôi')
  await page.getByRole('button', { name: 'Lưu' }).click()
  await expect(page.getByRole('heading', { level: 3, name: 'Điện thoại của tôi' })).toBeVisible()
  await page.getByRole('button', { name: /^Gỡ.*Điện thoại/ }).click()
  await page.getByRole('button', { name: 'Gỡ', exact: true }).click()
  await expect(page.getByRole('heading', { level: 3, name: 'Điện thoại của tôi' })).toHaveCount(0)
  await cdp.send('WebAuthn.disable')
})

test('an app makes codes, ten codes go on paper, and one of each steps up', async ({ page }) => {
  await signIn(page, 'elderly.hanoi', '/app/security')
  await prove(page)
  await page.getByRole('button', { name: 'Thêm ứng dụng tạo mã' }).click()
  const secret = (await page.locator('.totp-secret').innerText()).replaceAll(/\s/g, '')
  await expect(page.getByRole('img', { name: 'Mã QR' })).toBeVisible()
  await page.screenshot({ path: test.info().outputPath('security_totp.png'), fullPage: true })
  await page.getByLabel('Mã 6 số trong ứng dụng').fill('000000')
  await page.getByRole('button', { name: 'Xác nhận', exact: true }).click()
  await expect(page.getByRole('alert')).toContainText('không đúng')
  await page.getByLabel('Mã 6 số trong ứng dụng').fill(codeOf(secret, await now(page)))
  await page.getByRole('button', { name: 'Xác nhận', exact: true }).click()
  await expect(page.getByRole('heading', { level: 3, name: /^Ứng dụng tạo mã –/ })).toBeVisible()

  await page.getByRole('button', { name: 'Tạo mã dự phòng' }).click()
  await expect(page.locator('.recovery-codes li')).toHaveCount(10)
  const codes = await page.locator('.recovery-codes li').allInnerTexts()
  expect(new Set(codes).size).toBe(10)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Tôi đã cất giữ' }).click()
  await expect(page.getByText('còn 10 mã')).toBeVisible()

  await signIn(page, 'elderly.hanoi', '/app/')
  await page.goto('/sign-in?level=2&next=/app/security')
  await page.screenshot({ path: test.info().outputPath('step_up.png'), fullPage: true })
  await expectAccessible(page)
  await page.getByLabel('Mã trong ứng dụng tạo mã').fill(codeOf(secret, (await now(page)) + 30000))
  await page.getByRole('button', { name: 'Xác nhận' }).click()
  await arrive(page, '/app/security')
  await expect(page.getByText('Mức 2: hai yếu tố').first()).toBeVisible()

  await signIn(page, 'elderly.hanoi', '/app/')
  await page.goto('/sign-in?level=2&way=recovery&next=/app/security')
  await page.getByLabel('Mã dự phòng').fill(codes[0] as string)
  await page.getByRole('button', { name: 'Xác nhận' }).click()
  await arrive(page, '/app/security')
  await expect(page.getByText('còn 9 mã')).toBeVisible()
})

test('the passcode is changed on the security page, and a slip of the finger is said at its field', async ({ page }) => {
  await signIn(page, 'banned.hanoi', '/app/security')
  await expect(page.getByRole('heading', { name: 'Đổi mã bí mật 6 số' })).toHaveCount(0) // not before a proof
  await prove(page)
  const panel = page.locator('section', { has: page.getByRole('heading', { name: 'Đổi mã bí mật 6 số' }) }).last()
  await panel.getByLabel('Mật khẩu hiện tại').fill(secrets.password)
  await page.getByLabel('Mã bí mật mới', { exact: true }).fill('604815')
  await page.getByLabel('Nhập lại mã bí mật mới').fill('604816')
  await page.getByRole('button', { name: 'Đổi mã bí mật' }).click()
  await expect(page.getByText('Hai lần nhập không giống nhau')).toBeVisible()
  await page.getByLabel('Nhập lại mã bí mật mới').fill('604815')
  await page.getByRole('button', { name: 'Đổi mã bí mật' }).click()
  await expect(page.getByText('Đã đổi mã bí mật.')).toBeVisible()
  await expectAccessible(page)
  await page.screenshot({ path: test.info().outputPath('passcode.png'), fullPage: true })
  await page.goto('/sign-in?level=2&fresh=1&next=/app/security')
  await page.getByLabel('Mật khẩu').fill(secrets.password)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await page.getByLabel('Mã bí mật').fill('604815')
  await page.getByRole('button', { name: 'Xác nhận' }).click()
  await arrive(page, '/app/security')
})

test('signing out elsewhere ends that session alone', async ({ page, browser }) => {
  const elsewhere = await (await browser.newContext()).newPage()
  await signIn(elsewhere, 'convicted.hanoi', '/app/')
  await signIn(page, 'convicted.hanoi', '/app/security')
  const others = page.getByRole('button', { name: /^Đăng xuất ở đó/ })
  await others.first().waitFor()
  const before = await others.count() // other journeys may have left some open; the newest is first
  await others.first().click()
  await expect(others).toHaveCount(before - 1)
  await elsewhere.goto('/app/me')
  await elsewhere.waitForURL(/\/sign-in/)
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: 'Bảo mật' })).toBeVisible()
})

test('the sign-in pages: number, then how; accessible, masked, in both languages', async ({ page }) => {
  await page.goto('/sign-in')
  await expectAccessible(page)
  await page.screenshot({ path: test.info().outputPath('sign_in.png'), fullPage: true })
  const { pin } = person('student.hanoi')
  await page.getByLabel('Số định danh cá nhân').fill(pin)
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await expect(page.getByText(`${pin.slice(0, 2)}••••••••${pin.slice(10)}`)).toBeVisible()
  expect((await page.locator('main').innerText()).includes(pin)).toBe(false)
  await expectAccessible(page)
  await page.screenshot({ path: test.info().outputPath('sign_in_how.png'), fullPage: true })
  await page.getByRole('button', { name: 'Dùng mã dự phòng' }).click()
  await expect(page.getByLabel('Mã dự phòng')).toBeFocused()
  await page.goto('/sign-in?next=/app/wallet&level=2')
  await page.getByRole('link', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in with your e-ID')
  await expect(page.locator('input[name=next]').first()).toHaveValue('/app/wallet')
})
