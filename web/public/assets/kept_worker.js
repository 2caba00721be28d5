/* The app's own files for when no server answers, so that documents kept on this device can be shown (src/kept). It keeps no answer of the API
 * and nothing about anybody. Served with Service-Worker-Allowed: /app/. */
const shell = 'danh-shell'
const patience = 8000 // a server that is silent is away

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

async function keep(request, answer) {
  if (answer.ok && (await caches.has(shell))) await (await caches.open(shell)).put(request, answer.clone())
  return answer
}

/* A page of the server's own, such as its waiting room, is shown; what only says that nobody is there is not. */
async function page(request) {
  const kept = await caches.match('/app/')
  try {
    const answer = await fetch(request, kept ? { signal: AbortSignal.timeout(patience) } : {})
    const isPage = (answer.headers.get('Content-Type') ?? '').startsWith('text/html')
    return answer.status < 500 || isPage || !kept ? answer : kept
  } catch (failure) {
    if (kept) return kept
    throw failure
  }
}

async function file(request) {
  const kept = await caches.match(request)
  if (kept && /-[\w-]{8}\.\w+$/.test(new URL(request.url).pathname)) return kept // its name changes with its content
  try {
    return await keep(request, await fetch(request, kept ? { signal: AbortSignal.timeout(patience) } : {}))
  } catch (failure) {
    if (kept) return kept
    throw failure
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (pathname.startsWith('/assets/')) event.respondWith(file(request))
})
