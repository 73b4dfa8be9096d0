import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Body } from '../support/api-client.ts'
import { requests } from '../support/requests.ts'
import { describeWith } from '../support/servers.ts'
import { NEEDS, startSetup } from '../support/setups.ts'
import type { SetupHost } from '../support/setups.ts'
import { startTestApp } from '../support/start-app.ts'
import type { TestApp } from '../support/start-app.ts'
import { startTap } from '../support/tap.ts'
import type { Tap, Verdict } from '../support/tap.ts'

const xml = (code: string): string => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>It is so</Message></Error>`

const OUTAGES: { how: string; verdict: Verdict; readyz: string }[] = [
  { how: 'answers 500', verdict: { status: 500, body: xml('InternalError') }, readyz: 'away' },
  { how: 'asks for less', verdict: { status: 503, body: xml('SlowDown') }, readyz: 'away' },
  { how: 'ends every connection', verdict: 'drop', readyz: 'away' },
  { how: 'never answers', verdict: 'hang', readyz: 'away' },
]

describeWith('an object store that is away', { needs: NEEDS.full }, () => {
  let host: SetupHost
  let store: Tap
  let here: TestApp

  beforeAll(async () => {
    host = await startSetup('full')
    const url = new URL(host.env.STORAGE_URL ?? '')
    store = await startTap(url.searchParams.get('endpoint') ?? '')
    url.searchParams.set('endpoint', store.url)
    here = await startTestApp(host, { env: { STORAGE_URL: url.href } })
  })
  afterAll(async () => {
    for (const part of [here, store, host]) await part?.[Symbol.asyncDispose]()
  })

  function withInput(): object {
    const image_url = `data:image/png;base64,${randomBytes(4_096).toString('base64')}`
    return { ...requests.text(), input: [{ role: 'user', content: [{ type: 'input_image', image_url }] }] }
  }

  test.each(OUTAGES)('that $how: results wait and are stored later, whole and once', { timeout: 60_000 }, async ({ verdict, readyz }) => {
    const { promise: asked, resolve } = Promise.withResolvers<void>()
    store.watch = ({ method, phase }) => {
      if (method !== 'PUT' || phase !== 'arrived') return undefined
      resolve()
      return verdict
    }
    const jobs: Body[] = [await here.api.submit({ request: requests.image() }), await here.api.submit({ request: requests.code() })]
    await asked
    if (verdict !== 'hang') {
      const refused = await here.api.call('/v1/jobs', { method: 'POST', body: { request: withInput() } })
      expect(refused.status).toBe(503)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    const ready = await here.api.call('/readyz')
    expect(ready).toMatchObject({ status: 503, body: { storage: readyz, database: 'ok' } })
    for (const { id } of jobs) expect(['queued', 'in_progress']).toContain((await here.api.call(`/v1/jobs/${id}`)).body.status)

    store.watch = () => undefined
    store.letGo()
    for (const { id } of jobs) {
      const job: Body = await here.api.settled(id)
      expect(job.status).toBe('completed')
      expect(here.sandbox.state.createsFor(id)).toBe(1)
      const made = here.sandbox.state.artifacts.get(job.response_id) ?? []
      expect(made.length).toBeGreaterThan(0)
      for (const { sha256 } of made) {
        const kept = job.artifacts.find((artifact: Body) => artifact.sha256 === sha256)
        const { bytes } = await here.api.bytes(`/v1/artifacts/${kept.id}/content`)
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
      }
    }
  })
})
