import type { Json, JsonObject } from './model.ts'
import { objectOf } from './read-json.ts'

/** A string in a create body where the caller may have put a picture or a file. */
export interface InputPlace {
  value: string
  /** The key it stands under; of an item of a list, the list's. */
  key: string
  /** The object around it. */
  holder: JsonObject
  /** Its place as a submission names it, e.g. `request/input/0/content/1/image_url`. */
  path: string
}

/**
 * The create body with each string of its input items and of its tools' image masks as `swap` wants it.
 * The rest of the tools is not looked at: there may be secrets in it.
 */
export function mapInputs(request: JsonObject, swap: (place: InputPlace) => string): JsonObject {
  const mapped = { ...request }
  const { input, tools } = request
  if (Array.isArray(input)) mapped.input = walk(input, { key: 'input', holder: request, path: 'request/input' })
  if (Array.isArray(tools)) mapped.tools = tools.map(mapMask)
  return mapped

  function mapMask(value: Json, index: number): Json {
    const tool = objectOf(value)
    const mask = tool?.input_image_mask
    if (tool === null || mask === undefined) return value
    const path = `request/tools/${index}/input_image_mask`
    return { ...tool, input_image_mask: walk(mask, { key: 'input_image_mask', holder: tool, path }) }
  }

  function walk(value: Json, place: Omit<InputPlace, 'value'>): Json {
    if (typeof value === 'string') return swap({ ...place, value })
    if (Array.isArray(value)) return value.map((item, index) => walk(item, { ...place, path: `${place.path}/${index}` }))
    if (typeof value !== 'object' || value === null) return value
    const members = Object.entries(value)
    return Object.fromEntries(members.map(([key, item]) => [key, walk(item, { key, holder: value, path: `${place.path}/${key}` })]))
  }
}
