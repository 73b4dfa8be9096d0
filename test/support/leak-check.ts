import { afterAll } from 'vitest'
import { eventually } from './eventually.ts'

/** What a test file opens and must have closed by its end. Sockets of fetch's own pool are not its to close. */
const OURS = new Set(['TCPServerWrap', 'ProcessWrap', 'FSEventWrap', 'Worker'])
const CLOSING_MS = 5_000

function open(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => OURS.has(kind))
}

const before = open().length

afterAll(async () => {
  await eventually(
    () => {
      const left = open()
      if (left.length <= before) return true
      throw new Error(`This test file left open: ${left.join(', ')}`)
    },
    { timeoutMs: CLOSING_MS },
  )
})
