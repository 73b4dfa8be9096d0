import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFaultLog } from '../../../src/queue/fault-log.ts'
import { keptLog } from '../../support/queue-kit.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the same fault from many sources is one line in ten seconds, and the next line counts the others', () => {
  const log = keptLog()
  const fault = createFaultLog(log)
  for (const source of ['redis', 'worker deliver', 'queue deliver']) fault(source, new Error('connect ECONNREFUSED'))
  fault('redis', new Error('another'))
  vi.advanceTimersByTime(10_001)
  fault('redis', new Error('connect ECONNREFUSED'))
  expect(log.lines.map(({ fields }) => fields)).toEqual([
    { source: 'redis', error: 'connect ECONNREFUSED', suppressed: 0 },
    { source: 'redis', error: 'another', suppressed: 0 },
    { source: 'redis', error: 'connect ECONNREFUSED', suppressed: 2 },
  ])
})

test('what an address hides is not logged, and a fault without words is told by its code', () => {
  const log = keptLog()
  const fault = createFaultLog(log)
  fault('redis', new Error('cannot reach rediss://user:secret@host:6379'))
  fault('redis', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }))
  expect(log.lines.map(({ fields }) => fields['error'])).toEqual(['cannot reach rediss://***@host:6379', 'ECONNREFUSED'])
})
