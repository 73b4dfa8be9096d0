import { createDice } from '../../../src/sandbox/pictures/dice.ts'
import type { Dice } from '../../../src/sandbox/pictures/dice.ts'
import { requests } from '../requests.ts'
import { SCENARIOS } from './scenario-pool.ts'
import type { ScenarioGroup } from './scenario-pool.ts'

/** What the driver does to a job beside submitting it. */
export type Deed = 'none' | 'act' | 'cancel' | 'follow_up' | 'delete'

export interface PlannedJob {
  /** Its place in the mix, and its idempotency key. */
  key: string
  kind: Kind
  body: Record<string, unknown>
  scenarios: readonly string[]
  deed: Deed
  deedAfterMs: number
  /** The same submission is sent again later: it must come back as the same job. */
  resubmitted: boolean
}

interface KindSpec {
  /** Of a hundred jobs, about so many. */
  share: number
  request: (metadata: Record<string, string>, dice: Dice) => object
  faults: readonly ScenarioGroup[]
  deed?: Deed
  fields?: (dice: Dice) => object
}

const KINDS = {
  text: { share: 20, request: requests.text, faults: ['webhook', 'retrieve', 'none'] },
  image: { share: 14, request: pictured, faults: ['image', 'retrieve', 'none'] },
  code: { share: 14, request: requests.code, faults: ['container', 'content', 'none'] },
  report: { share: 6, request: requests.research, faults: ['webhook', 'none'] },
  input: { share: 6, request: withPicture, faults: ['retrieve', 'none'] },
  hung: { share: 2, request: requests.text, faults: ['hang'] },
  unsure: { share: 8, request: requests.text, faults: ['create'] },
  action: { share: 8, request: requests.text, faults: ['action'], deed: 'act' },
  failing: { share: 7, request: requests.text, faults: ['failing'] },
  cancelled: { share: 6, request: requests.text, faults: ['stuck'], deed: 'cancel' },
  late: { share: 2, request: requests.text, faults: ['late'], fields: () => ({ deadline_seconds: 3 }) },
  follow_up: { share: 5, request: requests.image, faults: ['none'], deed: 'follow_up' },
  deleted: { share: 4, request: requests.code, faults: ['none'], deed: 'delete' },
} as const satisfies Record<string, KindSpec>

export type Kind = keyof typeof KINDS
const SLOW: readonly Kind[] = ['hung', 'unsure']
const KIND_NAMES = Object.keys(KINDS) as Kind[]

/** So many jobs of all kinds, the same ones for the same seed. */
export function planJobs(seed: string, { count, callbackUrl }: { count: number; callbackUrl: string }): PlannedJob[] {
  const dice = createDice(`jobs ${seed}`)
  return Array.from({ length: count }, (_, index) => {
    const thrown = throwKind(dice)
    // What ends only by waiting long comes early, so that the waiting is over with the kills.
    const kind = SLOW.includes(thrown) && index > count / 2 ? 'text' : thrown
    return planJob(`${seed}-${index}`, { kind, dice, callbackUrl })
  })
}

function planJob(key: string, { kind, dice, callbackUrl }: { kind: Kind; dice: Dice; callbackUrl: string }): PlannedJob {
  const spec: KindSpec = KINDS[kind]
  const group = dice.pick(spec.faults as [ScenarioGroup, ...ScenarioGroup[]])
  const scenarios = group === 'none' ? [] : [dice.pick(SCENARIOS[group])]
  const metadata = {
    sandbox_seed: String(dice.whole(1, 1e6)),
    sandbox_delay_ms: String(dice.whole(20, 900)),
    ...(scenarios.length > 0 && { sandbox_scenario: scenarios.join(',') }),
  }
  const body = {
    request: spec.request(metadata, dice),
    callback_url: callbackUrl,
    labels: { key },
    priority: dice.whole(-2, 2),
    ...spec.fields?.(dice),
  }
  return { key, kind, body, scenarios, deed: spec.deed ?? 'none', deedAfterMs: dice.whole(0, 700), resubmitted: dice.whole(1, 6) === 1 }
}

function throwKind(dice: Dice): Kind {
  let left = dice.between(
    0,
    KIND_NAMES.reduce((sum, name) => sum + KINDS[name].share, 0),
  )
  return KIND_NAMES.find((name) => (left -= KINDS[name].share) <= 0) ?? 'text'
}

function pictured(metadata: Record<string, string>, dice: Dice): object {
  const tool = { type: 'image_generation', size: '256x256', output_format: dice.pick(['png', 'jpeg', 'webp']) }
  return { ...requests.image(metadata), tools: [tool] }
}

/** Bytes that no other job sends along. */
function withPicture(metadata: Record<string, string>, dice: Dice): object {
  const bytes = Buffer.from(Array.from({ length: 2_000 }, () => dice.whole(0, 255)))
  const image = { type: 'input_image', image_url: `data:image/png;base64,${bytes.toString('base64')}` }
  return { ...requests.text(metadata), input: [{ role: 'user', content: [{ type: 'input_text', text: 'What is this?' }, image] }] }
}
