import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { startCallbackSink } from '../support/callback-sink.ts'
import { audit } from '../support/crash/audit.ts'
import { planJobs } from '../support/crash/job-mix.ts'
import { readRemains } from '../support/crash/read-remains.ts'
import { createTraffic } from '../support/crash/traffic.ts'
import type { Traffic } from '../support/crash/traffic.ts'
import { eventually } from '../support/eventually.ts'
import { startPostgres } from '../support/private-postgres.ts'
import { describeWith } from '../support/servers.ts'
import { startSetup } from '../support/setups.ts'
import type { SetupHost } from '../support/setups.ts'
import { startTestApp } from '../support/start-app.ts'

const JOBS = 40
const CUTS = 12

/** Jobs of all kinds while the database is disturbed; afterwards every promise must have been kept. */
async function keepsPromises(host: SetupHost, disturb: (traffic: Traffic) => Promise<void>): Promise<Traffic['counts']> {
  await using sink = await startCallbackSink()
  const traffic = await runJobs()
  const { faults } = audit({
    ...traffic.evidence,
    accepted: traffic.accepted,
    sink,
    remains: await readRemains(host, { stoppedAt: new Date() }),
  })
  expect([...traffic.faults, ...faults]).toEqual([])
  return traffic.counts

  async function runJobs() {
    await using here = await startTestApp(host, {
      env: { CLAIM_SECONDS: '2', UNCONFIRMED_SECONDS: '30', CALLBACK_SCHEDULE: `0s,${Array.from({ length: 40 }, () => '1s').join()}` },
      sandbox: { retryScheduleMs: Array.from({ length: 100 }, () => 500) },
    })
    const running = createTraffic({ url: here.url, sink })
    const jobs = planJobs('outage', { count: JOBS, callbackUrl: sink.url }).filter(({ kind }) => kind !== 'hung' && kind !== 'unsure')
    const all = Promise.all(jobs.map((job) => running.run(job)))
    await disturb(running)
    await all
    return { ...running, evidence: { sandbox: here.sandbox.state } }
  }
}

describeWith('PostgreSQL that fails under load', { needs: ['postgres'] }, () => {
  test('cuts every connection again and again: what was acknowledged is there, what was not got 503', { timeout: 120_000 }, async () => {
    await using host = await startSetup('postgres')
    const counts = await keepsPromises(host, async (traffic) => {
      const admin = new pg.Client(host.env.DATABASE_URL)
      await admin.connect()
      for (let cut = 0; cut < CUTS; cut += 1) {
        const before = traffic.counts.callbacks + traffic.accepted.length
        await admin.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
        )
        // Something must have moved on before the next cut.
        await eventually(() => (traffic.counts.callbacks + traffic.accepted.length > before ? true : undefined))
      }
      await admin.end()
    })
    expect(counts.callbacks).toBeGreaterThan(0)
  })

  test('crashes and recovers: what was acknowledged is there, what was not got 503', { timeout: 120_000 }, async () => {
    await using stack = new AsyncDisposableStack()
    const server = stack.use(await startPostgres())
    const dataDir = await mkdtemp(join(tmpdir(), 'longhaul-crash-'))
    stack.defer(() => rm(dataDir, { recursive: true, force: true }))
    const env = { DATA_DIR: dataDir, DATABASE_URL: server.url, LONGHAUL_SECRET: Buffer.alloc(32, 7).toString('base64') }
    const counts = await keepsPromises({ name: 'postgres', env, redis: null, [Symbol.asyncDispose]: async () => {} }, async (traffic) => {
      for (const accepted of [5, 15]) {
        await eventually(() => (traffic.accepted.length >= accepted ? true : undefined))
        await server.crash()
        const refused = traffic.counts.refused
        if (traffic.accepted.length < JOBS / 2) await eventually(() => (traffic.counts.refused > refused ? true : undefined))
        await server.start()
      }
    })
    expect(counts.refused).toBeGreaterThan(0)
  })
})
