import { has, myUnits } from '../shared/session'

export type Query = Record<string, string | string[] | number | boolean | undefined>

export interface Group {
  name: string
  query: Query
}

const atWork = ['local_resolving', 'signed', 'handling', 'rework', 'joint_resolving', 'leader_resolving', 'disposing', 'self_closing']
const disputed = ['adjudicating', 'return_pending']

/** groups are what waits for whoever is signed in: which states of which cases mean work of which
 * sort. Who looks after a whole area watches it; a leader sees what has climbed to them; who
 * handles sees what is theirs; everybody else what is with their unit. */
export function groups(): Group[] {
  const sign = { name: 'sign', query: { awaiting: 'me' } }
  const mine = { name: 'mine', query: { open: 'true', first_responder: 'me' } }
  if (has('supervisor', 'city_supervisor')) return [...watched(), sign, mine]
  const unit = myUnits()
  const centre = has('dispatcher', 'centre_director', 'centre_duty_leader')
  const own = has('dept_handler', 'mediator', 'county_leader') && !has('dept_liaison', 'dept_leader') ? { assigned_to: 'me' } : { unit }
  const decide = has('county_leader') ? { state: ['leader_resolving', 'adjudicating'] } : centre ? { state: [...disputed, 'joint_resolving'] } : { state: disputed, unit }
  return [
    { name: 'unsigned', query: { state: ['dispatched'], unit } },
    { name: 'hand', query: { state: atWork, ...own } },
    { name: 'triage', query: { state: ['registered', 'triage', 'reported', 'need_supplement'], unit } },
    { name: 'verify', query: { state: ['feedback'], ...(has('grid_member_ft', 'grid_member_pt') ? { assigned_to: 'me' } : { unit }) } },
    { name: 'decide', query: decide },
    sign,
    { name: 'waiting', query: { state: ['replied', 'suspended'], ...own } },
    mine,
  ]
}

/** watched are the heaps of the supervision: nothing of them is handled there. */
function watched(): Group[] {
  return [
    { name: 'overdue', query: { overdue: 'true' } },
    { name: 'soon', query: { light: ['yellow'] } },
    { name: 'unsignedAll', query: { state: ['dispatched'] } },
    { name: 'disputed', query: { state: disputed } },
    { name: 'climbed', query: { state: ['joint_resolving', 'leader_resolving'] } },
    { name: 'suspended', query: { state: ['suspended'] } },
  ]
}
