import { commitThenQueue, hurry } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { mayAnswerTurn } from './continuation.ts'
import type { InboxEntry, InboxOutcome, Job, JsonObject, Turn } from './model.ts'
import type { PayloadSink } from './ports.ts'
import { textOf } from './read-json.ts'
import { tellSubmitted } from './record-create.ts'
import { millisUntil, secondsAfter } from './time.ts'
import { jobIdOf } from './upstream-request.ts'

/** Seconds between looks for an event that nobody knows yet: the create's own answer is the likeliest to come. */
const LOOKUP_SECONDS = [1, 5, 30, 120, 600]
/** From this look on OpenAI is asked whose the response is; before, our own insert may merely be late. */
const ASK_FROM_LOOK = 1
/** About a day of looks; OpenAI itself gives up sending after three. */
const MAX_LOOKS = 150

/** An event is a hint that a response has something new. Whose it is is known by its id, else by its metadata. */
export async function handleEvent(
  app: Context,
  { inboxId, signal }: { inboxId: string; signal: AbortSignal },
): Promise<{ outcome: string }> {
  const entry = await app.store.inbox.get(inboxId)
  if (entry === null || entry.handledAt !== null) return { outcome: 'nothing_to_do' }
  const { responseId } = entry
  if (responseId === null || !entry.eventType?.startsWith('response.')) return finish(app, entry, 'ignored')
  const turn = await app.store.turns.findByResponseId(responseId)
  if (turn !== null) return hint(app, { entry, turn })
  if (entry.attempts < ASK_FROM_LOOK) return lookAgain(app, entry)
  return ask(app, { entry, responseId, account: entry.account, signal })
}

async function hint(app: Context, { entry, turn }: { entry: InboxEntry; turn: Turn }): Promise<{ outcome: string }> {
  await app.store.turns.hint(turn.id, app.clock.now())
  await finish(app, entry, 'handled')
  if (turn.state === 'running') await hurry(app, [{ name: 'collect-turn', payload: { turnId: turn.id }, dedupe: `${turn.id}-${entry.id}` }])
  return { outcome: 'handled' }
}

async function ask(
  app: Context,
  { entry, responseId, account, signal }: { entry: InboxEntry; responseId: string; account: string; signal: AbortSignal },
): Promise<{ outcome: string }> {
  const reply = await app.openai.retrieve(responseId, { account, signal, sink: discard })
  switch (reply.outcome) {
    case 'found': {
      const jobId = jobIdOf(reply.response)
      const job = jobId === null ? null : await app.store.jobs.get(jobId)
      // Anybody can write a job's id into the metadata of his own response: it counts where the job's own account has it.
      if (job !== null && job.account !== account && account === entry.account)
        return ask(app, { entry, responseId, account: job.account, signal })
      return adopt(app, { entry, job, responseId, response: reply.response })
    }
    case 'missing': // OpenAI's test events name responses that never were
    case 'refused':
    case 'unavailable':
      return entry.attempts >= (reply.outcome === 'missing' ? LOOKUP_SECONDS.length : MAX_LOOKS)
        ? finish(app, entry, 'gone')
        : lookAgain(app, entry)
    default:
      return reply satisfies never
  }
}

/** The response of a create whose answer never came: its job takes it as its own. */
async function adopt(
  app: Context,
  { entry, job, responseId, response }: { entry: InboxEntry; job: Job | null; responseId: string; response: JsonObject },
): Promise<{ outcome: string }> {
  if (job === null) return finish(app, entry, 'foreign')
  const turns = await app.store.turns.listForJob(job.id)
  const turn = mayAnswerTurn(response, turns) ? turns.at(-1) : undefined
  const head = { id: responseId, status: textOf(response.status) ?? 'in_progress', model: textOf(response.model) }
  const adopted = await commitThenQueue(app, async (unit) => {
    if (turn === undefined) return false
    const now = app.clock.now()
    const running = await unit.tx.turns.update(turn.id, {
      // Also one that is about to be sent again: what it was sent for is here already.
      from: ['ready', 'submitting', 'unconfirmed'],
      set: {
        state: 'running',
        responseId,
        upstreamStatus: head.status,
        model: head.model,
        dueAt: now,
        claimedUntil: null,
        lastError: null,
        polls: 0,
      },
    })
    if (running === null) return false
    await tellSubmitted(app, unit, { job, response: head })
    await unit.tx.inbox.finish(entry.id, { outcome: 'handled', at: now })
    unit.entries.push({ name: 'collect-turn', payload: { turnId: turn.id }, dedupe: `${turn.id}-${entry.id}` })
    return true
  })
  if (adopted) return { outcome: 'adopted' }
  const known = await app.store.turns.findByResponseId(responseId)
  if (known !== null) return hint(app, { entry, turn: known })
  app.log.warn({ job_id: job.id, response_id: responseId }, 'event.stray_response')
  return finish(app, entry, 'foreign')
}

async function lookAgain(app: Context, entry: InboxEntry): Promise<{ outcome: string }> {
  const now = app.clock.now()
  const dueAt = secondsAfter(now, LOOKUP_SECONDS[Math.min(entry.attempts, LOOKUP_SECONDS.length - 1)] ?? 600)
  await app.store.inbox.postpone(entry.id, { dueAt })
  const dedupe = `${entry.id}-${entry.attempts + 1}`
  await hurry(app, [{ name: 'handle-event', payload: { inboxId: entry.id }, dedupe, delayMs: millisUntil(dueAt, now) }])
  return { outcome: 'postponed' }
}

async function finish(app: Context, entry: InboxEntry, outcome: InboxOutcome): Promise<{ outcome: string }> {
  await app.store.inbox.finish(entry.id, { outcome, at: app.clock.now() })
  return { outcome }
}

/** Whose a response is says its metadata: its payloads are let go by. */
const discard: PayloadSink = async ({ body }) => {
  for await (const _ of body) continue
  return ''
}
