import '../shared/base.css'
import './phone.css'
import { createApp } from 'vue'
import App from './App.vue'
import { begin } from './outbox'
import { i18n } from './words'

createApp(App).use(i18n).mount('#app')
begin()
// Without HTTPS there is no service worker, and so no use without a network; everything else works.
if ('serviceWorker' in navigator && import.meta.env.PROD) void navigator.serviceWorker.register('/sw.js', { scope: '/m' }).catch(() => undefined)
