export interface Point {
  lat: number
  lon: number
  accuracy?: number
}

/** whereAmI asks the device, once; it fails where nobody may or can tell. */
export const whereAmI = (timeout = 10000) =>
  new Promise<Point>((done, fail) => {
    if (!navigator.geolocation) return fail(new Error('no geolocation'))
    setTimeout(() => fail(new Error('no answer')), timeout + 500) // while a person is asked, no time runs for the device
    navigator.geolocation.getCurrentPosition((p) => done({ lat: p.coords.latitude, lon: p.coords.longitude, accuracy: Math.round(p.coords.accuracy) }), fail, { enableHighAccuracy: true, timeout, maximumAge: 15000 })
  })
