import { openDB, type DBSchema } from 'idb'
import { ref } from 'vue'
import { call, newKey, Refused, type Problem, type Schemas, type Values } from '../shared/api'
import { me } from '../shared/session'
import { upload, type Captured } from '../shared/upload'

// What a member has reported and the house has not yet taken. The key and the ids of the photos
// are made when a report is saved, and kept for every try: whatever is lost on the way, it is one
// event and three photos. A report leaves the phone's care only when it was stored, or by hand.

export interface Photo {
  id: string
  blob: Blob
  captured: Captured
  sent?: boolean
}

export interface Report {
  key: string
  user: string
  made: number
  body: Values
  photos: Photo[]
  state: 'waiting' | 'fix' | 'done'
  no?: string
  problem?: Problem
}

interface Point {
  at: string
  lat: number
  lon: number
  accuracy?: number
  speed?: number
}

/** An update of the grid's data; its id is made once and sent with every try. */
interface Update {
  id: string
  user: string
  input: Values
}

interface Kept extends DBSchema {
  updates: { key: string; value: Update }
  reports: { key: string; value: Report }
  points: { key: string; value: Point & { user: string } }
}

const db = openDB<Kept>('huajie', 2, {
  upgrade(d, from) {
    if (from < 1) {
      d.createObjectStore('reports', { keyPath: 'key' })
      d.createObjectStore('points', { keyPath: 'at' })
    }
    d.createObjectStore('updates', { keyPath: 'id' })
  },
  blocking: (_, __, event) => (event.target as IDBDatabase).close(), // a newer page waits for it
})

export const reports = ref<Report[]>([])
export const online = ref(navigator.onLine)
export const sending = ref('')
export const pointsWaiting = ref(0)
export const updatesWaiting = ref(0)

const mine = <T extends { user: string }>(all: T[]) => all.filter((x) => x.user === me.value?.username)

export async function refresh() {
  const d = await db
  reports.value = mine(await d.getAll('reports')).sort((a, b) => b.made - a.made)
  pointsWaiting.value = mine(await d.getAll('points')).length
  updatesWaiting.value = mine(await d.getAll('updates')).length
}

/** save keeps a report on the phone, whether or not there is a line, and starts sending. */
export async function save(body: Values, photos: Photo[]) {
  const d = await db
  // What a page watches cannot be stored; its plain copy can.
  await d.put('reports', { key: newKey(), user: me.value?.username ?? '', made: Date.now(), body: JSON.parse(JSON.stringify(body)), photos, state: 'waiting' })
  void navigator.storage?.persist?.()
  await refresh()
  void deliver()
}

export async function drop(key: string) {
  await (await db).delete('reports', key)
  await refresh()
}

let busy = false

/** deliver sends what waits, oldest first; what the house refuses waits for the member. */
export async function deliver(again?: string) {
  if (busy || !me.value) return
  busy = true
  const d = await db
  try {
    for (const r of mine(await d.getAll('reports')).sort((a, b) => a.made - b.made)) {
      if (r.state !== 'waiting' && r.key !== again) continue
      sending.value = r.key
      if (!(await deliverOne(r))) break
      await refresh()
    }
    await deliverUpdates()
    await deliverPoints()
  } finally {
    busy = false
    sending.value = ''
    await refresh()
  }
}

/** deliverOne tells whether it makes sense to go on with the next. */
async function deliverOne(r: Report): Promise<boolean> {
  const d = await db
  try {
    for (const p of r.photos.filter((x) => !x.sent)) {
      // Taken on the spot, and sent later than the house calls fresh: said as it is.
      const late = Date.now() - r.made > 60000 && p.captured.source === 'live'
      await upload(p.blob, late ? { ...p.captured, source: 'offline' } : p.captured, p.id)
      p.sent = true
      await d.put('reports', r)
    }
    const answer = await call<Schemas['Registered']>('POST', '/grid-events', { ...r.body, photos: r.photos.map((p) => p.id) }, { 'Idempotency-Key': r.key })
    await d.put('reports', { ...r, state: 'done', no: answer.no, photos: [], problem: undefined })
    return true
  } catch (e) {
    if (e instanceof Refused && e.status >= 400 && e.status < 500 && ![401, 408, 429].includes(e.status)) {
      await d.put('reports', { ...r, state: 'fix', problem: e.problem })
      return true
    }
    return false // no line, or the house is away: later
  }
}

/** track keeps a point of a patrol until it is stored. */
export async function track(p: Point) {
  await (await db).put('points', { ...p, user: me.value?.username ?? '' })
  pointsWaiting.value++
  if (pointsWaiting.value >= 10) void deliver()
}

async function deliverPoints() {
  const d = await db
  const all = mine(await d.getAll('points'))
  for (let i = 0; i < all.length; i += 200) {
    const batch = all.slice(i, i + 200)
    await call('POST', '/field/tracks', { points: batch.map(({ user: _, ...p }) => ({ ...p, offline: Date.now() - new Date(p.at).getTime() > 120000 })) })
    for (const p of batch) await d.delete('points', p.at)
  }
}

/** note keeps an update until it is stored. It tells what the house objects to, if it answers. */
export async function note(input: Values): Promise<Problem | undefined> {
  const id = newKey()
  await (await db).put('updates', { id, user: me.value?.username ?? '', input: { ...input, at: new Date().toISOString() } })
  await refresh()
  return (await deliverUpdates().catch(() => new Map<string, Problem>())).get(id)
}

/** deliverUpdates sends what waits as one batch, and tells what was refused: that would be
 * refused again, and does not wait. */
async function deliverUpdates(): Promise<Map<string, Problem>> {
  const d = await db
  const refused = new Map<string, Problem>()
  const all = mine(await d.getAll('updates')).slice(0, 100)
  if (!all.length) return refused
  const answer = await call<Schemas['Synced']>('POST', '/field/sync', { commands: all.map((u) => ({ id: u.id, kind: 'update', input: u.input })) })
  for (const r of answer.results) {
    if (r.status >= 500 || r.status === 401 || r.status === 429) continue
    if (r.problem) refused.set(r.id, r.problem as Problem)
    await d.delete('updates', r.id)
  }
  await refresh()
  return refused
}

const quietly = () => void deliver().catch(() => undefined)

/** begin sends whenever there is reason to hope. */
export function begin() {
  window.addEventListener('online', () => {
    online.value = true
    quietly()
  })
  window.addEventListener('offline', () => (online.value = false))
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && quietly())
  setInterval(quietly, 30000)
}
