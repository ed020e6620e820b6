import { sha256 } from '@noble/hashes/sha2'
import { bytesToHex } from '@noble/hashes/utils'
import type { InjectionKey, Ref } from 'vue'
import { call, newKey, type Schemas } from './api'

export interface Captured {
  at: string
  source: 'live' | 'offline' | 'album'
  lat?: number
  lon?: number
  accuracy?: number
  device?: string
}

const edge = 2048 // pixels: enough to see a crack, and a tenth of what cameras make

/** shrunk makes a JPEG of a picture, upright: what cannot be read here is sent as it is, and judged there. */
export async function shrunk(file: Blob): Promise<Blob> {
  try {
    const image = await createImageBitmap(file, { imageOrientation: 'from-image' })
    const scale = Math.min(1, edge / Math.max(image.width, image.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(image.width * scale)
    canvas.height = Math.round(image.height * scale)
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    image.close()
    return await new Promise((done) => canvas.toBlob((b) => done(b ?? file), 'image/jpeg', 0.85))
  } catch {
    return file
  }
}

const partSize = 262144

/** Door is where photographs are handed in: an account's own, or that of one matter, which is
 * opened by its number and query code. */
export interface Door {
  path: string
  query: string
  /** chosen from what lies on the phone, rather than taken on the spot */
  album?: boolean
  most?: number
}
export const ownDoor: Door = { path: '/files', query: '' }
export const doorKey: InjectionKey<Ref<Door>> = Symbol('door')

/** upload brings a photograph whole, however often the line drops: the id is kept, and only
 * what is missing is sent again. */
export async function upload(photo: Blob, captured: Captured, id = newKey(), door = ownDoor): Promise<Schemas['FileView']> {
  const bytes = new Uint8Array(await photo.arrayBuffer())
  // crypto.subtle is not there over plain HTTP: the digest is made by hand.
  const body = { id, sha256: bytesToHex(sha256(bytes)), size: bytes.length, type: photo.type || 'image/jpeg', part_size: partSize, captured }
  const known = await call<Schemas['FileView']>('POST', door.path + door.query, body)
  for (const n of known.missing ?? []) {
    const part = bytes.slice((n - 1) * partSize, n * partSize)
    const answer = await fetch(`/api/v1${door.path}/${id}/parts/${n}${door.query}`, { method: 'PUT', body: part, headers: { 'Content-Type': 'application/octet-stream' } })
    if (!answer.ok) throw new Error(String(answer.status))
  }
  return call<Schemas['FileView']>('POST', `${door.path}/${id}/complete${door.query}`)
}
