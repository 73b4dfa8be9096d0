import { containersOf, mayUseContainers } from './containers-of.ts'
import type { Context } from './context.ts'
import { AGAIN_SECONDS } from './due.ts'
import type { Turn } from './model.ts'
import type { PayloadSink } from './ports.ts'

/** Containers die after twenty idle minutes: a look every five may fail twice. */
const TOUCH_SECONDS = 300
/** The sweep comes by a late turn no more seldom than this. */
const SWEPT_WITHIN_SECONDS = AGAIN_SECONDS + 15

interface Touch {
  turn: Turn
  containers: Iterable<string>
  signal: AbortSignal
}

/** Any request to a container counts as use of it. One that does not answer is left to its files' own tries. */
export async function touchContainers(app: Context, { turn, containers, signal }: Touch): Promise<void> {
  for (const containerId of containers) {
    try {
      await app.openai.listContainerFiles(containerId, { account: turn.account, signal })
    } catch (error) {
      app.log.warn({ error, container_id: containerId }, 'container.not_touched')
    }
  }
}

/** Keeps containers alive as long as `work` takes: it may wait for the files of one while another idles. */
export async function whileAlive<T>(app: Context, touch: Touch, work: () => Promise<T>): Promise<T> {
  let touching = Promise.resolve()
  const stop = app.clock.every(TOUCH_SECONDS * 1000, () => {
    touching = touching.then(() => touchContainers(app, touch))
  })
  try {
    return await work()
  } finally {
    stop()
    await touching
  }
}

/**
 * Whether a turn that a sweep found late is to have its containers touched now: about every five minutes.
 * Its age alone tells, so that nothing need be remembered.
 */
export function isTouchDue(turn: Turn, now: Date): boolean {
  const since = turn.hintedAt ?? turn.submittedAt
  if (turn.state !== 'running' || since === null) return false
  const seconds = (now.getTime() - since.getTime()) / 1000
  return seconds >= TOUCH_SECONDS && seconds % TOUCH_SECONDS < SWEPT_WITHIN_SECONDS
}

/** Touches the containers of a turn that waits in a backlog, without collecting it. */
export async function keepAlive(app: Context, { turnId, signal }: { turnId: string; signal: AbortSignal }): Promise<{ outcome: string }> {
  const turn = await app.store.turns.get(turnId)
  if (turn === null || turn.state !== 'running' || turn.responseId === null) return { outcome: 'nothing_to_do' }
  if (turn.claimedUntil !== null && turn.claimedUntil > app.clock.now()) return { outcome: 'being_collected' }
  const request = await app.store.jobs.getRequest(turn.jobId)
  if (request === null || !mayUseContainers(request.body)) return { outcome: 'no_containers' }
  const reply = await app.openai.retrieve(turn.responseId, { account: turn.account, signal, sink: discard })
  if (reply.outcome !== 'found') return { outcome: reply.outcome }
  const containers = containersOf(reply.response)
  await touchContainers(app, { turn, containers, signal })
  return { outcome: containers.size === 0 ? 'no_containers' : 'touched' }
}

/** Its payloads are for the collect to keep. */
const discard: PayloadSink = async ({ body }) => {
  for await (const _ of body) continue
  return ''
}
