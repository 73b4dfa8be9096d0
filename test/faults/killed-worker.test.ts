import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeQueues, type QueueHost } from '../support/queue-hosts.ts'
import { drained, startRunner } from '../support/queue-kit.ts'
import { openAt, type QueuePlace } from '../support/queue-places.ts'

const VICTIM = join(import.meta.dirname, '../support/queue-victim.ts')

/** Resolves when the process has been killed while it ran an entry. */
async function killMidRun(place: QueuePlace): Promise<void> {
  const victim = spawn(process.execPath, [VICTIM, JSON.stringify(place)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(victim, 'exit')
  for await (const chunk of victim.stdout) if (String(chunk).includes('running inb_killed')) break
  victim.kill('SIGKILL')
  expect((await ended)[1]).toBe('SIGKILL')
}

/** The embedded database belongs to one process, so the victim gets a folder of its own. */
async function emptyFolder(): Promise<QueueHost> {
  const dataDir = await mkdtemp(join(tmpdir(), 'longhaul-killed-'))
  const place = { dataDir }
  return { place, fresh: (options) => openAt(place, options), [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }) }
}

describeQueues('after a worker was killed', (openHost, kind) => {
  test('what it ran is run again by another', async () => {
    await using host = await (kind === 'embedded' ? emptyFolder() : openHost())
    await killMidRun(host.place)
    await using engine = await openAt(host.place, { lockSeconds: 1 })
    const { nextReport } = await startRunner(engine, { 'handle-event': async ({ inboxId }) => ({ outcome: inboxId }) })
    expect(await nextReport()).toMatchObject({ kind: 'done', outcome: 'inb_killed', attempt: 1 })
    await drained(engine)
  })
})
