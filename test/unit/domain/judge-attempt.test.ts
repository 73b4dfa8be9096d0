import { describe, expect, test } from 'vitest'
import { judgeAttempt, jittered } from '../../../src/domain/judge-attempt.ts'
import { retryAfterSeconds } from '../../../src/domain/retry-after.ts'
import { holdSeconds } from '../../../src/domain/hold-target.ts'
import type { SendOutcome } from '../../../src/domain/ports.ts'

const NOW = new Date('2026-11-21T12:00:00Z')
const SCHEDULE = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]

const replied = (status: number, headers: Record<string, string> = {}): SendOutcome => ({
  outcome: 'replied',
  status,
  headers,
  body: '',
  durationMs: 1,
})
const unreached = (reason: string): SendOutcome => ({ outcome: 'failed', reason, message: '', durationMs: 1 })
const judge = (sent: SendOutcome, tries = 0, chance = 0.5) => judgeAttempt(sent, { tries, scheduleSeconds: SCHEDULE, chance, now: NOW })

describe('an attempt', () => {
  test.each([200, 201, 202, 204, 299])('answered with %i was taken', (status) => {
    expect(judge(replied(status))).toEqual({ verdict: 'delivered', waitSeconds: null, slowDown: null })
  })

  test.each([100, 199, 300, 301, 302, 304, 400, 401, 404, 409, 500, 501])('answered with %i is made again', (status) => {
    expect(judge(replied(status))).toEqual({ verdict: 'again', waitSeconds: 5, slowDown: null })
  })

  test.each([429, 502, 503, 504])('answered with %i slows all down that goes there', (status) => {
    expect(judge(replied(status)).slowDown).toEqual({ askedSeconds: 0 })
    expect(judge(replied(status, { 'retry-after': '90' }))).toEqual({ verdict: 'again', waitSeconds: 90, slowDown: { askedSeconds: 90 } })
  })

  test.each(['timeout', 'dns', 'refused', 'reset', 'tls', 'network', 'blocked'])('without a reply (%s) does so too', (reason) => {
    expect(judge(unreached(reason))).toEqual({ verdict: 'again', waitSeconds: 5, slowDown: { askedSeconds: 0 } })
  })

  test('whose secret could not be opened is made again, and says nothing of the target', () => {
    expect(judge(unreached('secret_unreadable'))).toEqual({ verdict: 'again', waitSeconds: 5, slowDown: null })
    expect(judge(unreached('secret_unreadable'), 9)).toEqual({ verdict: 'failed', waitSeconds: null, slowDown: null })
  })

  test('answered with 410 is the last', () => {
    expect(judge(replied(410, { 'retry-after': '5' }))).toEqual({ verdict: 'gone', waitSeconds: null, slowDown: null })
  })

  test('has the waits of the schedule before it, by how often it was tried since it was asked for', () => {
    expect(SCHEDULE.map((_, tries) => judge(replied(500), tries).waitSeconds)).toEqual([...SCHEDULE.slice(1), null])
    expect(judge(replied(500), 9).verdict).toBe('failed')
    expect([0, 0.5, 1].map((chance) => Math.round(jittered(100, chance)))).toEqual([80, 100, 120])
  })
})

test.each([
  ['120', 120],
  [' 7 ', 7],
  ['1.5', 1.5],
  ['86401', 86_400],
  ['Sat, 21 Nov 2026 12:02:00 GMT', 120],
  ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
  ['Tue, 24 Nov 2026 12:00:00 GMT', 86_400],
  ['2026-11-21T12:02:00Z', 0],
  ['Sat, 99 Nov 2026 12:02:00 GMT', 0],
  ['-5', 0],
  ['1e9', 0],
  ['Infinity', 0],
  ['', 0],
  [undefined, 0],
])('a Retry-After of %j asks for %d seconds', (text, seconds) => {
  expect(retryAfterSeconds(text, NOW)).toBe(seconds)
})

test('a target is held back for half as long as it fails, two seconds at least and a quarter of an hour at most', () => {
  const after = (seconds: number) => holdSeconds(NOW, new Date(NOW.getTime() - seconds * 1000))
  expect([0, 4, 60, 600, 1_800, 432_000].map(after)).toEqual([2, 2, 30, 300, 900, 900])
})
