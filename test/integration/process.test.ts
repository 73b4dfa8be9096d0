import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAppProcess } from '../support/app-process.ts'
import { createTestDataDir } from '../support/database-embedded.ts'
import type { TestDataDir } from '../support/database-embedded.ts'
import { freePort } from '../support/free-port.ts'

describe('the service as a process', () => {
  let folder: TestDataDir
  beforeAll(async () => {
    folder = await createTestDataDir()
  })
  afterAll(() => folder[Symbol.asyncDispose]())

  async function start(env: Record<string, string> = {}) {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    return { url, ...startAppProcess({ url, env: { DATA_DIR: folder.dataDir, PORT: String(port), OPENAI_API_KEY: 'sk-x', ...env } }) }
  }

  test('settings at fault end the start with 1 and a line and a mend for each', async () => {
    await using service = await start({
      OPENAI_API_KEY: '',
      ROLE: 'everything',
      OPENAI_WEBHOOK_SECRET: 'whsec_AA==',
      POLL_MAX_SECONDS: 'soon',
    })
    expect(await service.exited).toBe(1)
    for (const name of ['OPENAI_API_KEY', 'ROLE', 'OPENAI_WEBHOOK_SECRET', 'POLL_MAX_SECONDS']) expect(service.output()).toContain(name)
    expect(service.output()).not.toContain('whsec_AA==')
  })

  test(
    'a first start shows a key that works, once; a second process on the folder is refused; SIGTERM ends it with 0',
    { timeout: 90_000 },
    async () => {
      await using first = await start()
      await first.ready()
      const key = /lh_[\w-]{43}/.exec(first.output())?.[0]
      const reply = await fetch(`${first.url}/v1/jobs`, { headers: { authorization: `Bearer ${key}` } })
      expect(reply.status).toBe(200)

      await using second = await start()
      expect(await second.exited).toBe(1)
      expect(second.output()).toContain('DATABASE_URL')

      expect(await first.kill('SIGTERM')).toBe(0)
      await using again = await start()
      await again.ready()
      expect(again.output()).not.toMatch(/lh_[\w-]{43}/)
      const after = await fetch(`${again.url}/v1/jobs`, { headers: { authorization: `Bearer ${key}` } })
      expect(after.status).toBe(200)
    },
  )
})
