import L from 'leaflet'
import 'leaflet/dist/leaflet.css'

// Maps are drawn from what the house knows, on a plain ground: no tile is asked for anywhere.
export type Corner = [number, number] // longitude, latitude
export type Shape = { type: string; coordinates: unknown }

export const LatLng = (c: Corner): L.LatLngTuple => [c[1], c[0]]

/** rings are the corners of a polygon, or of several, as Leaflet wants them. */
export function rings(g: Shape): L.LatLngTuple[][][] {
  const one = (p: Corner[][]) => p.map((r) => r.map(LatLng))
  return g.type === 'Polygon' ? [one(g.coordinates as Corner[][])] : (g.coordinates as Corner[][][]).map(one)
}

export function ground(el: HTMLElement, zoomIn: string, zoomOut: string): L.Map {
  const map = L.map(el, { attributionControl: false, zoomControl: false, zoomSnap: 0.5, minZoom: 7, maxZoom: 19, center: [42.9, 125.14], zoom: 11 })
  L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map)
  L.control.scale({ imperial: false }).addTo(map)
  return map
}

/** words is a label that is text and never markup. */
export function words(text: string): HTMLElement {
  const el = document.createElement('span')
  el.textContent = text
  return el
}

export { L }
