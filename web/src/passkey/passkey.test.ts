import { afterEach, expect, test, vi } from 'vitest'
import { createPasskey, fromBase64Url, PasskeyError, passkeysAreSupported, toBase64Url, usePasskey } from './passkey'

class FakeCredential {
  id = 'AQID'
  rawId = new Uint8Array([1, 2, 3]).buffer
  type = 'public-key'
  authenticatorAttachment = 'platform'
  constructor(readonly response: unknown) {}
  getClientExtensionResults = () => ({ credProps: { rk: true } })
}

function browser(container: Partial<CredentialsContainer>) {
  vi.stubGlobal('PublicKeyCredential', FakeCredential)
  vi.stubGlobal('navigator', { credentials: container })
}

afterEach(() => vi.unstubAllGlobals())

test('bytes go through base64url and back, without padding', () => {
  const bytes = new Uint8Array([251, 255, 0, 62, 63])
  expect(toBase64Url(bytes)).toBe('-_8APj8')
  expect([...fromBase64Url('-_8APj8')]).toEqual([...bytes])
})

test('a passkey is made from options in JSON and answered in JSON', async () => {
  const create = vi.fn(async () => {
    const bytes = new Uint8Array([9]).buffer
    return new FakeCredential({ clientDataJSON: bytes, attestationObject: bytes, getTransports: () => ['internal'] })
  })
  browser({ create } as unknown as CredentialsContainer)
  const answer = JSON.parse(
    await createPasskey({
      challenge: 'AQ',
      rp: { name: 'Danh' },
      user: { id: 'Ag', name: '0', displayName: 'An' },
      pubKeyCredParams: [],
      excludeCredentials: [{ id: 'Aw', type: 'public-key' }],
    }),
  )
  const [[asked]] = create.mock.calls as unknown as [[{ publicKey: PublicKeyCredentialCreationOptions }]]
  expect([...(asked.publicKey.challenge as Uint8Array)]).toEqual([1])
  expect([...(asked.publicKey.user.id as Uint8Array)]).toEqual([2])
  expect(asked.publicKey.excludeCredentials).toMatchObject([{ id: new Uint8Array([3]) }])
  expect(answer).toMatchObject({ id: 'AQID', rawId: 'AQID', clientExtensionResults: { credProps: { rk: true } } })
  expect(answer.response).toEqual({ clientDataJSON: 'CQ', attestationObject: 'CQ', transports: ['internal'] })
})

test.each([
  ['NotAllowedError', 'cancelled'],
  ['InvalidStateError', 'exists'],
  ['SecurityError', 'unsupported'],
  ['UnknownError', 'failed'],
])('a browser that says %s is a failure of kind %s', async (name, failure) => {
  browser({ get: async () => Promise.reject(new DOMException('', name)) } as unknown as CredentialsContainer)
  await expect(usePasskey({ challenge: 'AQ' })).rejects.toEqual(new PasskeyError(failure as PasskeyError['failure']))
})

test('a browser without passkeys is told apart', async () => {
  expect(passkeysAreSupported()).toBe(false)
  await expect(usePasskey({ challenge: 'AQ' })).rejects.toMatchObject({ failure: 'unsupported' })
})
