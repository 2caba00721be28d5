/* Passkeys that do not do all: a key that is touched but verifies nobody, one that is taken away, and a page under another name. */
import { type CDPSession, expect, type Page, test } from '@playwright/test'
import { expectAccessible } from './accessible'
import { arrive, leave, prove, signIn } from './people'

/** What the number field offers is answered here at once, since nobody has to choose it: only the button is looked at. */
async function authenticator(page: Page, verifies: boolean): Promise<{ cdp: CDPSession; authenticatorId: string }> {
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false)
  })
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: verifies,
      automaticPresenceSimulation: true,
    },
  })
  return { cdp, authenticatorId }
}

const button = (page: Page) => page.getByRole('button', { name: /^(Dùng khóa truy cập|Use a passkey)$/ })

test('a passkey that does not verify its user opens nothing that asks for two factors, and says so in both languages', async ({
  page,
}) => {
  const { cdp, authenticatorId } = await authenticator(page, true)
  await signIn(page, 'convicted.hanoi', '/app/security')
  await prove(page)
  await page.getByRole('button', { name: 'Thêm khóa truy cập' }).click()
  await expect(page.getByRole('heading', { level: 3, name: /^Khóa truy cập – Chrome/ })).toBeVisible()

  await leave(page)
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.goto('/sign-in?level=2&next=/app/security')
  await button(page).click()
  await expect(page.getByText('Ông/bà đã dừng hoặc hết thời gian')).toBeVisible()
  await expectAccessible(page)
  await page.screenshot({ path: test.info().outputPath('passkey_refused.png'), fullPage: true })
  await page.goto('/sign-in?lang=en&level=2&next=/app/security')
  await button(page).click()
  await expect(page.getByText('Stopped, or out of time')).toBeVisible()
  expect((await page.request.get('/api/session')).status(), 'nobody is signed in').toBe(401)

  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
  await button(page).click()
  await arrive(page, '/app/security')

  await leave(page)
  await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
  await page.goto('/sign-in?next=/app/security')
  await expect(button(page), 'the page stays, for another way in').toBeVisible()
})

test('under another name the passkey does not exist: browsers hold it to our own', async ({ page, baseURL }) => {
  const { cdp } = await authenticator(page, true)
  const other = new URL(baseURL ?? '')
  test.skip(other.hostname !== 'localhost', 'the demonstration runs on localhost')
  other.hostname = '127.0.0.1'
  await page.goto(new URL('/sign-in?next=/app/', other).href)
  await button(page).click()
  await expect(page.locator('[data-passkey-problem]')).not.toBeEmpty()
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  await cdp.send('WebAuthn.disable')
})
