/* The one way to the server: typed by doc/api/openapi.yaml, refusals as Problem. Never stores anything. */
import type { components, paths } from './types'

export type Schemas = components['schemas']

/** A refusal the server put into words (RFC 9457), or one of our own: code `offline`. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string | null
  readonly errors: { path: string; detail: string }[]
  /** Of authentication, when more is asked for: out of urn:danh:acr:N. */
  readonly level: number
  constructor(body: Partial<Schemas['Problem']> & { status: number; code: string }) {
    super(body.title ?? body.code)
    this.status = body.status
    this.code = body.code
    this.detail = body.detail ?? null
    this.errors = body.errors ?? []
    this.level = Number(/^urn:danh:acr:([1-4])$/.exec(body.acr_values ?? '')?.[1] ?? 2)
  }
  /** The sentence for one field, by JSON Pointer. */
  at(path: string): string | undefined {
    return this.errors.find((e) => e.path === path)?.detail
  }
}

type Method = 'get' | 'post' | 'put' | 'delete'
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never
}[keyof paths]
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never
type JsonOf<R> = R extends { content: { 'application/json': infer J } } ? J : undefined
type Answer<O> = O extends { responses: infer R }
  ? R extends { 200: infer A }
    ? JsonOf<A>
    : R extends { 201: infer A }
      ? JsonOf<A>
      : undefined
  : never
type BodyOf<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? B : undefined

export interface Call<B> {
  path?: Record<string, string>
  query?: Record<string, string | number | undefined>
  headers?: Record<string, string>
  body?: B
  signal?: AbortSignal
}

/** `/api/dossiers/{code}` with its parameters put in. */
export function addressOf(template: string, call: Call<unknown> = {}): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(call.path?.[name] ?? ''))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(call.query ?? {}))
    if (value !== undefined && value !== '') query.set(name, String(value))
  return query.size > 0 ? `${path}?${query}` : path
}

let language = 'vi'
export function apiLanguage(value: string) {
  language = value
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    const body = (await answer.json()) as Schemas['Problem']
    return new Problem({ ...body, status: answer.status, code: body.code ?? `http_${answer.status}` })
  } catch {
    return new Problem({ status: answer.status, code: answer.status >= 500 ? 'unavailable' : `http_${answer.status}` })
  }
}

async function send(method: string, template: string, call: Call<unknown>): Promise<unknown> {
  const init: RequestInit = {
    method,
    credentials: 'same-origin',
    headers: { Accept: 'application/json', 'Accept-Language': language, ...call.headers },
  }
  if (call.body !== undefined) {
    init.headers = { ...init.headers, 'Content-Type': 'application/json' }
    init.body = JSON.stringify(call.body)
  }
  if (call.signal) init.signal = call.signal
  let answer: Response
  try {
    answer = await fetch(addressOf(template, call), init)
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === 'AbortError') throw failure
    throw new Problem({ status: 0, code: 'offline' })
  }
  return bodyOf(answer)
}

/** A step-up is asked for with 401 too [RFC 9470]: only whoever is signed out has to go. */
async function bodyOf(answer: Response): Promise<unknown> {
  if (answer.ok) return answer.status === 204 ? undefined : answer.json()
  const problem = await problemOf(answer)
  if (answer.status === 401 && problem.code !== 'insufficient_user_authentication')
    dispatchEvent(new Event('danh-signed-out'))
  if (problem.code === 'mandate_ended') dispatchEvent(new Event('danh-mandate-ended'))
  throw problem
}

/** A form with pictures. */
export async function sendForm<T>(path: string, form: FormData): Promise<T> {
  const headers = { Accept: 'application/json', 'Accept-Language': language }
  const answer = await fetch(path, { method: 'POST', credentials: 'same-origin', headers, body: form }).catch(() => {
    throw new Problem({ status: 0, code: 'offline' })
  })
  return (await bodyOf(answer)) as T
}

export const api = {
  get: <P extends PathOf<'get'>>(path: P, call: Call<never> = {}) =>
    send('GET', path, call) as Promise<Answer<Operation<P, 'get'>>>,
  post: <P extends PathOf<'post'>>(path: P, call: Call<BodyOf<Operation<P, 'post'>>>) =>
    send('POST', path, call) as Promise<Answer<Operation<P, 'post'>>>,
  put: <P extends PathOf<'put'>>(path: P, call: Call<BodyOf<Operation<P, 'put'>>>) =>
    send('PUT', path, call) as Promise<Answer<Operation<P, 'put'>>>,
  delete: <P extends PathOf<'delete'>>(path: P, call: Call<never> = {}) =>
    send('DELETE', path, call) as Promise<Answer<Operation<P, 'delete'>>>,
}
