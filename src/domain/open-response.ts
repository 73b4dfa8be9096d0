import type { Context } from './context.ts'
import { findJobRow } from './find-jobs.ts'
import type { InlinePayload } from './inline-payloads.ts'
import { inlinePayloads } from './inline-payloads.ts'
import type { Job, Result } from './model.ts'

export type ResponseOutcome =
  | { outcome: 'found'; result: Result } // 200
  | { outcome: 'unknown' } // 404
  | { outcome: 'no_turn' } // 404
  | { outcome: 'not_yet'; job: Job } // 404

/** OpenAI's reply to one turn of a job, as it is kept: payloads stand in it as references. */
export async function findResponse(
  app: Context,
  { id, tenantId, turn }: { id: string; tenantId: string; turn: number | null },
): Promise<ResponseOutcome> {
  const job = await findJobRow(app, { id, tenantId })
  if (job === null) return { outcome: 'unknown' }
  if (turn === null) return kept(job, await app.store.results.getForJob(job.id))
  const asked = (await app.store.turns.listForJob(job.id)).find(({ number }) => number === turn)
  return asked === undefined ? { outcome: 'no_turn' } : kept(job, await app.store.results.getForTurn(asked.id))
}

function kept(job: Job, result: Result | null): ResponseOutcome {
  return result === null ? { outcome: 'not_yet', job } : { outcome: 'found', result }
}

/** The same reply as OpenAI sent it, payloads in place, as a stream. Bytes that are gone leave their reference. */
export async function openResponse(
  app: Context,
  { result, signal }: { result: Result; signal: AbortSignal },
): Promise<AsyncIterable<Uint8Array>> {
  const payloads = new Map<string, InlinePayload>()
  for (const { id, turnId, path, prefix, objectKey } of await app.store.artifacts.listForJob(result.jobId)) {
    if (turnId !== result.turnId || path === null || objectKey === null) continue
    payloads.set(path, {
      reference: `longhaul:artifact/${id}`,
      prefix,
      open: async () => (await app.objects.get(objectKey, { signal }))?.body ?? null,
    })
  }
  return inlinePayloads(result.body, { payloads })
}
