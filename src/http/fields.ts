import { z } from 'zod'
import { isId } from '../domain/ids.ts'
import { decodeCursor } from '../domain/page.ts'
import type { IdPrefix } from '../domain/ports.ts'

const EARLIEST = Date.UTC(1970, 0, 1)
const LATEST = Date.UTC(9999, 0, 1)

/** Text that every store can keep as it is: no NUL, no half of a surrogate pair. */
export function plainText({ max, min = 1 }: { max: number; min?: number }): z.ZodString {
  return z
    .string()
    .min(min)
    .max(max)
    .refine((text) => !text.includes('\0') && text.isWellFormed(), 'must not contain NUL or unpaired surrogates')
}

/** A point in time, given with its offset. */
export function instant() {
  return z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .refine((at) => at.getTime() >= EARLIEST && at.getTime() < LATEST, 'must lie between the years 1970 and 9999')
}

/** In a path an id that cannot be one of ours is as unknown as any other, so it is not judged here. */
export function idParam(prefix: IdPrefix) {
  return z.string().meta({ description: `The id, \`${prefix}_…\`.`, examples: [`${prefix}_01k7f3q8zt4m9x2c5v7b1n6d0e`] })
}

/** An id that a list is narrowed to. */
export function idFilter(prefix: IdPrefix) {
  return z.string().refine((text) => isId(prefix, text), `must be an id that begins with ${prefix}_`)
}

export function flag(description: string) {
  return z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .meta({ description })
}

/** A page's place, as `decode` reads it. */
export function cursorOf<Place extends object>(decode: (text: string) => Place | null) {
  return z
    .string()
    .max(200)
    .transform((text, context) => {
      const place = decode(text)
      if (place !== null) return place
      context.addIssue('must be a next_cursor as a list gave it')
      return z.NEVER
    })
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' })
}

export function readTimeCursor(text: string) {
  const place = decodeCursor(text)
  return place !== null && place.createdAt.getTime() < LATEST ? place : null
}

export const pageFields = {
  limit: z.coerce.number().int().min(1).max(100).default(20).meta({ description: 'How many at most.' }),
  cursor: cursorOf(readTimeCursor),
}

export const timeFilters = {
  created_after: instant().optional().meta({ description: 'Only what was made at this time or later.' }),
  created_before: instant().optional().meta({ description: 'Only what was made before this time.' }),
}

const LABEL_KEY = /^[a-z0-9_.-]{1,64}$/

export function labelsField() {
  const key = z.string().regex(LABEL_KEY, 'must be 1 to 64 of a-z, 0-9, _, . and -')
  return z.record(key, plainText({ min: 0, max: 256 })).refine((labels) => Object.keys(labels).length <= 20, 'must have at most 20 labels')
}
