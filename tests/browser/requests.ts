/* What a page would send by itself: for steps that another test already plays by hand. */
import { expect, type Page } from '@playwright/test'

type Answer = { status: number; body: Record<string, never> }
export function send(page: Page, method: string, path: string, body?: unknown): Promise<Answer> {
  return page.evaluate(
    async ([method, path, body]) => {
      const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() }
      const answer = await fetch(path as string, { method: method as string, headers, body: (body as string) || null })
      return { status: answer.status, body: await answer.json() }
    },
    [method, path, body ? JSON.stringify(body) : ''],
  )
}

export async function must(page: Page, path: string, body: unknown) {
  const answer = await send(page, 'POST', path, body)
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
  return answer.body as Record<string, any>
}

/** Applies as whoever is signed in, pays what is due, and gives the dossier's code. */
export async function apply(page: Page, subject = 'self'): Promise<string> {
  const request = { subject, certificate: 1, copies: 1 }
  const { payable } = await must(page, '/api/procedures/lltp/preview', request)
  const history = [{ from: '2010-09', to: null, place: 'Hà Nội', work: 'Giáo viên' }]
  const form = { procedure: 'lltp', ...request, purpose: 'Xin việc', ban_information: false, answers: { history }, consent: true }
  const { code } = await must(page, '/api/dossiers', { ...form, payable_shown: payable.value })
  if (payable.value > 0) await must(page, '/api/demo-bank/payments', { dossier_code: code, amount: payable.value })
  return code
}
