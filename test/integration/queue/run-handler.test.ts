import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Context } from '../../../src/domain/context.ts'
import { PermanentError } from '../../../src/domain/errors.ts'
import { type HandlerRun, runHandler } from '../../../src/queue/run-handler.ts'
import { handlersFor, keptLog } from '../../support/queue-kit.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const never = new Promise<never>(() => {})
const idle = new AbortController().signal

function run(some: Parameters<typeof handlersFor>[0], rest: Partial<HandlerRun<'handle-event'>> = {}): ReturnType<typeof runHandler> {
  const entry = { id: 'entry', data: { inboxId: 'inb_1' }, attempt: 1, isLast: true }
  return runHandler({
    name: 'handle-event',
    entry,
    handlers: handlersFor(some),
    app: {} as Context,
    log: keptLog(),
    timeoutMs: 1_000,
    stop: idle,
    abandon: idle,
    ...rest,
  })
}

test('a handler that does not heed its time loses its place five seconds later', async () => {
  const result = run({ 'handle-event': () => never })
  await vi.advanceTimersByTimeAsync(5_999)
  expect(await Promise.race([result, Promise.resolve('still waited for')])).toBe('still waited for')
  await vi.advanceTimersByTimeAsync(1)
  expect(await result).toMatchObject({ kind: 'failed', permanent: false, error: { name: 'TimeoutError' } })
})

test('what a handler has brought to its end after its time still counts', async () => {
  const result = run({
    'handle-event': (_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve({ outcome: 'late' }))),
  })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await result).toEqual({ kind: 'done', outcome: 'late' })
})

test('no timer is left when a handler has ended', async () => {
  await run({})
  expect(vi.getTimerCount()).toBe(0)
})

test('a payload that cannot be read is a permanent fault, and the handler is not asked', async () => {
  const handler = vi.fn<() => Promise<{ outcome: string }>>()
  const entry = { id: 'entry', data: { wrong: true }, attempt: 1, isLast: false }
  expect(await run({ 'handle-event': handler }, { entry })).toMatchObject({
    kind: 'failed',
    permanent: true,
    error: { message: 'the payload of handle-event is not readable: inboxId' },
  })
  expect(handler).not.toHaveBeenCalled()
})

test('a fault that is no Error, or thrown before the first await, is still an outcome', async () => {
  const result = run({
    'handle-event': () => {
      throw 'just text'
    },
  })
  expect(await result).toMatchObject({ kind: 'failed', error: { message: 'just text' } })
})

test('a permanent fault is told from others', async () => {
  expect(await run({ 'handle-event': () => Promise.reject(new PermanentError('never')) })).toMatchObject({ permanent: true })
  expect(await run({ 'handle-event': () => Promise.reject(new Error('later')) })).toMatchObject({ permanent: false })
})
