import { has, myUnits } from '../shared/session'

export type Query = Record<string, string | string[] | number | boolean | undefined>

export interface Group {
  name: string
  query: Query
}

/** groups are what waits for whoever is signed in: which states of the cases of the own units
 * mean work of which sort. Who has an office over a whole area decides for all of it. */
export function groups(): Group[] {
  const unit = myUnits()
  const over = has('county_leader', 'supervisor', 'city_supervisor', 'centre_director', 'dispatcher')
  const decide = over ? {} : { unit }
  return [
    { name: 'unsigned', query: { state: ['dispatched'], unit } },
    { name: 'hand', query: { state: ['local_resolving', 'signed', 'handling', 'rework', 'disposing', 'self_closing'], unit } },
    { name: 'triage', query: { state: ['registered', 'triage', 'reported', 'need_supplement'], unit } },
    { name: 'verify', query: { state: ['feedback'], ...(has('grid_member_ft', 'grid_member_pt') ? {} : decide) } },
    { name: 'decide', query: { state: ['adjudicating', 'joint_resolving', 'leader_resolving', 'return_pending'], ...decide } },
    { name: 'waiting', query: { state: ['replied', 'suspended'], unit } },
    { name: 'mine', query: { open: 'true', first_responder: 'me' } },
  ]
}
