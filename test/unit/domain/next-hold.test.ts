import fc from 'fast-check'
import { expect, test } from 'vitest'
import { heldModel, HOLD_REASONS } from '../../../src/domain/hold-model.ts'
import type { Hold, HoldReason } from '../../../src/domain/hold-model.ts'
import type { AccountFault } from '../../../src/domain/judge-create.ts'
import { nextHold } from '../../../src/domain/next-hold.ts'
import { after, T0 } from '../../support/database-rows.ts'
import { upstreamError } from '../../support/scripted-openai.ts'

const KEY = { account: 'default', model: '' }

function fault(reason: HoldReason, change: Partial<AccountFault> = {}): AccountFault {
  return { reason, sure: reason !== 'outage', error: upstreamError({ message: reason }), retryAfterMs: null, ...change }
}

/** Struck at so many seconds after the start, by what was sent just before. */
function strike(before: Hold | null, told: AccountFault, at: number, { sentAt = at, chance = 0.5 } = {}): Hold {
  return nextHold(before, KEY, { fault: told, now: after(at), sentAt: after(sentAt), chance })
}

function seconds(hold: Hold, from: number): number | null {
  return hold.heldUntil === null ? null : (hold.heldUntil.getTime() - after(from).getTime()) / 1000
}

test.each([
  ['rate_limited', [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]],
  ['quota_exhausted', [30, 60, 120, 240, 300, 300]],
  ['auth_failed', [30, 60, 120, 240, 300, 300]],
  ['outage', [null, null, 5, 10, 20, 40, 80, 160, 300, 300]],
] as [HoldReason, (number | null)[]][])('faults of the kind %s hold for ever longer, up to five minutes', (reason, waits) => {
  let hold: Hold | null = null
  let at = 0
  const seen: (number | null)[] = []
  for (const _ of waits) {
    hold = strike(hold, fault(reason), at)
    seen.push(seconds(hold, at))
    at += seen.at(-1) ?? 1
  }
  expect(seen).toEqual(waits)
  expect(hold).toMatchObject({ ...KEY, reason, strikes: waits.length, lastError: { message: reason } })
})

test('the wait that was asked for is kept, also above a minute, up to an hour', () => {
  const asked = (retryAfterMs: number) => seconds(strike(null, fault('rate_limited', { retryAfterMs }), 0), 0)
  expect([0, 1_000, 90_000, 3_600_000, 1e300, Infinity].map(asked)).toEqual([2, 2, 90, 3_600, 3_600, 3_600])
})

test('what fails together is one fault: of those sent before it was known none lengthens it, but for the wait they ask for', () => {
  const first = strike(null, fault('rate_limited'), 10)
  const second = strike(first, fault('rate_limited'), 11, { sentAt: 9 })
  expect(second).toEqual(first)
  const third = strike(second, fault('rate_limited', { retryAfterMs: 60_000 }), 11, { sentAt: 9 })
  expect(third).toEqual({ ...first, heldUntil: after(71) })
})

test('a request that hung through an outage says nothing once it is over', () => {
  const eased: Hold = { ...strike(null, fault('quota_exhausted'), 0), strikes: 0, heldUntil: null, openedAt: null, updatedAt: after(60) }
  expect(strike(eased, fault('outage'), 61, { sentAt: 5 })).toBe(eased)
  expect(strike(eased, fault('outage'), 61, { sentAt: 61 })).toMatchObject({ strikes: 1, heldUntil: null })
  expect(strike(eased, fault('rate_limited'), 61, { sentAt: 5 })).toMatchObject({ strikes: 1, heldUntil: after(63) })
})

test('three doubtful faults in a row open it, sent together or not; those of an hour ago are no row', () => {
  const two = strike(strike(null, fault('outage'), 0), fault('outage'), 1, { sentAt: 0 })
  expect(two).toMatchObject({ strikes: 2, heldUntil: null, openedAt: null })
  expect(strike(two, fault('outage'), 2, { sentAt: 0 })).toMatchObject({ strikes: 3, heldUntil: after(7), openedAt: after(2) })
  expect(strike(two, fault('outage'), 3_601)).toMatchObject({ strikes: 1, heldUntil: null })
  expect(strike(two, fault('auth_failed', { sure: false }), 2)).toMatchObject({ reason: 'auth_failed', strikes: 3, heldUntil: after(32) })
})

test('a hold that meets another fault stays one, since when it was opened', () => {
  const quota = strike(null, fault('quota_exhausted'), 0)
  const away = strike(quota, fault('outage'), 40)
  expect(away).toMatchObject({ reason: 'outage', strikes: 2, heldUntil: after(45), openedAt: T0 })
})

test('whatever happens, no hold lasts longer than the hour that may be asked for, and an open one stays open', () => {
  const struck = fc.record({
    reason: fc.constantFrom(...HOLD_REASONS),
    sure: fc.boolean(),
    retryAfterMs: fc.option(fc.double({ min: 0, noNaN: true })),
    wait: fc.nat(7_200),
    late: fc.nat(600),
    chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(struck, { maxLength: 40 }), (strikes) => {
      let hold: Hold | null = null
      let at = 1_000
      for (const { wait, late, chance, ...told } of strikes) {
        at += wait
        const before: Hold | null = hold
        hold = strike(before, fault(told.reason, told), at, { sentAt: at - late, chance })
        if (before?.heldUntil) expect(hold.heldUntil).not.toBeNull()
        if (hold.heldUntil) expect(seconds(hold, at)).toBeLessThanOrEqual(3_600)
      }
    }),
  )
})

test('a model is known by the beginning of its name, however long that is', () => {
  expect(heldModel('gpt-x')).toBe('gpt-x')
  expect(heldModel('m'.repeat(100_000))).toHaveLength(200)
})
