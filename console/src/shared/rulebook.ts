import { shallowRef } from 'vue'
import { client, read, type Schemas } from './api'
import { pick } from './language'

type Item = { zh: string; en: string }

// What the API leaves to who shows it.
const own: Record<string, Record<string, Item>> = {
  clock_state: { running: { zh: '计时中', en: 'running' }, paused: { zh: '暂停中', en: 'paused' }, stopped: { zh: '已停止', en: 'stopped' } },
  photo_purpose: { before: { zh: '处置前', en: 'before' }, after: { zh: '处置后', en: 'after' }, verify: { zh: '核查', en: 'verification' }, supplement: { zh: '补充', en: 'supplement' } },
  unit_kind: {
    city: { zh: '市', en: 'city' }, county: { zh: '县、区', en: 'county' }, zone: { zh: '开发区', en: 'zone' }, street: { zh: '街道', en: 'street' }, town: { zh: '镇', en: 'town' }, township: { zh: '乡', en: 'township' },
    community: { zh: '社区', en: 'community' }, village: { zh: '行政村', en: 'village' }, grid: { zh: '网格', en: 'grid' }, centre_county: { zh: '县(区)中心', en: 'county centre' }, centre_township: { zh: '乡镇(街道)中心', en: 'township centre' }, department: { zh: '部门', en: 'department' },
  },
}

const tables = shallowRef<Record<string, Record<string, Item>>>({})
const units = shallowRef<Record<string, Schemas['OrgUnit']>>({})
const people = shallowRef<Record<string, Item>>({})

/** learn reads the names of codes, states and units, once for each sign-in. */
export async function learn() {
  const [codes, words, org] = await Promise.all([
    read(client.GET('/api/v1/codes', {})),
    read(client.GET('/api/v1/words', {})),
    read(client.GET('/api/v1/org/units', {})),
  ])
  const all: Record<string, Record<string, Item>> = {}
  for (const t of [...codes.items, ...words.tables]) {
    const items = t.items as (Item & { code: string; key?: string })[]
    all[t.name] = Object.fromEntries(items.map((i) => [i.key ?? i.code, i])) // answers hold the key, where there is one
  }
  tables.value = all
  units.value = Object.fromEntries(org.items.map((u) => [u.id, u]))
}

/** label names a code of a table, or one of the words of the machines. */
export function label(table: string, code?: string): string {
  if (!code) return ''
  const x = tables.value[table]?.[code] ?? own[table]?.[code]
  return x ? pick(x.zh, x.en) : code
}

export const table = (name: string) => tables.value[name] ?? {}

export function unit(id?: string): string {
  if (!id) return ''
  const u = units.value[id]
  return u ? pick(u.zh, u.en) : id
}

export const allUnits = () => Object.values(units.value)
export const unitOf = (id: string) => units.value[id]

/** person names an officer; meet asks for the names that are not known yet. */
export function person(username?: string): string {
  if (!username) return ''
  const x = people.value[username]
  return x ? pick(x.zh, x.en) : username
}

export async function meet(usernames: (string | undefined)[]) {
  const missing = [...new Set(usernames)].filter((u): u is string => !!u && !people.value[u]).slice(0, 100)
  if (!missing.length) return
  const found = await read(client.GET('/api/v1/org/people', { params: { query: { username: missing } } }))
  people.value = { ...people.value, ...Object.fromEntries(found.items.map((p) => [p.username, p])) }
}
