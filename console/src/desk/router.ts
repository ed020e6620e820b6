import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { home, me, recall } from '../shared/session'

const routes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignIn.vue'), meta: { open: true } },
  { path: '/', name: 'work', component: () => import('./pages/Work.vue') },
  { path: '/list', name: 'list', component: () => import('./pages/List.vue') },
  { path: '/cases/:no', name: 'case', component: () => import('./pages/Case.vue'), props: true },
  { path: '/sessions', name: 'sessions', component: () => import('./pages/Sessions.vue') },
  { path: '/sessions/:no', name: 'session', component: () => import('./pages/Session.vue'), props: true },
  { path: '/whistles', name: 'whistles', component: () => import('./pages/Whistles.vue') },
  { path: '/whistles/:no', name: 'whistle', component: () => import('./pages/Whistle.vue'), props: true },
  { path: '/intake', name: 'intake', component: () => import('./pages/Intake.vue') },
  { path: '/overdue', name: 'overdue', component: () => import('./pages/Overdue.vue') },
  { path: '/notices', name: 'notices', component: () => import('./pages/Notices.vue') },
  { path: '/exports', name: 'exports', component: () => import('./pages/Exports.vue') },
  { path: '/organisation', name: 'organisation', component: () => import('./pages/Organisation.vue') },
  { path: '/grids', name: 'grids', component: () => import('./pages/Grids.vue') },
  { path: '/audit', name: 'audit', component: () => import('./pages/Audit.vue') },
  { path: '/rules', name: 'rules', component: () => import('./pages/rules/Rules.vue') },
  { path: '/rules/calendar', name: 'rules-calendar', component: () => import('./pages/rules/Calendar.vue') },
  { path: '/rules/policy', name: 'rules-policy', component: () => import('./pages/rules/Policy.vue') },
  { path: '/rules/duty', name: 'rules-duty', component: () => import('./pages/rules/Rows.vue'), props: { sheets: ['duty', 'laws'] } },
  { path: '/rules/units', name: 'rules-units', component: () => import('./pages/rules/Rows.vue'), props: { sheets: ['departments', 'organs', 'counties', 'townships', 'settlements'] } },
  { path: '/rules/codes', name: 'rules-codes', component: () => import('./pages/rules/Rows.vue'), props: { sheets: ['codes'] } },
  { path: '/rules/files', name: 'rules-files', component: () => import('./pages/rules/Files.vue') },
  { path: '/rules/drafts/:id', name: 'rules-draft', component: () => import('./pages/rules/Draft.vue'), props: true },
  { path: '/account', name: 'account', component: () => import('./pages/Account.vue') },
  { path: '/rechecks', name: 'rechecks', component: () => import('./pages/Rechecks.vue') },
  { path: '/accounts', name: 'accounts', component: () => import('./pages/Accounts.vue') },
  { path: '/accounts/:username', name: 'account-of', component: () => import('./pages/AccountOf.vue'), props: true },
  { path: '/account-requests', name: 'requests', component: () => import('./pages/Requests.vue') },
  { path: '/:rest(.*)', name: 'nowhere', component: () => import('./pages/Nowhere.vue') },
]

export const router = createRouter({ history: createWebHistory(), routes, scrollBehavior: (_to, _from, kept) => kept ?? { top: 0 } })

let asked = false

router.beforeEach(async (to) => {
  if (!me.value && !asked) {
    asked = true
    await recall().catch(() => undefined)
  }
  if (!me.value && !to.meta.open) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  if (me.value && (to.meta.open || to.name === 'work') && to.name !== home()) return { name: home() }
  return true
})
