import { onScopeDispose, ref } from 'vue'

export interface Changed {
  no: string
  seq: number
}

type What = 'case' | 'session' | 'whistle' | 'notice' | 'reload'
type Heard = (what: What, data: Changed) => void
type Said = { kind: 'told'; what: What; data: Changed } | { kind: 'line'; there: boolean } | { kind: 'asks' }

const ears = new Set<Heard>()

/** connected tells whether news comes in by itself. */
export const connected = ref(false)

// A browser has six connections to a house by HTTP/1.1, and each live stream holds one: of many
// open tabs one listens for all and passes on what it hears. Which one is decided by a lock of
// the browser; when that tab goes the next one takes over. Where a browser has no locks (they
// need HTTPS or localhost), each tab listens for itself.
const others = 'BroadcastChannel' in window ? new BroadcastChannel('huajie.live') : undefined
const shared = !!others && 'locks' in navigator

let source: EventSource | undefined
let wanted = false
let missed = false // something may have happened while nobody listened
let hangUp: (() => void) | undefined // gives the lock back
let giveUp: AbortController | undefined // stops waiting for it

if (others)
  others.onmessage = ({ data }: MessageEvent<Said>) => {
    if (data.kind === 'asks') return source && say({ kind: 'line', there: connected.value })
    if (!wanted || source) return
    if (data.kind === 'line') connected.value = data.there
    else tell(data.what, data.data)
  }

const say = (x: Said) => shared && others?.postMessage(x)

function line(there: boolean) {
  connected.value = there
  say({ kind: 'line', there })
}

/** follow hears of every change; after a break everything is read anew. */
export function follow() {
  unfollow()
  wanted = true
  if (!shared) return listen()
  giveUp = new AbortController()
  say({ kind: 'asks' })
  void takeTurn(giveUp.signal).catch(() => undefined) // it was given up
}

/** takeTurn listens for all tabs: at once where none does yet, or when the one that does goes. */
async function takeTurn(signal: AbortSignal) {
  let free = false
  await navigator.locks.request('huajie.live', { ifAvailable: true }, (lock) => {
    free = !!lock
    return lock ? hold(false) : undefined
  })
  if (!free && !signal.aborted) await navigator.locks.request('huajie.live', { signal }, () => hold(true))
}

/** hold listens until the tab goes. */
function hold(takenOver: boolean): Promise<void> | undefined {
  if (!wanted) return undefined
  missed = takenOver
  listen()
  return new Promise((done) => (hangUp = done))
}

function listen() {
  source?.close()
  source = new EventSource('/api/v1/events')
  source.onopen = () => {
    line(true)
    if (missed) pass('reload', { no: '', seq: 0 })
    missed = false
  }
  source.onerror = () => {
    line(false)
    missed = true
    if (source?.readyState === EventSource.CLOSED) setTimeout(() => wanted && source && listen(), 5000)
  }
  for (const what of ['case', 'session', 'whistle', 'notice', 'reload'] as const)
    source.addEventListener(what, (e) => pass(what, JSON.parse((e as MessageEvent<string>).data)))
}

export function unfollow() {
  wanted = false
  giveUp?.abort()
  source?.close()
  source = giveUp = undefined
  hangUp?.()
  hangUp = undefined
  connected.value = false
}

// A page that was left is kept by the browser, and would keep its connection and the lock.
window.addEventListener('pagehide', () => {
  const was = wanted
  unfollow()
  wanted = was
})
window.addEventListener('pageshow', (e) => {
  if (!e.persisted || !wanted) return
  follow()
  tell('reload', { no: '', seq: 0 })
})

/** pass tells this tab and the others. */
function pass(what: What, data: Changed) {
  say({ kind: 'told', what, data })
  tell(what, data)
}

function tell(what: What, data: Changed) {
  for (const f of ears) f(what, data)
}

/** hear calls f of every change while the component lives. */
export function hear(f: Heard) {
  ears.add(f)
  onScopeDispose(() => ears.delete(f))
}

/** now is the time, told every half minute: what counts down moves. */
export const now = ref(Date.now())
setInterval(() => (now.value = Date.now()), 30000)
