import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createApp } from '../../app.ts'
import { readConfig } from '../../read-config.ts'
import { startSandbox } from '../../sandbox/index.ts'
import { createLogger } from '../../telemetry/index.ts'
import { startCallbackReceiver } from '../demo/callback-receiver.ts'
import { demoClient } from '../demo/demo-client.ts'
import { runJobs } from '../demo/run-jobs.ts'
import { choosePort } from '../demo/choose-port.ts'
import { showStored } from '../demo/show-stored.ts'
import { say } from '../demo/say.ts'
import { untilStopped } from '../until-stopped.ts'

const DATA_DIR = join('data', 'demo')
const RUN_MS = 1_500

/** All of Longhaul on this machine, against the sandbox: real webhooks, real storage, real callbacks, no key and no network. */
export async function demo({ exit, port }: { exit: boolean; port: number }): Promise<number> {
  const apiKey = `lh_${randomBytes(32).toString('base64url')}`
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`
  const ourPort = await choosePort(port)
  const url = `http://127.0.0.1:${ourPort}`
  say.title('Longhaul demo')
  say.line('starting: embedded database, queue and files, and an OpenAI sandbox in place of OpenAI …')

  await using sandbox = await startSandbox({ webhooks: [{ url: `${url}/webhooks/openai`, secret: webhookSecret }], defaultDelayMs: RUN_MS })
  const read = readConfig({
    DATA_DIR,
    PORT: String(ourPort),
    PUBLIC_URL: url,
    OPENAI_API_KEY: 'sandbox',
    OPENAI_BASE_URL: sandbox.url,
    OPENAI_WEBHOOK_SECRET: webhookSecret,
    LONGHAUL_API_KEY: apiKey,
    CALLBACK_ALLOW_PRIVATE: '127.0.0.0/8',
    POLL_FIRST_SECONDS: '1',
  })
  if (!read.ok) {
    console.error(read.message)
    return 1
  }
  await using app = await createApp(read.config, { log: createLogger({ level: 'silent' }) })
  const client = demoClient({ url, apiKey })
  await using receiver = await startCallbackReceiver({ secret: await client.callbackSecret() })
  say.line(`ready     API ${url}   sandbox ${sandbox.url}   callbacks ${receiver.url}`)

  const jobs = await runJobs({ client, receiver })
  const whole = await showStored({ jobs, dataDir: DATA_DIR, callbacks: receiver.verified })
  say.howToLookAround({ url, apiKey, jobId: jobs[0]?.id ?? '', reportId: jobs[2]?.id ?? '' })
  if (exit) return whole ? 0 : 1
  say.line('\nIt goes on running: press Ctrl-C to end.')
  await untilStopped()
  void app
  return 0
}
