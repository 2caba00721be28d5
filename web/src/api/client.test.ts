import { afterEach, expect, it, vi } from 'vitest'
import { addressOf, api, Problem } from './client'

afterEach(() => vi.unstubAllGlobals())
const answers = (status: number, body: unknown, type = 'application/json') =>
  vi.stubGlobal(
    'fetch',
    vi.fn(
      async () =>
        new Response(body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body), {
          status,
          headers: { 'Content-Type': type },
        }),
    ),
  )

it('puts parameters into the path escaped and leaves empty queries out', () => {
  expect(addressOf('/api/wallet/{id}', { path: { id: 'a/b?c' } })).toBe('/api/wallet/a%2Fb%3Fc')
  expect(addressOf('/api/desk/people', { query: { pin: '001', purpose: undefined } })).toBe('/api/desk/people?pin=001')
  expect(addressOf('/api/me')).toBe('/api/me')
})

it('keeps a refusal’s code, words and fields', async () => {
  answers(
    422,
    {
      type: '/problems/input_invalid',
      title: 'Chưa hợp lệ',
      status: 422,
      code: 'input_invalid',
      errors: [{ path: '/copies', detail: 'Từ 1 đến 100' }],
    },
    'application/problem+json',
  )
  const problem = await api.get('/api/me').catch((failure: unknown) => failure)
  expect(problem).toBeInstanceOf(Problem)
  expect((problem as Problem).code).toBe('input_invalid')
  expect((problem as Problem).at('/copies')).toBe('Từ 1 đến 100')
  expect((problem as Problem).at('/purpose')).toBeUndefined()
})

it('makes a problem of an answer that is not JSON', async () => {
  answers(502, '<html>', 'text/html')
  await expect(api.get('/api/me')).rejects.toMatchObject({ status: 502, code: 'unavailable' })
})

it('says offline when nothing answers', async () => {
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => Promise.reject(new TypeError('failed'))),
  )
  await expect(api.get('/api/me')).rejects.toMatchObject({ code: 'offline' })
})

it('tells the app when the session has ended', async () => {
  const told = vi.fn()
  addEventListener('danh-signed-out', told)
  answers(401, { code: 'session_required', status: 401 })
  await api.get('/api/me').catch(() => undefined)
  expect(told).toHaveBeenCalledOnce()
  removeEventListener('danh-signed-out', told)
})

it('takes 204 as nothing', async () => {
  answers(204, undefined)
  await expect(api.post('/api/session/passcode', { body: { passcode: '246810' } })).resolves.toBeUndefined()
})
