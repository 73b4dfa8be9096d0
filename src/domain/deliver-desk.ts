import { createBatcher } from './batcher.ts'
import type { ClaimedDelivery, MadeAttempt } from './callback-store.ts'
import type { Context } from './context.ts'
import { Lanes } from './deliver-lane.ts'
import { AGAIN_SECONDS } from './due.ts'
import { secondsAfter } from './time.ts'

/** Longer than an attempt can take, unless claims are set short; a worker that died has its deliveries sent by another after this. */
export function claimSeconds({ rules }: Context): number {
  return 2 * rules.claimSeconds
}

const AT_ONCE = 200

/** What all attempts of one process share: who sends to whom, and statements that are made for many of them together. */
export interface Desk {
  lanes: Lanes
  /** Null: it waits for nothing any more. */
  targetOf(deliveryId: string): Promise<string | null>
  /** Null: it is not ours to send now. */
  claim(deliveryId: string): Promise<ClaimedDelivery | null>
  /** Resolves, once it is written, with the delivery that waited behind it. */
  record(made: MadeAttempt): Promise<string | null>
}

// Kept beside the context, as long as that lives: handlers are given nothing else that outlasts them.
const desks = new WeakMap<Context, Desk>()

export function deskOf(app: Context): Desk {
  const desk = desks.get(app) ?? createDesk(app)
  desks.set(app, desk)
  return desk
}

function createDesk(app: Context): Desk {
  const { deliveries } = app.store
  const targets = gathered(async (ids: string[]) => {
    const found = await deliveries.targetsOf(ids)
    // What an older version planned names no target: each of those is its own.
    const byId = new Map(found.map(({ id, targetId }) => [id, targetId || id]))
    return ids.map((id) => byId.get(id) ?? null)
  })
  const claims = gathered(async (ids: string[]) => {
    const now = app.clock.now()
    const [dueBy, until] = [secondsAfter(now, AGAIN_SECONDS), secondsAfter(now, claimSeconds(app))]
    const claimed = await deliveries.claim([...new Set(ids)], { now, dueBy, until })
    const byId = new Map(claimed.map((one) => [one.delivery.id, one]))
    // Whoever asked first has it: two entries of one delivery must not both send it.
    return ids.map((id) => takeOut(byId, id))
  })
  const write = async (made: MadeAttempt[]) => {
    const written = await deliveries.recordAttempts(made)
    const byId = new Map(written.map(({ id, nextId }) => [id, nextId]))
    return made.map(({ attempt }) => byId.get(attempt.deliveryId) ?? null)
  }
  // A job that is deleted at this very moment takes its deliveries away, and must not take the others' attempts along.
  const records = gathered(async (made: MadeAttempt[]) => (await quietly(write(made))) ?? Promise.all(made.map((one) => alone(write, one))))
  return { lanes: new Lanes(), targetOf: targets, claim: claims, record: records }
}

function quietly<T>(work: Promise<T>): Promise<T | null> {
  return work.catch(() => null)
}

async function alone<Q, A>(answer: (questions: Q[]) => Promise<A[]>, question: Q): Promise<A | Error> {
  try {
    const [own] = await answer([question])
    return own as A
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function takeOut<T>(map: Map<string, T>, key: string): T | null {
  const value = map.get(key) ?? null
  map.delete(key)
  return value
}

/** Asked one at a time, answered many at a time; an error is the answer to one alone. */
function gathered<Q, A>(answer: (questions: Q[]) => Promise<(A | Error)[]>): (question: Q) => Promise<A> {
  interface Asked {
    question: Q
    answer?: A | Error | undefined
  }
  const batcher = createBatcher<Asked>({
    maxSize: AT_ONCE,
    write: async (asked) => {
      const answers = await answer(asked.map(({ question }) => question))
      for (const [index, one] of asked.entries()) one.answer = answers[index]
    },
  })
  return async (question) => {
    const asked: Asked = { question }
    await batcher.add(asked)
    if (asked.answer instanceof Error) throw asked.answer
    return asked.answer as A
  }
}
