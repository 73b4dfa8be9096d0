import type { Check, Finding } from './exam.ts'
import { mended } from './exam.ts'

const OLDEST_POSTGRES = 140_000
/** OpenAI's webhooks are refused from five minutes on: a minute is on the way there. */
const SKEW_SECONDS = 60

export const databaseCheck: Check = {
  name: 'database',
  about: 'the database answers, takes writes, and is of a version that is supported',
  async *look({ app, cases }) {
    const fault = await faultOf(() => app.store.check())
    if (fault !== null) return yield told('database', fault, 'Bring the database back; see docs/reliability.md.')
    const version = await cases.version()
    if (version >= OLDEST_POSTGRES) return
    yield told('database', `It is PostgreSQL ${Math.floor(version / 10_000)}; the oldest that is supported is 14.`, 'Upgrade the server.')
  },
}

export const queueCheck: Check = {
  name: 'queue',
  about: 'the queue answers',
  async *look({ parts }) {
    const fault = await faultOf(() => parts.checkQueue())
    if (fault !== null) yield told('queue', fault, 'Nothing is lost: work goes on slowly until the queue is back.')
  },
}

export const storageCheck: Check = {
  name: 'storage',
  about: 'the object store takes writes and has room',
  async *look({ app }) {
    const fault = await faultOf(() => app.objects.check())
    if (fault !== null) yield told('storage', fault, 'Make room, or bring the store back: results wait at OpenAI meanwhile.')
  },
}

export const filesCheck: Check = {
  name: 'files',
  about: 'nobody but their owner can read the secret, the embedded database and the objects',
  async *look(exam) {
    for (const file of await exam.parts.looseFiles()) {
      yield await mended(exam, {
        subject: file.path,
        problem: `Others than its owner have rights to it: its mode is ${(file.mode & 0o777).toString(8)}.`,
        remedy: 'take its rights away from all but its owner',
        work: async () => {
          await file.tighten()
          return 'took its rights away from all but its owner'
        },
      })
    }
  },
}

export const clockCheck: Check = {
  name: 'clock',
  about: 'the clock agrees with OpenAI, and webhooks can be verified',
  asksOpenAi: true,
  async *look({ app, parts: { webhooks, openAiTime } }) {
    if (webhooks.address && !webhooks.secrets)
      yield told('OPENAI_WEBHOOK_SECRET', 'PUBLIC_URL is set and no secret is: every webhook is refused.', 'Set it; see docs/webhooks.md.')
    const there = await openAiTime()
    if (there === null) return
    const seconds = Math.round((app.clock.now().getTime() - there.getTime()) / 1000)
    if (Math.abs(seconds) < SKEW_SECONDS) return
    const problem = `It is ${Math.abs(seconds)} seconds ${seconds > 0 ? 'ahead of' : 'behind'} OpenAI: from 300 on webhooks are refused.`
    yield told('clock', problem, 'Let the machine set its clock by the network (NTP).')
  },
}

function told(subject: string, problem: string, remedy: string): Finding {
  return { subject, problem, remedy, mended: null }
}

async function faultOf(check: () => Promise<void>): Promise<string | null> {
  try {
    await check()
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
