import { call, type Schemas } from './api'

export type Outline = Schemas['PublicArea']
export type Placed = Schemas['PublicPlace']

let kept: Promise<Outline[]> | undefined

/** outlines are the streets, towns and townships a place can be shown in; the same for everybody. */
export const outlines = (): Promise<Outline[]> =>
  (kept ??= call<Schemas['PublicAreas']>('GET', '/public/areas').then((a) => a.items, (e) => {
    kept = undefined
    throw e
  }))

export const placed = (lat: number, lon: number) => call<Placed>('GET', `/public/areas/at?lat=${lat}&lon=${lon}`)
