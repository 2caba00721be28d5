/* The pilot of 2024, replayed, as each province's supervisor reads it: on a telephone and on a desk. Wants an installation of its own:
 * DANH_PILOT_URL, and DANH_PILOT naming what `danh replay pilot-2024 --json` printed. */
import { readFileSync } from 'node:fs'
import { expect, type Locator, type Page, test } from '@playwright/test'
import { complaints, expectAccessible } from './accessible'

const file = process.env.DANH_PILOT
const origin = process.env.DANH_PILOT_URL ?? ''
test.skip(!file, 'no replayed installation: see the head of this file')

type Printed = { demo_password: string; identities: { name: string; pin: string }[] }
async function superviseIn(page: Page, province: string) {
  const printed = JSON.parse(readFileSync(file as string, 'utf8')) as Printed
  const pin = printed.identities.find((one) => one.name === `${province}.supervisor`)?.pin ?? ''
  await page.goto(`${origin}/sign-in?next=/app/posts`)
  await page.getByLabel('Số định danh cá nhân').fill(pin)
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await page.getByLabel('Mật khẩu').fill(printed.demo_password)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await page.getByRole('radio').nth(1).check()
  await page.getByRole('button', { name: 'Tiếp tục với vai trò này' }).click()
  await page.goto(`${origin}/app/reports`)
  await page.getByLabel('Tính đến ngày').fill('2024-06-14')
  await expect(page.getByText(/^Tính đến ngày 14\/06\/2024 · Kỳ: 22\/04\/2024 – 14\/06\/2024 · Đơn vị: hồ sơ/)).toBeVisible()
}

/** The numbers of a table's rows by the row's name; what is not known is NaN. */
async function figures(table: Locator): Promise<Map<string, number[]>> {
  const rows = await table.locator('tbody tr').evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.split('\n')[0] ?? '')),
  )
  const value = (text: string) => Number.parseFloat(text.replaceAll('.', '').replace(',', '.'))
  return new Map(rows.map(([name, ...cells]) => [name as string, cells.map(value)]))
}
const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0)

const provinces = [
  { code: '01', name: 'Hà Nội', received: 22730, vneid: 11449, returned: 5811, buckets: [2887, 1924, 641, 287, 72], share: [50.37, 50.36] },
  { code: '46', name: 'Thừa Thiên Huế', received: 2782, vneid: 1954, returned: 1559, buckets: [889, 592, 50, 22, 6], share: [70.24, 70.23] },
]
for (const province of provinces)
  test(`${province.name}: what was published, what sums, and what nobody knows`, async ({ page }) => {
    const heard = complaints(page)
    await superviseIn(page, province.code)
    const channels = await figures(page.getByRole('table', { name: 'Tiếp nhận và trả kết quả theo kênh' }))
    expect(channels.get('VNeID')).toEqual([province.vneid, province.returned])
    expect(channels.get('Cộng')).toEqual([province.received, province.returned])
    const others = province.received - province.vneid
    expect(channels.get('Tại quầy')).toEqual([others, Number.NaN])
    await expect(page.getByText(`ngoài ra ${others.toLocaleString('vi-VN')} hồ sơ không rõ kết quả`).first()).toBeVisible()

    const lateness = await figures(page.getByRole('table', { name: /^Kết quả đã trả theo mức/ }))
    const levels = ['Sớm hạn', 'Đúng hạn', 'Muộn 1 ngày', 'Muộn 2–5 ngày', 'Muộn trên 5 ngày'].map((level) => lateness.get(level)?.[0] ?? Number.NaN)
    expect(levels).toEqual(province.buckets)
    expect([sum(levels), lateness.get('Cộng đã trả')?.[0]]).toEqual([province.returned, province.returned])
    expect(sum([...(lateness.get('Đang giải quyết') ?? []), province.returned])).toBe(province.vneid)

    const shares = await figures(page.getByRole('table', { name: 'Tỷ lệ tính từ số gốc' }))
    expect(shares.get('Nộp qua VNeID trên tổng số tiếp nhận')).toEqual(province.share)
    await expect(page.getByRole('heading', { name: 'Các giả định' })).toBeVisible()
    await expect(page.getByText('359 còn lại được chia')).toBeVisible()

    await page.getByText('Xem bảng số liệu').click()
    const days = await figures(page.getByRole('table', { name: 'Hồ sơ tiếp nhận theo ngày và kênh' }))
    expect(days.size).toBe(54)
    expect(sum([...days.values()].map((row) => row.at(-1) ?? 0))).toBe(province.received)

    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      for (const chart of await page.locator('.chart svg').all()) {
        const isWithin = async () => {
          const box = await chart.boundingBox()
          return box !== null && box.x >= 0 && box.x + box.width <= width
        }
        await expect.poll(isWithin, `a chart within ${width}, once it is drawn anew`).toBe(true)
      }
      await expectAccessible(page)
    }
    expect(heard).toEqual([])
  })
