import { hurry } from '../commit-then-queue.ts'
import type { QueueEntry } from '../ports.ts'
import { secondsAfter } from '../time.ts'
import { mended } from './exam.ts'
import type { Check, Exam, Finding } from './exam.ts'
import { walk } from './walk.ts'

/** A sweep comes by every few seconds: what is this late has nobody to come by. */
const LATE_SECONDS = 600
/** No worker holds a row for longer at a time. */
const HELD_SECONDS = 3_600

interface Times {
  now: Date
  before: Date
}

/** Steps that are owed and that nobody takes: late for long, without a time, or held by nobody who lives. */
export const lateStepsCheck: Check = {
  name: 'late-steps',
  about: 'every turn, webhook, callback and purge is taken up in time',
  async *look(exam) {
    const now = exam.app.clock.now()
    // While nothing can run all is late, and the next start takes it up: then only what it could not find is told.
    const before = exam.parts.serviceMayRun ? secondsAfter(now, -LATE_SECONDS) : new Date(0)
    yield* lateTurns(exam, { now, before })
    yield* lateMessages(exam, { now, before })
    yield* latePurges(exam, { now, before })
  },
}

async function* lateTurns(exam: Exam, { now, before }: Times): AsyncGenerator<Finding> {
  const { app, cases } = exam
  const heldUntil = secondsAfter(now, HELD_SECONDS)
  for await (const turn of walk((page) => cases.listLateTurns({ ...page, before, heldUntil }))) {
    const name = turn.state === 'running' ? 'collect-turn' : 'submit-job'
    const held = turn.claimedUntil !== null && turn.claimedUntil > heldUntil
    const problem = held ? `It is held until ${turn.claimedUntil?.toISOString()}, longer than any worker holds a turn.` : lateSince(turn)
    const set = { dueAt: now, claimedUntil: null }
    yield await again(exam, {
      subject: turn.id,
      problem: `${problem} (job ${turn.jobId}, ${turn.state})`,
      prepare: async () => void (await app.store.turns.update(turn.id, { from: [turn.state], set })),
      entry: { name, payload: { turnId: turn.id }, dedupe: `${turn.id}-doctor` },
    })
  }
}

async function* lateMessages(exam: Exam, { now, before }: Times): AsyncGenerator<Finding> {
  const { app, cases } = exam
  for await (const event of walk((page) => cases.listLateEvents({ ...page, before })))
    yield await again(exam, {
      subject: event.id,
      problem: `A webhook of OpenAI: ${lateSince(event)}`,
      prepare: () => app.store.inbox.postpone(event.id, { dueAt: now }),
      entry: { name: 'handle-event', payload: { inboxId: event.id }, dedupe: `${event.id}-doctor` },
    })
  for await (const delivery of walk((page) => cases.listLateDeliveries({ ...page, before })))
    yield await again(exam, {
      subject: delivery.id,
      problem: `A callback: ${lateSince(delivery)}`,
      prepare: () => cases.hurryDelivery(delivery.id, now),
      entry: { name: 'deliver', payload: { deliveryId: delivery.id }, dedupe: `${delivery.id}-doctor` },
    })
}

async function* latePurges(exam: Exam, { now, before }: Times): AsyncGenerator<Finding> {
  for await (const { id } of walk((page) => exam.cases.listLatePurges({ ...page, before })))
    yield await again(exam, {
      subject: id,
      problem: 'It was deleted, and what is left of it has not been removed for ten minutes.',
      prepare: async () => undefined,
      entry: { name: 'purge-job', payload: { jobId: id }, dedupe: id },
    })
  for await (const { id } of walk((page) => exam.cases.listDeferredPurges({ ...page, now })))
    yield {
      subject: id,
      problem: 'It was deleted, and OpenAI would not delete its copy: it is asked again every quarter of an hour.',
      mended: null,
      remedy: 'Give the account a key that may delete responses.',
    }
}

async function again(
  exam: Exam,
  { subject, problem, prepare, entry }: { subject: string; problem: string; prepare: () => Promise<void>; entry: QueueEntry },
): Promise<Finding> {
  return mended(exam, {
    subject,
    problem,
    remedy: `make it due and queue ${entry.name} (a worker must run)`,
    work: async () => {
      await prepare()
      await hurry(exam.app, [entry])
      return `made it due and queued ${entry.name}`
    },
  })
}

function lateSince({ dueAt }: { dueAt: Date | null }): string {
  if (dueAt === null) return 'It is to be done and has no time at which: nobody would take it up again.'
  return `It was due at ${dueAt.toISOString()} and nobody took it up: does a worker run?`
}
