import { setTimeout as pause } from 'node:timers/promises'
import type { Sandbox } from '../../../src/sandbox/index.ts'
import { eventually } from '../eventually.ts'
import type { Tap } from '../tap.ts'
import type { Fleet, Member } from './fleet.ts'
import { watchFor } from './kill-moments.ts'
import type { Moment } from './kill-moments.ts'
import type { PlannedKill } from './kill-plan.ts'

export interface Killer {
  /** Waits for the moment, kills, and resolves once what died is up again. */
  strike(kill: PlannedKill): Promise<void>
  /** Processes killed so far. */
  kills(): number
  /** How often each moment was struck, and how often the clock struck. */
  moments(): Record<string, number>
  /** Processes that ended though nobody killed them. */
  faults: string[]
}

const BY_THE_CLOCK = 'by the clock'
const BREATH_MS = 10_000

interface Scene {
  fleet: Fleet
  receiver: Tap
  sandbox: Sandbox
  /** How many callbacks have arrived. */
  arrived: () => number
}

export function createKiller({ fleet, receiver, sandbox, arrived }: Scene): Killer {
  const struck: Record<string, number> = {}
  const faults: string[] = []
  const { members } = fleet

  /** The taps that a moment passes, and who dies if it passes there. */
  function places({ place }: Moment): { tap: Tap; victims: Member[] }[] {
    switch (place) {
      case 'openai':
        return members.map((member) => ({ tap: member.openai, victims: [member] }))
      case 'objects':
        return members.flatMap((member) => (member.objects === null ? [] : { tap: member.objects, victims: [member] }))
      case 'front':
        return [{ tap: fleet.front, victims: members.filter(({ role }) => role !== 'worker') }]
      case 'receiver': // any worker's: each has many on their way
        return [{ tap: receiver, victims: members.filter(({ role }) => role !== 'api') }]
      default:
        return place satisfies never
    }
  }

  /** Resolves with who was struck; null when the moment did not come in time. */
  async function reach(moment: Moment, withinMs: number): Promise<Member[] | null> {
    const { promise, resolve } = Promise.withResolvers<Member[] | null>()
    const watched = places(moment)
    for (const { tap, victims } of watched) {
      tap.watch = watchFor(moment, () => {
        for (const { process } of victims) process.child.kill('SIGKILL')
        resolve(victims)
      })
    }
    const timer = setTimeout(() => resolve(null), withinMs)
    const found = await promise
    clearTimeout(timer)
    for (const { tap } of watched) tap.watch = () => undefined
    return found
  }

  function byClock(victim: PlannedKill['victim']): Member[] {
    if (victim === 'all') return members
    return members.slice(Math.floor(victim * members.length)).slice(0, 1)
  }

  async function takeBreath(): Promise<void> {
    const before = arrived()
    await eventually(() => (arrived() > before ? true : undefined), { timeoutMs: BREATH_MS }).catch(() => undefined)
  }

  return {
    faults,
    kills: () => members.reduce((sum, { kills }) => sum + kills, 0),
    moments: () => ({ ...struck }),
    async strike({ moment, afterMs, breath, victim, againMs, outage }) {
      if (breath) await takeBreath()
      if (outage !== null) sandbox.state.outage(outage.mode, { times: outage.times })
      for (const { name, process } of members) {
        if (!process.running()) faults.push(`${name} ended by itself: ${process.output().slice(-2_000)}`)
      }
      if (moment === null) await pause(afterMs)
      const found = moment === null ? null : await reach(moment, afterMs)
      const name = found === null ? BY_THE_CLOCK : (moment?.name ?? BY_THE_CLOCK)
      struck[name] = (struck[name] ?? 0) + 1
      const dead = new Set([...(found ?? byClock(victim)), ...(victim === 'all' ? members : [])])
      await Promise.all([...dead].map((member) => fleet.kill(member)))
      for (const member of dead) fleet.start(member)
      if (againMs !== null) {
        await pause(againMs)
        await Promise.all([...dead].map((member) => fleet.kill(member)))
        for (const member of dead) fleet.start(member)
      }
      await Promise.all([...dead].map((member) => fleet.up(member)))
    },
  }
}
