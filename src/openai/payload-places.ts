import type { JsonPath } from '../domain/json-walker.ts'

/** Where base64 may stand in a response; `#` is any index. */
const PLACES = [
  ['output', '#', 'result'],
  ['output', '#', 'outputs', '#', 'url'],
  ['output', '#', 'output', 'image_url'],
  ['output', '#', 'output', '#', 'image_url'],
  ['output', '#', 'output', '#', 'file_data'],
  ['output', '#', 'content', '#', 'image_url'],
  ['output', '#', 'content', '#', 'data'],
  ['output', '#', 'content', '#', 'audio', 'data'],
] as const

export function isPayloadPlace(path: Readonly<JsonPath>): boolean {
  return PLACES.some((place) => place.length === path.length && place.every((step, at) => fits(step, path[at])))
}

function fits(step: string, key: string | number | undefined): boolean {
  return step === '#' ? typeof key === 'number' : step === key
}
