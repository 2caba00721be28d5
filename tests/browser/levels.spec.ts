/* Level 3: the page that asks for a face, on a narrow telephone and without script. */
import { expect, test } from '@playwright/test'
import { expectAccessible } from './accessible'
import { arrive, person, signIn } from './people'

test('a service that needs level 3 leads to the page that asks for a face, and on from there', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await signIn(page, 'elderly.hanoi')
  await page.goto('/sign-in?level=3&next=/app/security')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Xác nhận thêm một bước')
  const field = page.getByLabel('Ảnh khuôn mặt chụp ngay bây giờ')
  await expect(field).toHaveAttribute('capture', 'user')
  await expectAccessible(page)
  await page.screenshot({ path: test.info().outputPath('face.png'), fullPage: true })

  const shot = async (name: string) => ({
    name: 'toi.png',
    mimeType: 'image/png',
    buffer: await (await page.request.get(`/sign-up/drawn-portraits?pin=${person(name).pin}`)).body(),
  })
  await field.setInputFiles(await shot('citizen.hanoi'))
  await page.getByRole('button', { name: 'Gửi ảnh và xác nhận' }).click()
  await expect(page.getByRole('alert')).toContainText('Khuôn mặt không khớp')
  await expectAccessible(page)
  await page.screenshot({ path: test.info().outputPath('face_other.png'), fullPage: true })

  await page.getByLabel('Ảnh khuôn mặt chụp ngay bây giờ').setInputFiles(await shot('elderly.hanoi'))
  await page.getByRole('button', { name: 'Gửi ảnh và xác nhận' }).click()
  await arrive(page, '/app/security')
  expect((await (await page.request.get('/api/me/authenticators')).json()).level).toBe(3)
})

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false })
  test('the same page in English', async ({ page }) => {
    await signIn(page, 'digital.hanoi')
    await page.goto('/sign-in?level=3&lang=en&next=/app/security')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('One more step')
    await page.getByLabel('A picture of your face, taken now').setInputFiles({
      name: 'me.png',
      mimeType: 'image/png',
      buffer: await (await page.request.get(`/sign-up/drawn-portraits?pin=${person('digital.hanoi').pin}`)).body(),
    })
    await page.getByRole('button', { name: 'Send the picture' }).click()
    await arrive(page, '/app/security')
    expect((await (await page.request.get('/api/me/authenticators')).json()).amr).toEqual(['pwd', 'face', 'mfa'])
  })
})
