import { z } from 'zod'

export const time = z.iso.datetime()
/** Whatever OpenAI or the caller put there. */
export const anyObject = z.record(z.string(), z.unknown())
export const textMap = z.record(z.string(), z.string())

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item),
    next_cursor: z.string().nullable().describe('Ask again with `cursor` set to this; null: that was all.'),
  })
}

export function iso(at: Date): string {
  return at.toISOString()
}

export function isoOrNull(at: Date | null): string | null {
  return at === null ? null : at.toISOString()
}
