/* Documents that their holder chose to keep on this device: sealed with AES-GCM under a key that the browser uses and never gives out, in IndexedDB.
 * Nothing is kept that was not asked for; signing out, or somebody else signing in, removes everything. */
import { addressOf, api, type Schemas } from '../api/client'

export type KeptDocument = {
  owner: string
  kept_at: string
  document: Schemas['Document']
  verification: Schemas['Verification'] | null
  qr: string
  pdf: string // base64
}
type Row = { id: string; iv: Uint8Array<ArrayBuffer>; sealed: ArrayBuffer }

const name = 'danh-kept'
const shell = 'danh-shell'
const encoder = new TextEncoder()

export const canKeep = () => globalThis.isSecureContext && 'indexedDB' in globalThis && 'serviceWorker' in navigator

const done = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => {
    request.result.createObjectStore('key')
    request.result.createObjectStore('documents', { keyPath: 'id' })
  }
  return done(request)
}

async function withStore<T>(
  store: 'key' | 'documents',
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
) {
  const database = await open()
  try {
    return await done(act(database.transaction(store, mode).objectStore(store)))
  } finally {
    database.close()
  }
}

async function keyOf(make: boolean): Promise<CryptoKey | undefined> {
  const known = (await withStore('key', 'readonly', (store) => store.get('sealing'))) as CryptoKey | undefined
  if (known || !make) return known
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  await withStore('key', 'readwrite', (store) => store.put(key, 'sealing'))
  return key
}

/** The id is bound to the content: a row moved to another id does not open. */
const sealing = (row: Pick<Row, 'id' | 'iv'>) => ({
  name: 'AES-GCM',
  iv: row.iv,
  additionalData: encoder.encode(row.id),
})

async function seal(key: CryptoKey, kept: KeptDocument): Promise<Row> {
  const row = { id: kept.document.id, iv: crypto.getRandomValues(new Uint8Array(12)) }
  return { ...row, sealed: await crypto.subtle.encrypt(sealing(row), key, encoder.encode(JSON.stringify(kept))) }
}

/** What cannot be opened any more is no document. */
async function unseal(key: CryptoKey, row: Row): Promise<KeptDocument | undefined> {
  try {
    return JSON.parse(
      new TextDecoder().decode(await crypto.subtle.decrypt(sealing(row), key, row.sealed)),
    ) as KeptDocument
  } catch {
    return undefined
  }
}

export async function keptDocuments(): Promise<KeptDocument[]> {
  if (!canKeep()) return []
  const key = await keyOf(false)
  if (!key) return []
  const rows = (await withStore('documents', 'readonly', (store) => store.getAll())) as Row[]
  const all = await Promise.all(rows.map((row) => unseal(key, row)))
  return all.filter((kept) => kept !== undefined)
}

export const isKept = async (id: string) =>
  canKeep() && (await withStore('documents', 'readonly', (store) => store.count(id))) > 0

function base64(bytes: ArrayBuffer): string {
  let text = ''
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte)
  return btoa(text)
}
export const bytesOf = (kept: KeptDocument) => Uint8Array.from(atob(kept.pdf), (character) => character.charCodeAt(0))

async function fetched(path: string): Promise<Response> {
  const answer = await fetch(path, { credentials: 'same-origin' })
  if (!answer.ok) throw new Error(`${answer.status}`)
  return answer
}

/** The document as it is now, with its file, its code and what checking it says. */
export async function keepDocument(document: Schemas['Document'], owner: string) {
  const path = { id: document.id }
  const [pdf, qr, verification] = await Promise.all([
    fetched(addressOf('/api/wallet/{id}/pdf', { path })).then((answer) => answer.arrayBuffer()),
    fetched(addressOf('/api/wallet/{id}/qr.svg', { path })).then((answer) => answer.text()),
    api.get('/api/wallet/{id}/verification', { path }).catch(() => null),
  ])
  const kept = { owner, kept_at: new Date().toISOString(), document, verification, qr, pdf: base64(pdf) }
  const key = await keyOf(true)
  if (!key) throw new Error('no key')
  const row = await seal(key, kept)
  await withStore('documents', 'readwrite', (store) => store.put(row))
  const worker = await import('pdfjs-dist/build/pdf.worker.min.mjs?url')
  await keepShell([worker.default])
}

export const dropDocument = (id: string) => withStore('documents', 'readwrite', (store) => store.delete(id))

/** The files of the app that this page has read, so that the same page comes up without a server. */
async function keepShell(more: string[] = []) {
  const read = performance.getEntriesByType('resource').map((entry) => new URL(entry.name))
  const files = read.filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith('/assets/'))
  const cache = await caches.open(shell)
  await cache.addAll([...new Set(['/app/', ...files.map(({ pathname }) => pathname), ...more])])
}

/** After signing in: without a server the app says at least what it has. */
export async function prepareKept(owner: string) {
  if (!canKeep()) return
  if ((await keptDocuments()).some((kept) => kept.owner !== owner)) await forgetKept()
  await navigator.serviceWorker.register('/assets/kept_worker.js', { scope: '/app/' })
  await keepShell()
}

/** Everything of this origin that the app has put on the device. */
export async function forgetKept() {
  if (!canKeep()) return
  await done(indexedDB.deleteDatabase(name))
  await caches.delete(shell)
  for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister()
}
