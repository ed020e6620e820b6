import { locale, language } from './language'

// Every time is that of the house, wherever the browser stands.
const timeZone = 'Asia/Shanghai'

const parts = (o: Intl.DateTimeFormatOptions) => (at?: string | Date | null) =>
  at ? new Intl.DateTimeFormat(locale.value, { timeZone, hour12: false, ...o }).format(new Date(at)) : ''

export const day = parts({ year: 'numeric', month: '2-digit', day: '2-digit' })
/** formal is a date as official letters write it: 2026年11月27日. */
export const formal = parts({ year: 'numeric', month: 'long', day: 'numeric' })
export const moment = parts({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' })
export const brief = parts({ month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit' })
export const clock = parts({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
export const hours = parts({ hour: '2-digit', minute: '2-digit' })

/** today is the date of the house at a moment: 2026-11-26. */
export const today = (at = new Date()) => new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at)
export const weekday = parts({ month: 'long', day: 'numeric', weekday: 'long' })

/** span is a time in calendar terms, of which only the two greatest units are said. */
export function span(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60000)
  const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60]
  const zh = d ? `${d}天${h ? `${h}小时` : ''}` : h ? `${h}小时${m ? `${m}分` : ''}` : `${m}分钟`
  const en = d ? `${d} d${h ? ` ${h} h` : ''}` : h ? `${h} h${m ? ` ${m} min` : ''}` : `${m} min`
  return language.value === 'en' ? en : zh
}

/** until says how long it is to a moment, or how long ago it was. */
export function until(at: string | undefined, now: number): string {
  if (!at) return ''
  const left = new Date(at).getTime() - now
  if (language.value === 'en') return left >= 0 ? `${span(left)} left` : `${span(left)} late`
  return left >= 0 ? `还剩 ${span(left)}` : `逾期 ${span(left)}`
}

/** localInput is a moment as <el-date-picker> keeps it, and back. */
export const toZone = (local: string) => `${local}+08:00`
