/* An operator registers a relying party, reads it as the citizen will, switches it off and on; others have no way there. */
import { expect, test } from '@playwright/test'
import { expectAccessible } from './accessible'
import { actAs } from './people'
import { must, send } from './requests'

test('an operator registers a service, switches it off and issues another secret', async ({ page }) => {
  await actAs(page, 'operator')
  await page.goto('/app/clients')
  await expect(page.getByRole('navigation').getByRole('link', { name: 'Dịch vụ kết nối' })).toBeVisible()
  await page.getByRole('link', { name: 'Đăng ký dịch vụ mới' }).click()
  await page.getByLabel('Tên dịch vụ').fill('Thư viện thành phố')
  await page.getByLabel('Cơ quan, tổ chức chủ quản').fill('Sở Văn hóa')
  await page.getByLabel('Mục đích đăng nhập').fill('Làm thẻ bạn đọc')
  await page.getByLabel('Mã dịch vụ').fill('thu-vien-thanh-pho')
  await page.getByLabel('Địa chỉ trả lời').fill('http://elsewhere.example/cb')
  await page.getByRole('group', { name: 'Dữ liệu công dân đọc thấy' }).getByRole('checkbox').first().check()
  await page.getByLabel(/^Dùng để làm gì/).fill('In lên thẻ')
  await page.getByRole('button', { name: 'Đăng ký' }).click()
  await expect(page.getByRole('alert')).toContainText('Chỉ nhận địa chỉ https://')
  await expectAccessible(page)
  await page.getByLabel('Địa chỉ trả lời').fill('https://thuvien.example/cb')
  await page.getByRole('button', { name: 'Đăng ký' }).click()
  await expect(page.getByText('Chỉ hiện lần này')).toBeVisible()
  await expectAccessible(page)

  await page.goto('/app/clients/thu-vien-thanh-pho')
  await expect(page.getByText('In lên thẻ')).toBeVisible()
  await expect(page.getByText('Chỉ hiện lần này')).toHaveCount(0)
  await page.getByRole('button', { name: 'Ngừng kết nối' }).click()
  await expect(page.getByText('Đã ngừng')).toHaveCount(0)
  await page.getByRole('button', { name: 'Không, để nguyên' }).click()
  await page.getByRole('button', { name: 'Ngừng kết nối' }).click()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Ngừng ngay' }).click()
  await expect(page.getByText('Đã ngừng')).toBeVisible()
  await page.getByRole('button', { name: 'Cho kết nối lại' }).click()
  await page.getByRole('button', { name: 'Cấp mã bí mật mới' }).click()
  await page.getByRole('button', { name: 'Cấp mã mới' }).click()
  await expect(page.getByText('Chỉ hiện lần này')).toBeVisible()
  await expectAccessible(page)
})

test('an operator changes what citizens read, and what has no field stays', async ({ page }) => {
  await actAs(page, 'operator')
  await must(page, '/api/clients', {
    client_id: 'bao-tang',
    client_name: 'Bảo tàng',
    danh_owner: 'Sở Du lịch',
    danh_purpose: 'Bán vé',
    redirect_uris: ['https://baotang.example/cb'],
    token_endpoint_auth_method: 'client_secret_basic',
    danh_consent_days: 30,
  })
  await page.goto('/app/clients/bao-tang')
  await page.getByRole('link', { name: 'Sửa' }).click()
  await expect(page.getByLabel('Mục đích đăng nhập')).toHaveValue('Bán vé')
  await page.getByLabel('Mục đích đăng nhập').fill('')
  await page.getByRole('button', { name: 'Lưu thay đổi' }).click()
  await expect(page).toHaveURL(/\/edit$/)
  await page.getByLabel('Mục đích đăng nhập').fill('Bán vé theo tên')
  await page.getByLabel('Mục đích bằng tiếng Anh').fill('Tickets by name')
  await page.getByLabel('Địa chỉ trả lời').fill('http://elsewhere.example/cb')
  await page.getByRole('button', { name: 'Lưu thay đổi' }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await page.getByLabel('Địa chỉ trả lời').fill('https://baotang.example/tra-loi')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Lưu thay đổi' }).click()
  await expect(page.getByText('Bán vé theo tên · Tickets by name')).toBeVisible()
  await expect(page.getByText('https://baotang.example/tra-loi')).toBeVisible()
  const { body } = await send(page, 'GET', '/api/clients/bao-tang')
  expect((body.metadata as Record<string, unknown>).danh_consent_days).toBe(30)

  await page.goto('/app/clients/khong-co')
  await expect(page.getByText('Không có dịch vụ nào đăng ký với mã này')).toBeVisible()
})

test('a supervisor has no entry for it, and the address refuses', async ({ page }) => {
  await actAs(page, '01.supervisor')
  await expect(page.getByRole('link', { name: 'Dịch vụ kết nối' })).toHaveCount(0)
  await page.goto('/app/clients')
  await expect(page.getByRole('alert')).toBeVisible()
})
