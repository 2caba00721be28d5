/* A person without an account: collected at the desk, approved by another officer, activated, signed in. */
import { expect, test } from '@playwright/test'
import { expectAccessible } from './accessible'
import { actAs, leave, openAct, openAtDesk, person, signIn } from './people'

const password = 'trang-soi-mat-ho-guom-26'
const passcode = '592038'
const phone = '0987612345'

test('from the desk to the first sign-in', async ({ page }) => {
  const enrolee = person('newcomer.hanoi')
  await actAs(page, '01.collector')
  await page.goto('/app/desk/enrolment')
  await expectAccessible(page)
  await page.getByLabel('Số định danh cá nhân').fill(enrolee.pin)
  await page.getByRole('button', { name: 'Tìm người' }).click()
  await expect(page.getByRole('heading', { name: enrolee.name })).toBeVisible()
  for (const check of ['Đã xem thẻ căn cước', 'Khuôn mặt khớp', 'Vân tay khớp'])
    await page.getByRole('checkbox', { name: new RegExp(check) }).check()
  await page.getByLabel('Số điện thoại chính chủ').fill(phone)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Thu nhận hồ sơ' }).click()
  await expect(page.getByRole('heading', { name: /^Đã thu nhận hồ sơ/ })).toBeVisible()
  const code = (await page.locator('.ds-alert .code').first().textContent()) ?? ''

  await actAs(page, '01.approver')
  await openAtDesk(page, code)
  await (await openAct(page, 'Phê duyệt')).getByRole('button', { name: 'Phê duyệt' }).click()
  await expect(page.getByRole('button', { name: 'Phê duyệt' })).toHaveCount(0)

  await leave(page)
  await page.goto('/app/demo-messages')
  const message = page.locator('li', { hasText: phone }).first()
  const activation = /\b\d{8}\b/.exec((await message.textContent()) ?? '')?.[0] ?? ''
  await expectAccessible(page)

  await page.goto('/activate')
  await page.getByLabel('Số định danh cá nhân').fill(enrolee.pin)
  await page.getByLabel('Mã một lần', { exact: true }).fill(activation)
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await page.getByLabel('Mật khẩu mới').fill(password)
  await page.getByLabel('Nhập lại mật khẩu').fill(password)
  await page.getByLabel('Mã bí mật mới').fill('123456')
  await page.getByLabel('Nhập lại mã bí mật').fill('123456')
  await page.getByRole('button', { name: 'Kích hoạt' }).click()
  await expect(page.getByText('Mã bí mật này dễ đoán')).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Mật khẩu mới').fill(password)
  await page.getByLabel('Nhập lại mật khẩu').fill(password)
  await page.getByLabel('Mã bí mật mới').fill(passcode)
  await page.getByLabel('Nhập lại mã bí mật').fill(passcode)
  await page.getByRole('button', { name: 'Kích hoạt' }).click()
  await page.getByRole('link', { name: 'Đăng nhập' }).first().click()

  await page.getByLabel('Số định danh cá nhân').fill(enrolee.pin)
  await page.getByRole('button', { name: 'Tiếp tục' }).click()
  await page.getByLabel('Mật khẩu').fill(password)
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`Xin chào, ${enrolee.name}`)
})

test('a child comes with a parent; the approver objects to a field, the collector mends it', async ({ page }) => {
  const child = person('citizen.hanoi.child')
  const parent = person('citizen.hanoi')
  const find = async () => {
    await page.goto('/app/desk/enrolment')
    await page.getByLabel('Số định danh cá nhân').fill(child.pin)
    await page.getByRole('button', { name: 'Tìm người' }).click()
    await expect(page.getByRole('heading', { name: child.name })).toBeVisible()
  }
  const collect = async () => {
    for (const check of ['Đã xem thẻ căn cước', 'Khuôn mặt khớp', 'Vân tay khớp'])
      await page.getByRole('checkbox', { name: new RegExp(check) }).check()
    await page.getByRole('button', { name: 'Thu nhận hồ sơ' }).click()
  }
  await signIn(page, 'citizen.hanoi')
  const number = await page.evaluate(async () => {
    const form = await (await fetch('/api/procedures/lltp/form')).json()
    return form.categories.find((one: { id: string }) => one.id === 'phone').input.suggestion as string
  })

  await actAs(page, '01.collector')
  await find()
  await page.getByLabel('Số định danh của cha, mẹ').fill(person('poor.hanoi').pin)
  await page.getByLabel('Số điện thoại chính chủ của cha, mẹ').fill('0987654399')
  await expectAccessible(page)
  await collect()
  await expect(page.getByText(/không ghi nhận người này là cha, mẹ/)).toBeVisible()
  await page.getByLabel('Số định danh của cha, mẹ').fill(parent.pin)
  await collect()
  await expect(page.getByText(/Phải dùng số điện thoại chính chủ của cha, mẹ/)).toBeVisible()
  await page.getByLabel('Số điện thoại chính chủ của cha, mẹ').fill(number)
  await collect()
  await expect(page.getByRole('heading', { name: /^Đã thu nhận hồ sơ/ })).toBeVisible()
  const code = (await page.locator('.ds-alert .code').first().textContent()) ?? ''

  await actAs(page, '01.approver')
  await openAtDesk(page, code)
  await expect(page.getByText(parent.name)).toBeVisible()
  const rejection = await openAct(page, 'Không phê duyệt')
  await rejection.getByRole('checkbox', { name: 'Ảnh khuôn mặt' }).check()
  await rejection.getByLabel('Lý do: Ảnh khuôn mặt').fill('Ảnh bị mờ, chụp lại')
  await expectAccessible(page)
  await rejection.getByRole('button', { name: 'Không phê duyệt' }).click()
  await expect(page.getByText('Ảnh bị mờ, chụp lại').first()).toBeVisible()

  await actAs(page, '01.collector')
  await find()
  await expect(page.getByRole('heading', { name: `Hồ sơ ${code} không được phê duyệt` })).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Số định danh của cha, mẹ').fill(parent.pin)
  await expect(page.getByLabel('Số điện thoại chính chủ của cha, mẹ')).toHaveValue(number)
  await collect()
  await expect(page.getByRole('heading', { name: /^Đã thu nhận hồ sơ/ })).toBeVisible()

  await signIn(page, 'citizen.hanoi', '/app/dossiers')
  await page.goto(`/app/dossiers/${code}`)
  await expect(page.getByText('Ảnh khuôn mặt: Ảnh bị mờ, chụp lại').first()).toBeVisible()
  await expectAccessible(page)
})
