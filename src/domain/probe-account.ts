import type { Context } from './context.ts'
import { probeAgain, takeProbe } from './held-until.ts'
import { holdAccount } from './hold-account.ts'
import type { Hold } from './hold-model.ts'
import { isInForce } from './hold-model.ts'
import type { Job } from './model.ts'

/** A response that never was: asking for it shows whether OpenAI is there, and makes nothing. */
const NO_RESPONSE = 'resp_longhaul_probe'

/**
 * Of all who come when a hold is due, one is let through: null. After an outage that one first asks what costs nothing,
 * for a create that gets lost is a job of which nobody knows.
 */
export async function probeAccount(
  app: Context,
  { job, probe, signal }: { job: Job; probe: Hold | null; signal: AbortSignal },
): Promise<(Hold & { heldUntil: Date }) | null> {
  const held = await takeProbe(app, probe)
  if (held !== null || probe?.reason !== 'outage') return held
  const sentAt = app.clock.now()
  const reply = await app.openai.retrieve(NO_RESPONSE, { account: job.account, signal, sink: async () => null })
  if (signal.aborted) {
    await probeAgain(app, { hold: probe, at: sentAt })
    signal.throwIfAborted()
  }
  if (reply.outcome !== 'unavailable' || isAnswer(reply.error.status)) return null
  const fault = { reason: 'outage', sure: false, error: reply.error, retryAfterMs: reply.retryAfterMs } as const
  const after = await holdAccount(app, { job, fault, sentAt })
  return isInForce(after) ? after : null
}

function isAnswer(status: number | null): boolean {
  return status !== null && status < 500 && status !== 408
}
