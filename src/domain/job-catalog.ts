import { z } from 'zod'

interface JobSpec {
  payload: z.ZodType
  /** Tries by the queue itself; rows that are still due are found again by the sweep whatever happens here. */
  attempts: number
  backoffMs: number
  concurrency: number
  timeoutMs: number
}

/** Every queue job. Payloads carry ids only: what they mean is in the rows. */
export const JOB_CATALOG = {
  'submit-job': {
    payload: z.object({ turnId: z.string() }),
    attempts: 1, // the handler writes when it is due again; a blind retry could pay twice
    backoffMs: 0,
    concurrency: 16,
    timeoutMs: 120_000,
  },
  'handle-event': {
    payload: z.object({ inboxId: z.string() }),
    attempts: 3,
    backoffMs: 1_000,
    concurrency: 16,
    timeoutMs: 60_000,
  },
  'collect-turn': {
    payload: z.object({ turnId: z.string() }),
    attempts: 7, // over two minutes, for container files: what cannot be had by then is told as failed
    backoffMs: 2_000,
    concurrency: 8, // each may hold one picture in flight
    timeoutMs: 900_000, // well under the twenty minutes that an idle container lives
  },
  'keep-alive': {
    payload: z.object({ turnId: z.string() }),
    attempts: 1, // the sweep names it again
    backoffMs: 0,
    concurrency: 4, // apart from collecting, whose backlog it is there for
    timeoutMs: 120_000,
  },
  'cancel-job': {
    payload: z.object({ jobId: z.string() }),
    attempts: 5,
    backoffMs: 1_000,
    concurrency: 8,
    timeoutMs: 60_000,
  },
  deliver: {
    payload: z.object({ deliveryId: z.string(), targetId: z.string().optional() }), // the target saves a look; retries know it
    attempts: 1, // the schedule between attempts is kept in the row
    backoffMs: 0,
    concurrency: 1_000, // they wait for somebody else's server, and of those that hang each takes one place
    timeoutMs: 45_000, // an attempt, what was sent before it in the same shift, and the rows
  },
  'replay-callbacks': {
    payload: z.object({ replayId: z.string() }),
    attempts: 3, // the sweep names it again after that
    backoffMs: 2_000,
    concurrency: 2,
    timeoutMs: 120_000,
  },
  'purge-job': {
    payload: z.object({ jobId: z.string() }),
    attempts: 3,
    backoffMs: 5_000,
    concurrency: 2,
    timeoutMs: 300_000,
  },
} as const satisfies Record<string, JobSpec>

export type JobName = keyof typeof JOB_CATALOG
export const JOB_NAMES = Object.keys(JOB_CATALOG) as JobName[]
export type JobPayload<N extends JobName> = z.infer<(typeof JOB_CATALOG)[N]['payload']>
