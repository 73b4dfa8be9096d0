import { createDice } from '../../../src/sandbox/pictures/dice.ts'
import type { OutageMode } from '../../../src/sandbox/index.ts'
import type { Setup } from '../setups.ts'
import { MOMENTS } from './kill-moments.ts'
import type { Moment } from './kill-moments.ts'

export interface PlannedKill {
  /** Null: by the clock alone, `afterMs` after the process before it was up again. */
  moment: Moment | null
  /** With a moment: how long to wait for it at most. */
  afterMs: number
  /** First lets some job come to its end, so that kills do not only strike what has just begun. */
  breath: boolean
  /** Which of the processes, as a share of their number; `all`: every one. */
  victim: number | 'all'
  /** Killed once more so long after it was started again, most often before it is up. */
  againMs: number | null
  /** OpenAI as a whole misbehaves for a few requests. */
  outage: { mode: OutageMode; times: number } | null
}

const OUTAGES = ['reset', 'error_500', 'error_503', 'html_502', 'rate_limited', 'lost_replies'] as const satisfies OutageMode[]
const MOMENT_MS = 4_000
const LATEST_MS = 900

/** The moments in turn, each round in another order, with as many kills by the clock between them. */
export function planKills(seed: string, { count, setup }: { count: number; setup: Setup }): PlannedKill[] {
  const dice = createDice(`kills ${setup} ${seed}`)
  const possible = MOMENTS.filter(({ place }) => place !== 'objects' || setup === 'full')
  let round: Moment[] = []
  return Array.from({ length: count }, (): PlannedKill => {
    const byClock = dice.whole(1, 3) === 1
    if (!byClock && round.length === 0) round = shuffled(possible, (most) => dice.whole(0, most))
    const moment = byClock ? null : (round.pop() ?? null)
    return {
      moment,
      afterMs: moment === null ? dice.whole(0, LATEST_MS) : MOMENT_MS,
      breath: dice.whole(1, 3) > 1,
      victim: dice.whole(1, 8) === 1 ? 'all' : dice.between(0, 1),
      againMs: dice.whole(1, 12) === 1 ? dice.whole(50, 1_500) : null,
      outage: dice.whole(1, 6) === 1 ? { mode: dice.pick(OUTAGES), times: dice.whole(1, 3) } : null,
    }
  })
}

function shuffled<T>(list: readonly T[], whole: (most: number) => number): T[] {
  const left = [...list]
  return Array.from({ length: left.length }, () => left.splice(whole(left.length - 1), 1)).flat()
}
