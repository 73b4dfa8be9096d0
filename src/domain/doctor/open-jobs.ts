import { jobError } from '../classify-refusal.ts'
import { commitThenQueue, hurry } from '../commit-then-queue.ts'
import { judgeResponse } from '../judge-response.ts'
import type { Job, JsonObject, Turn } from '../model.ts'
import { moveJob } from '../move-job.ts'
import { mended } from './exam.ts'
import type { Check, Exam, Mend } from './exam.ts'
import { walk } from './walk.ts'

const MOVED_ON = { left: 'left as it is: it moved on meanwhile' }

/** Jobs that wait for something although nothing of them is to be done. */
export const openJobsCheck: Check = {
  name: 'open-jobs',
  about: 'every job that is not final has a turn that will bring it on',
  async *look(exam) {
    for await (const { id } of walk((page) => exam.cases.listIdle(page))) {
      const job = await exam.app.store.jobs.get(id)
      if (job === null) continue
      yield await mended(exam, {
        subject: id,
        problem: `It is ${job.status}, and none of its turns is to be done: it would stay so for ever.`,
        remedy: 'judge it by its stored result, look at its response again, or fail it',
        work: () => bringOn(exam, job),
      })
    }
  },
}

async function bringOn(exam: Exam, job: Job): Promise<Mend> {
  const { store } = exam.app
  const turn = (await store.turns.listForJob(job.id)).at(-1)
  const result = turn === undefined ? null : await store.results.getForTurn(turn.id)
  if (turn !== undefined && result !== null) return judge(exam, { job, turn, response: JSON.parse(result.body) as JsonObject })
  if (turn !== undefined && turn.responseId !== null) return lookAgain(exam, turn)
  return fail(exam, job)
}

async function judge(exam: Exam, { job, turn, response }: { job: Job; turn: Turn; response: JsonObject }): Promise<Mend> {
  const verdict = judgeResponse(response, { job, turn, now: exam.app.clock.now() })
  if (verdict.status === 'running') return fail(exam, job)
  const { status, ...set } = verdict
  const moved = await commitThenQueue(exam.app, (unit) => moveJob(exam.app, unit, { job, to: status, set }))
  return moved === null ? MOVED_ON : `made it ${status}, as its stored result says`
}

async function lookAgain({ app }: Exam, turn: Turn): Promise<Mend> {
  const set = { state: 'running', dueAt: app.clock.now(), finishedAt: null } as const
  await app.store.turns.update(turn.id, { from: ['done'], set })
  await hurry(app, [{ name: 'collect-turn', payload: { turnId: turn.id }, dedupe: `${turn.id}-doctor` }])
  return `will look at its response ${turn.responseId} again`
}

async function fail({ app }: Exam, job: Job): Promise<Mend> {
  const error = jobError('internal_error', { message: 'Nothing of the job was left to be done, and it has no result.' })
  const move = { job, to: 'failed', set: { error }, data: { code: error.code } } as const
  const moved = await commitThenQueue(app, (unit) => moveJob(app, unit, move))
  return moved === null ? MOVED_ON : 'failed it: it has neither a result nor a response'
}
