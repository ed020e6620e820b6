import createClient from 'openapi-fetch'
import type { components, paths } from './schema'
import { language, pick } from './language'

export type Schemas = components['schemas']
export type Row = Schemas['ViewRow']
export type CaseView = Schemas['ViewCaseView']
export type Action = Schemas['Action']
export type Field = Schemas['Field']
export type Entry = Schemas['Entry']
export type ClockView = Schemas['ViewClockView']
export type Me = Schemas['Me']
export type Problem = Schemas['Problem']
export type Fault = Schemas['FieldFault']
export type Values = Record<string, unknown>

/** asked are the inputs of a form that are asked for, as far as it is filled in. */
export const asked = (fields: Field[], values: Values) => fields.filter((f) => !f.when || values[f.when] === true)

/** Refused is an answer that is no result, with what a person is told of it. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(pick(problem.detail_zh, problem.detail_en) || pick(problem.title_zh, problem.title_en))
  }
  get status() {
    return this.problem.status
  }
}

const away: Problem = {
  type: 'urn:huajie:problem:away', code: 'away', reason: 'no_answer', status: 0, request_id: '', title: '', detail: '',
  title_zh: '暂时连不上服务器', title_en: 'The server does not answer',
  detail_zh: '请检查网络后重试,已填写的内容不会丢失', detail_en: 'Check the network and try again; what you have written is kept',
}

let comeIn: (() => Promise<void>) | undefined

/** whenSignedOut says how somebody whose session has ended signs in again without leaving the page. */
export function whenSignedOut(f: () => Promise<void>) {
  comeIn = f
}

async function ask(input: Request): Promise<Response> {
  input.headers.set('Accept-Language', language.value === 'en' ? 'en' : 'zh-CN')
  const again = input.clone()
  let answer: Response
  try {
    answer = await fetch(input)
  } catch {
    throw new Refused(away)
  }
  if (answer.status === 401 && comeIn && !input.url.endsWith('/session')) {
    await comeIn()
    return ask(again)
  }
  return answer
}

const base = '/api/v1'
// Lists go as the document says: one parameter, its values separated by commas.
export const client = createClient<paths>({ baseUrl: '/', fetch: ask, querySerializer: { array: { style: 'form', explode: false } } })

/** read gives the data of an answer, or throws what it says instead. */
export async function read<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer
  if (!response.ok) throw refusal(error, response)
  return data as T
}

function refusal(body: unknown, response: Response): Refused {
  const p = body as Problem | undefined
  return new Refused(p?.code ? p : { ...away, status: response.status })
}

/** call is for addresses that are only known at run time: steps. */
export async function call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const answer = await ask(new Request(base + path, {
    method, body: body === undefined ? undefined : JSON.stringify(body),
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
  }))
  const text = await answer.text()
  const data = text ? JSON.parse(text) : undefined
  if (!answer.ok) throw refusal(data, answer)
  return data as T
}

/** step takes one step. The key is made when the form is opened and kept for every try, so that
 * a step whose answer was lost is not taken twice. */
export function step<T>(of: 'cases' | 'sessions' | 'whistles', no: string, action: string, input: Values, key: string, seq?: number): Promise<T> {
  return call('POST', `/${of}/${no}/actions/${action}`, input, { 'Idempotency-Key': key, ...(seq === undefined ? {} : { 'If-Match': `"${seq}"` }) })
}

export const newKey = (): string => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')
