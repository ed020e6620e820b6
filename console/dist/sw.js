// Keeps the phone's page for where there is no line. It never keeps an answer of the API.
const version = '32b6981da2e9'
const files = ["/m","/favicon.svg","/m.webmanifest","/assets/MapAway-8gI3lgq5.js","/assets/MapPick-BxB442q3.js","/assets/MapPick-v2OJcZiq.css","/assets/PlainField-B42fKrYV.js","/assets/PlainField-DgpdyOjE.css","/assets/Said-Co5LxlX6.css","/assets/Said-Wo93Xaxn.js","/assets/Shots-C2HJnsF7.js","/assets/Shots-CVxTRoQ4.css","/assets/_plugin-vue_export-helper-DB1OgSZj.js","/assets/api-CoTeCo8g.js","/assets/load-8lwElpHt.js","/assets/phone-BDAqLMCX.css","/assets/phone-BW_6XUVG.js","/assets/preload-helper-BB3LXGpw.js","/assets/preload-helper-DDpo8R55.css","/assets/rulebook-Bq_IIaHX.js","/assets/time-DTHm3wDj.js","/assets/upload-DB0R7Dea.js","/assets/words-BO6S1DOa.js","/assets/words-Dm0ineS2.css"]

self.addEventListener('install', (e) => e.waitUntil(caches.open(version).then((c) => c.addAll(files)).then(() => self.skipWaiting())))
self.addEventListener('activate', (e) => e.waitUntil(caches.keys().then((names) => Promise.all(names.filter((n) => n !== version).map((n) => caches.delete(n)))).then(() => self.clients.claim())))
self.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url)
  if (e.request.method !== 'GET' || url.origin !== location.origin || url.pathname.startsWith('/api/')) return
  if (e.request.mode === 'navigate') e.respondWith(fetch(e.request).catch(() => caches.match('/m')))
  else e.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(e.request)))
})
