import type { Field, Schemas } from '../shared/api'
import { pick } from '../shared/language'

export type RowSheet = Schemas['RuleRows']['sheet']
export type RuleRow = Schemas['RuleRow']
export type RowField = Schemas['RuleField']

// What a table shows of its rows; the form shows all.
const shown: Record<RowSheet, string[]> = {
  duty: ['category', 'start', 'lead', 'next', 'assist', 'linkage', 'basis'],
  laws: ['zh', 'en', 'tag', 'check', 'name'],
  departments: ['zh', 'en', 'short', 'org_kind', 'presence', 'emergency', 'aliases'],
  organs: ['zh', 'en', 'short', 'org_kind', 'aliases'],
  counties: ['zh', 'en', 'code', 'pop_2020'],
  townships: ['zh', 'en', 'code', 'kind', 'aliases'],
  settlements: ['zh', 'en', 'suffix', 'kind', 'verified'],
  codes: ['zh', 'en', 'code', 'parent', 'note_zh', 'blocked'],
}

export const columnsOf = (sheet: RowSheet, fields: RowField[]) => shown[sheet].flatMap((n) => fields.filter((f) => f.name === n))

/** said is a value as a person reads it. */
export function said(f: RowField | undefined, v: unknown): string {
  if (!f || v === undefined || v === null || v === '' || v === 0) return ''
  const one = (x: unknown) => {
    const o = f.choices?.find((c) => c.value === x)
    return o ? `${f.name === 'category' ? `${o.value} ` : ''}${pick(o.zh, o.en)}` : String(x)
  }
  if (Array.isArray(v)) return v.map(one).join(pick('、', ', '))
  if (typeof v === 'boolean') return v ? '✓' : ''
  return one(v)
}

/** inputOf makes a field of a row one of a form. What is above a code is chosen among those of its table. */
export function inputOf(f: RowField, sheet: RowSheet, group: string, rows: RuleRow[]): Field {
  const above = sheet === 'codes' && f.name === 'parent'
  const choices = above ? rows.filter((r) => r.group === group && !r.values.parent).map((r) => ({ value: String(r.values.code), zh: `${r.values.code} ${r.values.zh}`, en: `${r.values.code} ${r.values.en}` })) : f.choices
  const named = f.name === 'category' ? choices?.map((c) => ({ ...c, zh: `${c.value} ${c.zh}`, en: `${c.value} ${c.en}` })) : choices
  return { ...f, type: above ? 'choice' : f.type, choices: named } as unknown as Field
}

/** same tells whether two values are: nothing and an empty one are, too. */
export const same = (a: unknown, b: unknown) => JSON.stringify(empty(a) ? '' : a) === JSON.stringify(empty(b) ? '' : b)
const empty = (v: unknown) => v === undefined || v === null || v === '' || v === false || v === 0 || (Array.isArray(v) && !v.length)

/** formFor is the page on which rows of a file are changed by a form. */
export function formFor(file: string): { name: string; sheet: RowSheet } | undefined {
  if (file === 'duty.yaml') return { name: 'rules-duty', sheet: 'duty' }
  if (file === 'departments.yaml') return { name: 'rules-units', sheet: 'departments' }
  if (file === 'org.yaml') return { name: 'rules-units', sheet: 'townships' }
  if (file === 'communities.yaml') return { name: 'rules-units', sheet: 'settlements' }
  return file.startsWith('codes') ? { name: 'rules-codes', sheet: 'codes' } : undefined
}
