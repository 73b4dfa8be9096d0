import { hurry } from '../commit-then-queue.ts'
import { judgeResponse } from '../judge-response.ts'
import type { JsonObject, Turn } from '../model.ts'
import type { PayloadSink } from '../ports.ts'
import { countOf, textOf } from '../read-json.ts'
import { secondsAfter } from '../time.ts'
import { mended } from './exam.ts'
import type { Check, Exam, Finding } from './exam.ts'
import { askEach, walk } from './walk.ts'

const AT_ONCE = 4
/** The widest wait between two looks is under ten minutes: what ended before that was missed. */
const MISSED_SECONDS = 900

/** Turns that run here, and that OpenAI has finished or has no longer. */
export const finishedResponsesCheck: Check = {
  name: 'responses',
  about: 'what runs here runs at OpenAI too',
  asksOpenAi: true,
  async *look(exam) {
    const running = walk((page) => exam.cases.listRunning(page))
    const findings = askEach(running, { atOnce: AT_ONCE, ask: (turn) => ask(exam, turn) })
    for await (const finding of findings) if (finding !== null) yield finding
  },
}

async function ask(exam: Exam, turn: Turn): Promise<Finding | null> {
  const { app, signal } = exam
  const now = app.clock.now()
  const job = await app.store.jobs.get(turn.jobId)
  if (turn.responseId === null || job === null) return null
  const reply = await app.openai.retrieve(turn.responseId, { account: turn.account, signal, sink: discard })
  switch (reply.outcome) {
    case 'found': {
      const verdict = judgeResponse(reply.response, { job, turn, now })
      if (verdict.status === 'running' || secondsAfter(endOf(reply.response, turn), MISSED_SECONDS) > now) return null
      return collect(exam, { turn, problem: `OpenAI finished its response (${textOf(reply.response.status)}) more than 15 minutes ago.` })
    }
    case 'missing':
      if (secondsAfter(turn.submittedAt ?? turn.createdAt, MISSED_SECONDS) > now) return null
      return collect(exam, { turn, problem: 'OpenAI has no such response (any more).' })
    case 'unavailable':
    case 'refused': {
      const problem = `OpenAI could not be asked about ${turn.responseId}: ${reply.error.message}`
      return { subject: turn.id, problem, mended: null, remedy: 'Look again later, or check the account’s key.' }
    }
    default:
      return reply satisfies never
  }
}

function collect(exam: Exam, { turn, problem }: { turn: Turn; problem: string }): Promise<Finding> {
  const { app } = exam
  return mended(exam, {
    subject: turn.id,
    problem: `${problem} (job ${turn.jobId}, response ${turn.responseId})`,
    remedy: 'look at it now',
    work: async () => {
      await app.store.turns.hint(turn.id, app.clock.now())
      await hurry(app, [{ name: 'collect-turn', payload: { turnId: turn.id }, dedupe: `${turn.id}-doctor` }])
      return 'made it due and queued collect-turn'
    },
  })
}

function endOf(response: JsonObject, turn: Turn): Date {
  const seconds = countOf(response.completed_at)
  return seconds === null ? (turn.submittedAt ?? turn.createdAt) : new Date(seconds * 1000)
}

const discard: PayloadSink = async ({ body }) => {
  for await (const _ of body) continue
  return ''
}
