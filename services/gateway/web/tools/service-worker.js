// Caches the page and its hashed files, so that Outlay opens offline and an open page outlives a deployment. API responses
// are never cached: they are personal data, and this cache belongs to the browser.
const assets = __ASSETS__
const entry = __ENTRY__
const cacheName = 'outlay-__VERSION__'
const shell = '/'

self.addEventListener('install', (event) => event.waitUntil(precache()))
self.addEventListener('activate', (event) => event.waitUntil(takeOver()))

async function precache() {
  const page = await fetch(shell, {cache: 'no-store'})
  // During a rolling deployment the page may be of the other version: then this is tried again at the next visit.
  if (!page.ok || !(await page.clone().text()).includes(entry)) throw new Error('The page is of another version.')
  const cache = await caches.open(cacheName)
  await cache.addAll(assets)
  await cache.put(shell, page)
}

async function takeOver() {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name.startsWith('outlay-') && name !== cacheName).map((name) => caches.delete(name)))
  await self.clients.claim()
}

self.addEventListener('fetch', (event) => {
  const {request} = event
  const {origin, pathname} = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (pathname.startsWith('/assets/')) event.respondWith(asset(request))
  else if (request.mode === 'navigate' && !/^[/](api|docs)([/]|$)/.test(pathname)) event.respondWith(page(request))
})

const asset = async (request) => (await caches.match(request)) ?? fetch(request)

async function page(request) {
  try {
    const answer = await fetch(request)
    if (answer.status < 500) return answer
    return (await caches.match(shell)) ?? answer
  } catch {
    return (await caches.match(shell)) ?? Response.error()
  }
}
