import { ElMessageBox } from 'element-plus'
import { computed, ref, watch } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate, useRoute, useRouter } from 'vue-router'
import { call, client, newKey, read, type Schemas } from '../shared/api'
import { meet } from '../shared/rulebook'
import { has } from '../shared/session'

export type Draft = Schemas['DraftView']
export type Year = Schemas['RuleYear']
export type RuleFault = Schemas['RuleFault']

/** mayDraft tells whether the pages offer changes at all; what may be done is decided by the API. */
export const mayDraft = () => has('sys_admin')

/** useDraft is the draft a page shows, as the address has it; none: what is in force. */
export function useDraft() {
  const route = useRoute()
  const router = useRouter()
  const drafts = ref<Draft[]>([])
  const id = computed(() => Number(route.query.draft) || 0)
  const draft = ref<Draft>()
  async function reread() {
    const list = (await read(client.GET('/api/v1/rulebook/drafts', {}))).items
    drafts.value = list.filter((d) => ['drafting', 'submitted'].includes(d.state) || d.id === id.value)
    draft.value = list.find((d) => d.id === id.value)
    void meet(list.map((d) => d.drafted_by)).catch(() => undefined)
  }
  watch(id, () => (draft.value = drafts.value.find((d) => d.id === id.value)))
  const show = (to?: number) => router.replace({ query: { ...route.query, draft: to ? String(to) : undefined } })
  /** write changes the draft as it was last seen: where somebody else has changed it since, it is refused. */
  async function write(method: 'PUT' | 'DELETE', path: string, body?: unknown) {
    const d = draft.value
    if (!d) return
    draft.value = await call<Draft>(method, `/rulebook/drafts/${d.id}${path}`, body, { 'If-Match': `"${d.seq}"` })
    drafts.value = drafts.value.map((x) => (x.id === d.id ? draft.value! : x))
  }
  return { drafts, draft, id, reread, show, write }
}

export const openDraft = (title: string, from?: number) => call<Draft>('POST', '/rulebook/drafts', from ? { title, from } : { title }, { 'Idempotency-Key': newKey() })

/** keepUnsaved asks before a page with changes that are not saved is left, or shows something else. */
export function keepUnsaved(dirty: () => boolean, words: { ask: string; go: string; stay: string }) {
  const guard = () => !dirty() || ElMessageBox.confirm(words.ask, { confirmButtonText: words.go, cancelButtonText: words.stay }).then(() => true, () => false)
  onBeforeRouteLeave(guard)
  onBeforeRouteUpdate(guard)
}

/** Mark is what somebody has made of a day. */
export interface Mark { kind: 'off' | 'work'; name: string; nameEn: string }

/** marksOf spreads a year as it is stored over its days. */
export function marksOf(y: Year): Map<string, Mark> {
  const out = new Map<string, Mark>()
  for (const h of y.holidays) for (const d of daysFrom(h.from, h.to)) out.set(d, { kind: 'off', name: h.name, nameEn: h.name_en ?? '' })
  for (const w of y.workdays) out.set(w.date, { kind: 'work', name: '', nameEn: '' })
  return out
}

/** spansOf is what is stored of the marks: holidays of one name that follow each other are one. */
export function spansOf(marks: Map<string, Mark>) {
  const holidays: { name: string; name_en?: string; from: string; to: string }[] = []
  const workdays: { date: string }[] = []
  for (const d of [...marks.keys()].sort()) {
    const m = marks.get(d)!
    const last = holidays.at(-1)
    if (m.kind === 'work') workdays.push({ date: d })
    else if (last && last.name === m.name && after(last.to) === d) last.to = d
    else holidays.push({ name: m.name, ...(m.nameEn ? { name_en: m.nameEn } : {}), from: d, to: d })
  }
  return { holidays, workdays }
}

const text = (d: Date) => d.toISOString().slice(0, 10)
/** after is the day after one. Days are counted in UTC, where each has 24 hours. */
export const after = (d: string, n = 1) => text(new Date(Date.parse(`${d}T00:00:00Z`) + n * 86_400_000))
export const weekdayOf = (d: string) => (new Date(`${d}T00:00:00Z`).getUTCDay() + 6) % 7 // Monday is 0

export function daysFrom(from: string, to: string): string[] {
  const out = [from]
  while (out.at(-1)! < to && out.length < 62) out.push(after(out.at(-1)!))
  return out
}
