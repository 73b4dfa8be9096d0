import type { Context } from './context.ts'
import { holdAccount } from './hold-account.ts'
import type { Job, JobError, Turn } from './model.ts'
import { heedRun } from './release-account.ts'

/** The tokens of a minute ran out in the middle of a run: more runs at once would meet the same. */
const RUN_LIMITED_MS = 30_000

/** What the end of a run tells of its account: OpenAI takes a create that its quota does not cover, and fails it seconds later. */
export async function heedVerdict(app: Context, { turn, job, error }: { turn: Turn; job: Job; error: JobError | null }): Promise<void> {
  const reason = error?.code
  const sentAt = turn.submittedAt ?? turn.createdAt
  if (error !== null && error.upstream !== null && (reason === 'quota_exhausted' || reason === 'rate_limited')) {
    const retryAfterMs = reason === 'rate_limited' ? RUN_LIMITED_MS : null
    await holdAccount(app, { job, sentAt, fault: { reason, sure: true, error: error.upstream, retryAfterMs } })
  } else await heedRun(app, { account: turn.account, sentAt })
}
