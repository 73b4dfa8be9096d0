import { z } from 'zod'
import type { JobItems } from '../../domain/find-items.ts'
import { anyObject } from './shapes.ts'

const itemSchema = z
  .object({
    turn: z.int(),
    index: z.int().describe('Place in the response’s `output`.'),
    id: z.string().nullable(),
    type: z.string(),
    status: z.string().nullable(),
    summary: z.string().describe('One line for people.'),
    detail: anyObject.nullable().describe('What is worth showing of it, cut short; whole in the response.'),
  })
  .describe('An output item of a response.')

export const itemListSchema = z.object({
  data: z.array(itemSchema),
  counts: z.record(z.string(), z.int()).describe('How many there are of each type.'),
  unknown: z.int().describe('How many are of a type that this version does not know. They are kept like the others.'),
})

export function presentItems({ items, counts, unknown }: JobItems): z.infer<typeof itemListSchema> {
  const data = items.map(({ turn, index, id, type, status, summary, detail }) => ({
    turn,
    index,
    id,
    type,
    status,
    summary,
    detail: detail ?? null,
  }))
  return { data, counts: Object.fromEntries(counts), unknown }
}
