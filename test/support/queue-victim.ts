import type { Context } from '../../src/domain/context.ts'
import { handlersFor, keptLog } from './queue-kit.ts'
import { openAt, type QueuePlace } from './queue-places.ts'

/** A worker that takes an entry, says so and never ends, until it is killed. Its place is the first argument. */
const place = JSON.parse(process.argv[2] ?? '') as QueuePlace
const engine = await openAt(place, { lockSeconds: 1 })
const handlers = handlersFor({
  'handle-event': ({ inboxId }) => {
    process.stdout.write(`running ${inboxId}\n`)
    return new Promise(() => {})
  },
})
await engine.run({ handlers, app: {} as Context, log: keptLog() })
await engine.queue.add([{ name: 'handle-event', payload: { inboxId: 'inb_killed' } }])
