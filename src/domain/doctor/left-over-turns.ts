import { hurry } from '../commit-then-queue.ts'
import type { Turn } from '../model.ts'
import { secondsAfter } from '../time.ts'
import { mended } from './exam.ts'
import type { Check } from './exam.ts'
import { walk } from './walk.ts'

/** A job turns final in the transaction that ends its turn; a turn that was cancelled in flight ends a little later. */
const SETTLED_SECONDS = 900

/** Turns that are to be done although their job is final: one that runs at OpenAI still costs. */
export const leftOverTurnsCheck: Check = {
  name: 'left-over-turns',
  about: 'no final job has a turn that is still to be done',
  async *look(exam) {
    const { app, cases } = exam
    const now = app.clock.now()
    for await (const turn of walk((page) => cases.listLeftOver(page))) {
      if (isSettling(turn, now)) continue
      yield await mended(exam, {
        subject: turn.id,
        problem: `Its job ${turn.jobId} is final, and it is ${turn.state}.`,
        remedy: 'cancel what may run at OpenAI, and end it',
        work: async () => {
          await app.store.turns.update(turn.id, { from: [turn.state], set: { dueAt: now, claimedUntil: null } })
          // Both end a turn of a final job; the first cancels its response at OpenAI before.
          const name = turn.state === 'running' ? 'collect-turn' : 'submit-job'
          await hurry(app, [{ name, payload: { turnId: turn.id }, dedupe: `${turn.id}-doctor` }])
          return `made it due and queued ${name}, which ends it`
        },
      })
    }
  },
}

/** An unconfirmed one stays until its time is over, so that its webhook is known should it come. */
function isSettling({ state, dueAt, createdAt, submittedAt }: Turn, now: Date): boolean {
  if (state === 'unconfirmed') return dueAt !== null && secondsAfter(dueAt, SETTLED_SECONDS) > now
  return secondsAfter(submittedAt ?? createdAt, SETTLED_SECONDS) > now
}
