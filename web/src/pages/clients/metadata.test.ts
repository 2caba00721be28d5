import { expect, it } from 'vitest'
import { emptyFields, fieldsOf, metadataOf } from './metadata'

const registered = {
  client_id: 'thu-vien',
  client_name: 'Thư viện',
  'client_name#en': 'Library',
  danh_owner: 'Sở Văn hóa',
  danh_purpose: 'Làm thẻ bạn đọc',
  danh_profile: 'baseline',
  token_endpoint_auth_method: 'tls_client_auth',
  tls_client_auth_san_dns: 'thuvien.example',
  application_type: 'web',
  danh_acr_min: 2,
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: ['https://thuvien.example/cb', 'https://thuvien.example/cb2'],
  danh_attributes: [{ name: 'name', purpose: 'In lên thẻ', 'purpose#en': 'Printed on the card', required: true }],
}

it('gives back what was registered when nothing is changed, members without a field too', () => {
  expect(metadataOf(fieldsOf(registered), registered)).toEqual(registered)
})

it('takes a member away when its field is emptied', () => {
  const changed = metadataOf({ ...fieldsOf(registered), nameEn: '' }, registered)
  expect(changed).not.toHaveProperty('client_name#en')
  expect(changed.tls_client_auth_san_dns).toBe('thuvien.example')
})

it('asks for bound tokens where the profile needs them and nothing binds them yet', () => {
  const fapi = { ...emptyFields, profile: 'fapi2' }
  expect(metadataOf(fapi, {}).dpop_bound_access_tokens).toBe(true)
  expect(metadataOf(fapi, { tls_client_certificate_bound_access_tokens: true })).not.toHaveProperty(
    'dpop_bound_access_tokens',
  )
  expect(metadataOf(emptyFields, {})).not.toHaveProperty('dpop_bound_access_tokens')
})

it('keeps no address of a service nobody is led back to', () => {
  const ciba = ['urn:openid:params:grant-type:ciba']
  expect(metadataOf({ ...fieldsOf(registered), grants: ciba }, registered).redirect_uris).toEqual([])
})
