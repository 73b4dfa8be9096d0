import { setTimeout as pause } from 'node:timers/promises'
import { startSandbox } from '../../../src/sandbox/index.ts'
import type { Sandbox } from '../../../src/sandbox/index.ts'
import { startCallbackSink } from '../callback-sink.ts'
import type { CallbackSink } from '../callback-sink.ts'
import { startSetup } from '../setups.ts'
import type { Setup, SetupHost } from '../setups.ts'
import { WEBHOOK_SECRET } from '../start-app.ts'
import { startTap } from '../tap.ts'
import type { Tap } from '../tap.ts'
import { audit } from './audit.ts'
import type { AuditCounts } from './audit.ts'
import { startFleet } from './fleet.ts'
import type { Fleet } from './fleet.ts'
import { planJobs } from './job-mix.ts'
import { createKiller } from './killer.ts'
import type { Killer } from './killer.ts'
import { planKills } from './kill-plan.ts'
import { readRemains } from './read-remains.ts'
import { createTraffic } from './traffic.ts'
import type { Traffic } from './traffic.ts'

export interface Trial {
  setup: Setup
  seed: string
  kills: number
  jobs: number
  /** Told of how far it is, a line at a time. */
  say: (line: string) => void
}

export interface TrialReport {
  kills: number
  /** How often each moment was struck. */
  moments: Record<string, number>
  counts: AuditCounts & Traffic['counts']
  faults: string[]
}

/** So that what died is taken up again within seconds. */
const QUICK = {
  CLAIM_SECONDS: '2',
  UNCONFIRMED_SECONDS: '25',
  CALLBACK_SCHEDULE: `0s,${Array.from({ length: 40 }, () => '1s').join()}`,
  LOG_LEVEL: 'warn',
}
/** Longer than the longest wait that is meant: five minutes of an account held back, and two for a probe that died. */
const STALLED_MS = 480_000

/** Kills the service again and again while jobs of all kinds run, then lets it finish and holds it to its promises. */
export async function surviveKills({ setup, seed, kills, jobs, say }: Trial): Promise<TrialReport> {
  await using stack = new AsyncDisposableStack()
  const host: SetupHost = stack.use(await startSetup(setup))
  const sink: CallbackSink = stack.use(await startCallbackSink())
  const receiver: Tap = stack.use(await startTap(sink.url))
  let fleet: Fleet | null = null
  const front: Tap = stack.use(await startTap(() => fleet?.apiUrl() ?? null))
  const webhooks = [{ url: `${front.url}/webhooks/openai`, secret: WEBHOOK_SECRET }]
  const sandbox: Sandbox = stack.use(await startSandbox({ webhooks, retryScheduleMs: Array.from({ length: 1_000 }, () => 500) }))
  fleet = stack.use(await startFleet(host, { front, sandboxUrl: sandbox.url, env: QUICK }))
  const { members } = fleet
  await Promise.all(members.map((member) => fleet?.up(member)))

  const traffic = createTraffic({ url: front.url, sink })
  stack.defer(() => traffic.stop())
  const killer: Killer = createKiller({ fleet, receiver, sandbox, arrived: () => traffic.counts.callbacks })
  const planned = planJobs(seed, { count: jobs, callbackUrl: receiver.url })
  const running: Promise<void>[] = []
  for (const [index, kill] of planKills(seed, { count: kills, setup }).entries()) {
    const share = planned.slice(Math.round((index * jobs) / kills), Math.round(((index + 1) * jobs) / kills))
    running.push(...share.map((job) => traffic.run(job)))
    await killer.strike(kill)
    if ((index + 1) % 10 === 0)
      say(`${setup}: ${index + 1} of ${kills} kills, ${traffic.accepted.length} jobs accepted, ${told(traffic)} told final`)
  }
  await Promise.race([Promise.all(running), stalled(traffic)])
  const untold = traffic.accepted.filter(({ told: end }) => end === null).length
  if (untold > 0) say(`${setup}: ${untold} jobs have not ended`)

  const stoppedAt = new Date()
  const codes = await fleet.stop()
  const { counts, faults } = audit({
    accepted: traffic.accepted,
    remains: await readRemains(host, { stoppedAt }),
    sandbox: sandbox.state,
    sink,
  })
  const exits = codes.flatMap((code, index) => (code === 0 ? [] : [`${members[index]?.name} ended with ${code} when it was asked to stop`]))
  return {
    kills: killer.kills(),
    moments: killer.moments(),
    counts: { ...traffic.counts, ...counts },
    faults: [...killer.faults, ...traffic.faults, ...faults, ...exits],
  }
}

function told({ accepted }: Traffic): number {
  return accepted.filter(({ told: end }) => end !== null).length
}

/** Resolves when nothing has moved for long. */
async function stalled(traffic: Traffic): Promise<void> {
  while (performance.now() - traffic.lastProgress() < STALLED_MS) await pause(500, undefined, { ref: false })
}
