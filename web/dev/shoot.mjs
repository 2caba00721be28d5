/* Takes pictures of every screen from the mock server: `node dev/shoot.mjs FOLDER [name…]`; prints what axe-core and the console say. */
import { mkdirSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { chromium } from '@playwright/test'

const [folder, ...only] = process.argv.slice(2)
const base = process.env.DANH_URL ?? 'http://localhost:8099'
mkdirSync(folder, { recursive: true })
const post = (id) => async (page) =>
  page.request.put(`${base}/api/session/post`, { data: { post_id: id }, headers: { Origin: base } })
const click = (name) => async (page) => page.getByRole('button', { name }).first().click()
const screens = [
  ['landing', '/'],
  ['sign_in', '/sign-in?next=/app/'],
  ['activate', '/activate'],
  ['check', '/check?code=H26.11-261118-0007'],
  ['home', '/app/', post(null)],
  ['wallet', '/app/wallet'],
  ['passcode', '/app/wallet/d1'],
  [
    'document',
    '/app/wallet/d1',
    null,
    async (page) => {
      const field = page.getByLabel('Mã truy cập 6 số')
      if (await field.count()) {
        await field.fill('246810')
        await page.getByRole('button', { name: 'Mở', exact: true }).click()
      }
      await page.getByRole('button', { name: 'Kiểm tra ngay' }).click()
      await page.waitForTimeout(2500)
    },
  ],
  ['apply_1', '/app/apply'],
  ['apply_2', '/app/apply', null, click('Tiếp tục')],
  [
    'apply_3',
    '/app/apply',
    null,
    async (page) => {
      await click('Tiếp tục')(page)
      await page.getByLabel('Từ tháng').fill('2018-09')
      await page.getByLabel('Nơi ở').fill('Hà Nội')
      await page.getByLabel('Nghề nghiệp, nơi làm việc').last().fill('Kế toán, Công ty Sao Mai')
      await click('Tiếp tục')(page)
    },
  ],
  ['dossiers', '/app/dossiers'],
  ['dossier', '/app/dossiers/H26.11-261118-0007'],
  ['pay', '/app/dossiers/H26.11-261120-0019/pay'],
  ['reads', '/app/reads'],
  ['me', '/app/me'],
  ['posts', '/app/posts'],
  ['messages', '/app/demo-messages'],
  ['not_found', '/app/khong-co'],
  ['queue', '/app/desk', post('2')],
  ['purpose', '/app/desk/dossiers/H26.11-261116-0021'],
  [
    'desk_records',
    '/app/desk/dossiers/H26.11-261116-0021',
    post('2'),
    async (page) => {
      await click('Mở hồ sơ')(page)
      await page.getByText('Tra cứu cơ sở dữ liệu').first().click()
      await page.getByRole('button', { name: 'Tra cứu', exact: true }).click()
      await page.getByText('Đòi thêm giấy tờ').first().click()
      await page.getByLabel('Lý do').first().fill('Cần bản gốc')
      await page.getByRole('button', { name: 'Đòi giấy tờ này' }).click()
    },
  ],
  [
    'desk_decider',
    '/app/desk/dossiers/H26.11-261116-0021',
    post('3'),
    async (page) => {
      await click('Mở hồ sơ')(page)
      await page.getByText('Kết luận').first().click()
    },
  ],
  [
    'enrolment',
    '/app/desk/enrolment',
    post('6'),
    async (page) => {
      await page.getByLabel('Số định danh cá nhân').fill('001301004321')
      await page.getByRole('button', { name: 'Tìm người' }).click()
    },
  ],
  ['reports', '/app/reports', post('5')],
  ['savings', '/app/reports/savings', post('5')],
  ['refunds', '/app/reports/refunds', post('5')],
]
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})
for (const [size, width, height] of [
  ['phone', 360, 740],
  ['desk', 1280, 800],
]) {
  const context = await browser.newContext({ viewport: { width, height }, locale: 'vi-VN' })
  const page = await context.newPage()
  page.on('console', (message) => message.type() === 'error' && console.log('console:', message.text()))
  page.on('pageerror', (failure) => console.log('error:', failure.message))
  for (const [name, path, before, after] of screens) {
    if (only.length && !only.includes(name)) continue
    try {
      if (before) await before(page)
      await page.goto(base + path)
      await page.waitForLoadState('networkidle')
      if (after) await after(page)
      await page.waitForTimeout(500)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (wide > 0) console.log(`${name} ${size}: ${wide} px too wide`)
      const { violations } = await new AxeBuilder({ page }).analyze()
      for (const one of violations)
        console.log(
          `${name} ${size}: ${one.impact} ${one.id}: ${one.nodes[0].target} ${one.nodes[0].failureSummary?.split('\n')[1] ?? ''}`,
        )
      await page.screenshot({ path: `${folder}/${name}_${size}.png`, fullPage: true })
    } catch (failure) {
      console.log(`${name} ${size}: ${failure.message.split('\n').slice(0, 3).join(' ')}`)
      await page.screenshot({ path: `${folder}/${name}_${size}.png` })
    }
  }
  await context.close()
}
await browser.close()
