import { cancelJob } from '../../domain/cancel-job.ts'
import { hurry } from '../../domain/commit-then-queue.ts'
import type { Context } from '../../domain/context.ts'
import { findJob, findJobRow } from '../../domain/find-jobs.ts'
import { isFinal } from '../../domain/job-status.ts'
import { jsonAnswer } from '../answer.ts'
import { notFound } from '../http-error.ts'
import { jobSchema, presentJob } from '../present/job.ts'
import { defineRoute } from '../route.ts'
import { jobParams } from './jobs.ts'

export const cancelJobRoute = defineRoute({
  method: 'post',
  path: '/v1/jobs/{id}/cancel',
  operation: 'cancelJob',
  tag: 'Jobs',
  access: 'key',
  summary: 'Cancel a job',
  description:
    'What runs at OpenAI is asked to stop; what the job then becomes is what OpenAI says, for it may have completed first. A final job stays as it is.',
  params: jobParams,
  replies: { 200: { description: 'The job as it stands; `cancel_requested_at` is set while it is still being ended.', schema: jobSchema } },
  async handler({ app, principal, params, signal }) {
    const wanted = { id: params.id, tenantId: principal.tenantId }
    const job = await findJobRow(app, wanted)
    if (job === null) throw notFound('job')
    if (!isFinal(job.status)) await wishEnded(app, { jobId: job.id, signal })
    const view = await findJob(app, wanted)
    if (view === null) throw notFound('job')
    return jsonAnswer(200, presentJob(view, app))
  },
})

/** The wish is a row first. What runs nowhere ends here and now; the rest is for a worker. */
async function wishEnded(app: Context, { jobId, signal }: { jobId: string; signal: AbortSignal }): Promise<void> {
  await app.store.jobs.requestCancel(jobId, app.clock.now())
  const turn = (await app.store.turns.listForJob(jobId)).at(-1)
  if (turn?.state !== 'running' && turn?.state !== 'submitting') {
    const { outcome } = await cancelJob(app, { jobId, signal })
    if (outcome !== 'being_sent') return
  }
  await hurry(app, [{ name: 'cancel-job', payload: { jobId }, dedupe: jobId }])
}
