/* Documents kept on the device: shown when no server answers, and gone after signing out. An installation of its own, since its server is stopped. */
import { expect, type Page, test } from '@playwright/test'
import { complaints, expectAccessible } from './accessible'
import { arrive } from './people'

test.describe.configure({ mode: 'serial' })
let place: any

test.beforeAll(async () => {
  test.setTimeout(180_000)
  const { Installation } = await import('../flows/lib/installation.mjs')
  const { dossier } = await import('../flows/lib/story.mjs')
  place = await Installation.open({ engine: 'sqlite' })
  const citizen = await place.as('citizen.hanoi')
  await dossier(place, 'sealed', { citizen })
})
test.afterAll(() => place?.close())

async function enter(page: Page) {
  await page.goto(`${place.url}/sign-in?next=${encodeURIComponent('/app/wallet')}`)
  await page.getByLabel('Số định danh cá nhân').fill(place.identity('citizen.hanoi').pin)
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await page.getByLabel('Mật khẩu').fill(place.synth.demo_password)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await arrive(page, '/app/wallet')
}

async function openDocument(page: Page) {
  await expect(async () => {
    await page.reload() // it arrives in the wallet a moment after it was sealed
    await page.getByRole('link', { name: /Phiếu lý lịch tư pháp số 1/ }).click({ timeout: 2000 })
  }).toPass()
  await page.getByLabel('Mã bí mật 6 số').fill(place.synth.demo_passcode)
  await page.getByRole('button', { name: 'Mở', exact: true }).click()
  await expect(page.locator('canvas.pdf-page').first()).toBeVisible()
}

/** The app can come up without a server: its files are there. */
async function prepared(page: Page) {
  await expect.poll(() => page.evaluate(async () => (await (await caches.open('danh-shell')).keys()).length)).toBeGreaterThan(3)
  await page.evaluate(() => navigator.serviceWorker.ready)
}

const left = (page: Page) =>
  page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }))

test('who kept nothing reads so when the server is away, and nothing of a document is on the device', async ({ page }) => {
  await enter(page)
  await openDocument(page)
  await expect(page.getByLabel('Giữ trên thiết bị này')).not.toBeChecked()
  await prepared(page)
  await place.stop('server')
  await page.goto(`${place.url}/app/wallet`)
  await expect(page.getByText('Ông/bà chưa chọn giữ giấy tờ nào')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Phiếu lý lịch tư pháp' })).toHaveCount(0)
  await expectAccessible(page)
  await place.startServer()
})

test('a document that was kept is shown without a server, says as of when, and is gone after signing out', async ({ page }) => {
  const heard = complaints(page)
  await enter(page)
  await openDocument(page)
  await page.getByLabel('Giữ trên thiết bị này').click()
  await expect(page.getByText('Đã giữ trên thiết bị này.')).toBeVisible()
  await expectAccessible(page)
  await prepared(page)
  const stored = await page.evaluate(async () => {
    const opened = indexedDB.open('danh-kept')
    await new Promise((done) => (opened.onsuccess = done))
    const read = (name: string) =>
      new Promise<any[]>((done) => {
        const all = opened.result.transaction(name).objectStore(name).getAll()
        all.onsuccess = () => done(all.result)
      })
    const [key] = await read('key')
    const [row] = await read('documents')
    opened.result.close()
    const exported = await crypto.subtle.exportKey('raw', key).then(
      () => 'given out',
      () => 'kept',
    )
    return { extractable: key.extractable, exported, sealed: new TextDecoder('latin1').decode(row.sealed) }
  })
  expect(stored.extractable).toBe(false)
  expect(stored.exported).toBe('kept')
  expect(stored.sealed).not.toContain('holder_name')
  expect(stored.sealed).not.toContain('PDF')

  await place.stop('server')
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Phiếu lý lịch tư pháp số 1' })).toBeVisible()
  await expect(page.getByText(/Hiển thị từ thiết bị này, như lúc/)).toBeVisible()
  await expect(page.getByText(place.identity('citizen.hanoi').full_name)).toBeVisible()
  await expect(page.getByRole('img', { name: /QR/ })).toBeVisible()
  await page.getByRole('button', { name: 'Xem văn bản đã ký' }).click()
  await expect(page.locator('canvas.pdf-page').first()).toBeVisible()
  await expectAccessible(page)
  await page.screenshot({ path: test.info().outputPath('kept.png'), fullPage: true })

  await place.startServer()
  await page.goto(`${place.url}/app/wallet`)
  await page.getByRole('button', { name: 'Đăng xuất' }).click()
  await page.waitForURL('**/?signed_out=1')
  expect(await left(page)).toEqual({ databases: [], caches: [], workers: 0 })
  expect(heard).toEqual([])
})

test('taking the choice back removes the document', async ({ page }) => {
  await enter(page)
  await openDocument(page)
  const choice = page.getByLabel('Giữ trên thiết bị này')
  await choice.click()
  await expect(page.getByText('Đã giữ trên thiết bị này.')).toBeVisible()
  await choice.click()
  await expect(page.getByText('Đã giữ trên thiết bị này.')).toHaveCount(0)
  await prepared(page)
  await place.stop('server')
  await page.reload()
  await expect(page.getByText('Ông/bà chưa chọn giữ giấy tờ nào')).toBeVisible()
  await place.startServer()
})
