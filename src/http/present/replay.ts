import { z } from 'zod'
import { REPLAY_FILTERS, REPLAY_STATES } from '../../domain/callback-model.ts'
import type { Replay } from '../../domain/callback-model.ts'
import type { ReplayView } from '../../domain/find-replays.ts'
import { iso, isoOrNull, listOf, time } from './shapes.ts'

const fields = {
  id: z.string(),
  object: z.literal('replay'),
  endpoint_id: z.string(),
  since: time,
  until: time,
  status: z.enum(REPLAY_FILTERS).describe('What is sent again.'),
  state: z.enum(REPLAY_STATES).describe('`done`: all that it found is queued.'),
  planned: z.int().describe('Deliveries asked for so far.'),
  created_at: time,
  finished_at: time.nullable(),
}

export const replaySummarySchema = z.object(fields).describe('A span of time whose callbacks are sent again, in short.')
export const replaySchema = z
  .object({
    ...fields,
    delivered: z.int().describe('Of those planned.'),
    failed: z.int().describe('Of those planned: the schedule is used up.'),
  })
  .describe('A span of time whose callbacks are sent again.')
export const replayListSchema = listOf(replaySummarySchema)

export function presentReplaySummary(replay: Replay): z.infer<typeof replaySummarySchema> {
  return {
    id: replay.id,
    object: 'replay',
    endpoint_id: replay.endpointId,
    since: iso(replay.since),
    until: iso(replay.until),
    status: replay.filter,
    state: replay.state,
    planned: replay.planned,
    created_at: iso(replay.createdAt),
    finished_at: isoOrNull(replay.finishedAt),
  }
}

export function presentReplay({ replay, delivered, failed }: ReplayView): z.infer<typeof replaySchema> {
  return { ...presentReplaySummary(replay), delivered, failed }
}
