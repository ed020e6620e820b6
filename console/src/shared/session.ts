import { ref } from 'vue'
import { call, client, read, type Me, type Schemas } from './api'
import { follow, unfollow } from './live'
import { learn } from './rulebook'

export type SignedIn = Schemas['SignedIn']

/** me is who is signed in; undefined: nobody yet. */
export const me = ref<Me>()

export const has = (...roles: string[]) => !!me.value?.roles.some((r) => roles.includes(r))
/** sees tells whether somebody's offices open cases, or at least counts of them. */
export const sees = (what: 'cases' | 'counts') => me.value?.sees === 'cases' || me.value?.sees === what
export const myUnits = () => [...new Set(me.value?.offices.map((o) => o.unit) ?? [])]

/** home is the page somebody begins at: their work, or what they have instead of cases. */
export const home = () => (sees('cases') ? 'work' : has('sys_admin') ? 'accounts' : has('auditor') ? 'audit' : sees('counts') ? 'overdue' : 'organisation')

/** recall finds out who is signed in already. */
export async function recall(): Promise<Me | undefined> {
  const answer = await fetch('/api/v1/me')
  if (!answer.ok) return undefined
  return enter(await answer.json())
}

/** enter opens the house for somebody whose sign-in is complete. */
export async function enter(who: Me): Promise<Me | undefined> {
  if (who.next) return undefined
  await learn()
  me.value = who
  follow()
  return who
}

export const signIn = (username: string, password: string) => call<SignedIn>('POST', '/session', { username, password })
export const secondStep = (code: string) => call<SignedIn>('POST', '/session/second-factor', { code })

export async function signOut() {
  unfollow()
  await call('DELETE', '/session')
  me.value = undefined
}

export const reread = async () => enter(await read(client.GET('/api/v1/me', {})))
