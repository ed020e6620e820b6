// Keeps the phone's page for where there is no line. It never keeps an answer of the API.
const version = 'f1076b9cc1b6'
const files = ["/m","/favicon.svg","/m.webmanifest","/assets/MapAway-8gI3lgq5.js","/assets/MapPick-BgsMd5m9.css","/assets/MapPick-DoVdiQRC.js","/assets/PlainField-A_zEa0Mb.js","/assets/PlainField-B21jT2x3.css","/assets/Said-Co5LxlX6.css","/assets/Said-Wo93Xaxn.js","/assets/Shots-Bui0xLB9.js","/assets/Shots-CVxTRoQ4.css","/assets/_plugin-vue_export-helper-DB1OgSZj.js","/assets/api-FOMNpIfb.js","/assets/load-8lwElpHt.js","/assets/phone-CCeTfZno.css","/assets/phone-DRNCK0oy.js","/assets/preload-helper-BB3LXGpw.js","/assets/preload-helper-DDpo8R55.css","/assets/rulebook-CVPw2_aN.js","/assets/time-DTHm3wDj.js","/assets/upload-4Wv26gcG.js","/assets/words-B_y2ajok.js","/assets/words-Dm0ineS2.css"]

self.addEventListener('install', (e) => e.waitUntil(caches.open(version).then((c) => c.addAll(files)).then(() => self.skipWaiting())))
self.addEventListener('activate', (e) => e.waitUntil(caches.keys().then((names) => Promise.all(names.filter((n) => n !== version).map((n) => caches.delete(n)))).then(() => self.clients.claim())))
self.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url)
  if (e.request.method !== 'GET' || url.origin !== location.origin || url.pathname.startsWith('/api/')) return
  if (e.request.mode === 'navigate') e.respondWith(fetch(e.request).catch(() => caches.match('/m')))
  else e.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(e.request)))
})
