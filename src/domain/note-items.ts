import { describeItem } from './items/describe-item.ts'
import { cut } from './cut-text.ts'
import type { ItemNote, JsonObject } from './model.ts'
import { listOf, objectOf, textOf } from './read-json.ts'

/** All details of one answer together, in characters: past it a line each has to do. */
const DETAIL_BUDGET = 500_000

/** Every output item in a line for people, with what is worth showing of it. Nothing an item holds is a fault. */
export function noteItems(response: JsonObject): ItemNote[] {
  let left = DETAIL_BUDGET
  return listOf(response.output).map((given, index) => {
    const item = objectOf(given) ?? {}
    const type = cut(textOf(item.type) ?? 'unknown', 100)
    const { summary, detail = {} } = describeItem(type, item)
    const note = { index, id: textOf(item.id), type, status: textOf(item.status), summary }
    const size = JSON.stringify(detail).length
    if (size <= 2 || size > left) return note
    left -= size
    return { ...note, detail }
  })
}
