import { Buffer } from 'node:buffer'
import type { InputPlace } from './map-inputs.ts'
import { mapInputs } from './map-inputs.ts'
import type { JsonObject } from './model.ts'
import { textOf } from './read-json.ts'

/** Bytes that stand in a request as base64. */
export interface InlineInput extends InputPlace {
  /** What stands before the base64; empty where it is bare. */
  prefix: string
}

/** What a request brings along, each thing once. */
export interface FoundInputs {
  inline: InlineInput[]
  /** Files that OpenAI has already. */
  files: InputPlace[]
}

/** Shorter ones stay where they are: a row holds them well enough. */
const SHORTEST = 1_024
/** More than a request has in earnest; further ones stay where they are. */
const MOST = 256

const DATA_URI = /^data:[\w.+/-]{0,100}(?:;[\w.+-]{1,40}=[\w.+-]{0,100}){0,5};base64,/i
const LONGEST_HEAD = 1_024
/** OpenAI takes these without the head of a data URI too. */
const BARE_KEYS = new Set(['file_data', 'data'])
const FILE_HOLDERS = new Set(['input_image', 'input_file', 'computer_screenshot'])
const FILE_ID = /^[\w.-]{1,200}$/

export function findInputs(request: JsonObject): FoundInputs {
  const inline = new Map<string, InlineInput>()
  const files = new Map<string, InputPlace>()
  mapInputs(request, (place) => {
    const prefix = prefixOf(place)
    if (prefix !== null && inline.size < MOST && !inline.has(place.value)) inline.set(place.value, { ...place, prefix })
    if (isFileId(place) && files.size < MOST && !files.has(place.value)) files.set(place.value, place)
    return place.value
  })
  return { inline: [...inline.values()], files: [...files.values()] }
}

export function hasPayloads(request: JsonObject): boolean {
  return findInputs(request).inline.length > 0
}

/** The bytes of a base64 text, or null unless encoding them again gives that very text. */
export function decodeExactly(base64: string): Buffer | null {
  const bytes = Buffer.from(base64, 'base64')
  if (Math.ceil(bytes.length / 3) * 4 !== base64.length) return null
  const step = 3 * 16_384 // compared piece by piece: no second copy of the whole
  for (let at = 0; at < bytes.length; at += step) {
    const start = (at / 3) * 4
    const piece = bytes.toString('base64', at, Math.min(at + step, bytes.length))
    if (!base64.startsWith(piece, start)) return null
  }
  return bytes
}

function prefixOf({ value, key }: InputPlace): string | null {
  if (value.length < SHORTEST) return null
  const head = DATA_URI.exec(value.slice(0, LONGEST_HEAD))?.[0]
  if (head !== undefined) return head
  return BARE_KEYS.has(key) && /^[A-Za-z0-9+/]{64}/.test(value) ? '' : null
}

function isFileId({ value, key, holder, path }: InputPlace): boolean {
  if (key !== 'file_id' || !FILE_ID.test(value)) return false
  return FILE_HOLDERS.has(textOf(holder.type) ?? '') || path.endsWith('/input_image_mask/file_id')
}
