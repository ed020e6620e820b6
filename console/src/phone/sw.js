// Keeps the phone's page for where there is no line. It never keeps an answer of the API.
const version = '__VERSION__'
const files = __FILES__

self.addEventListener('install', (e) => e.waitUntil(caches.open(version).then((c) => c.addAll(files)).then(() => self.skipWaiting())))
self.addEventListener('activate', (e) => e.waitUntil(caches.keys().then((names) => Promise.all(names.filter((n) => n !== version).map((n) => caches.delete(n)))).then(() => self.clients.claim())))
self.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url)
  if (e.request.method !== 'GET' || url.origin !== location.origin || url.pathname.startsWith('/api/')) return
  if (e.request.mode === 'navigate') e.respondWith(fetch(e.request).catch(() => caches.match('/m')))
  else e.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(e.request)))
})
