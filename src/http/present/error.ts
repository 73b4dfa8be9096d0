import { z } from 'zod'

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().describe('For programs; stays the same.'),
      message: z.string().describe('For people; may change.'),
      details: z.array(z.object({ field: z.string(), message: z.string() })).describe('The fields at fault, and how to mend each.'),
    }),
  })
  .describe('Every refusal has this shape.')
