import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, test } from 'vitest'
import { requests } from '../support/requests.ts'
import { describeWith } from '../support/servers.ts'
import { NEEDS, startSetup } from '../support/setups.ts'
import { startTestApp, testEnv } from '../support/start-app.ts'
import type { TestApp } from '../support/start-app.ts'

const COMMAND = fileURLToPath(new URL('../../bin/longhaul.mjs', import.meta.url))
const SLOW = { timeout: 90_000 }

function doctor(env: Record<string, string>, ...flags: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [COMMAND, 'doctor', ...flags], { env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
}

const envFor = (here: TestApp, env: Record<string, string>) => ({ ...env, ...testEnv({ port: 0, sandboxUrl: here.sandbox.url }) })

test('on the embedded database it waits for the service to stop, then tells what is wrong, and mends it', SLOW, async () => {
  await using host = await startSetup('embedded')
  await using here = await startTestApp(host)
  const env = envFor(here, host.env)
  const { id } = await here.api.submit({ request: requests.image() })
  const { artifacts } = await here.api.settled(id)
  const refused = await doctor(env)
  expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Stop that process first') })

  await here.app.close()
  const [{ id: artifactId }] = artifacts
  const dataDir = host.env.DATA_DIR ?? ''
  await unlink(join(dataDir, 'objects', 'ten_default', id, `${artifactId}.png`))
  await chmod(join(dataDir, 'db'), 0o755)
  const told = await doctor(env)
  expect(told).toMatchObject({ code: 1, err: '' })
  expect(told.out).toContain(`  ! ${artifactId}: Its object is not there.`)
  expect(told.out).toContain('\n2 things are wrong. Run it with --mend')
  const mended = await doctor(env, '--mend')
  expect(mended).toMatchObject({ code: 0, out: expect.stringContaining('mended: fetched it again from OpenAI') })
  expect(mended.out).toContain('\n2 things are wrong; 2 mended.\n')
})

test('where it cannot look it says why: no settings, no database, no such flag', SLOW, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'longhaul-doctor-'))
  const elsewhere = await mkdtemp(join(tmpdir(), 'longhaul-doctor-'))
  await mkdir(join(elsewhere, 'db'))
  const [unset, empty, secretless, flag] = await Promise.all([
    doctor({ DATA_DIR: dataDir }),
    doctor({ DATA_DIR: dataDir, OPENAI_API_KEY: 'sk-x' }),
    doctor({ DATA_DIR: elsewhere, OPENAI_API_KEY: 'sk-x' }),
    doctor({}, '--fix'),
  ])
  expect(unset).toMatchObject({ code: 2, err: expect.stringContaining('OPENAI_API_KEY') })
  expect(empty).toMatchObject({ code: 2, err: expect.stringContaining('There is no database') })
  expect(secretless).toMatchObject({ code: 2, err: expect.stringContaining('There is no secret') })
  expect(await readdir(elsewhere)).toEqual(['db'])
  expect(flag).toMatchObject({ code: 2, err: expect.stringContaining('--fix') })
  for (const made of [dataDir, elsewhere]) await rm(made, { recursive: true })
})

describeWith('on PostgreSQL, while the service runs', { needs: NEEDS.postgres }, () => {
  test('it leaves a database that is older than itself as it is, and says how to go on', SLOW, async () => {
    await using host = await startSetup('postgres')
    const database = new pg.Client(host.env.DATABASE_URL)
    await database.connect()
    await database.query('delete from longhaul.migrations where number = (select max(number) from longhaul.migrations)')
    const told = await doctor({ ...host.env, ...testEnv({ port: 0, sandboxUrl: 'http://127.0.0.1:1' }) }, '--mend')
    const { rows } = await database.query('select number from longhaul.migrations')
    await database.end()
    expect(told).toMatchObject({ code: 2, out: '', err: expect.stringContaining('run `longhaul migrate` or start the service first') })
    expect(rows).toHaveLength(2)
  })

  test('it tells each thing as a line of JSON, and that all is well', SLOW, async () => {
    await using host = await startSetup('postgres')
    await using here = await startTestApp(host)
    await here.api.settled((await here.api.submit({ request: requests.code() })).id)
    await here.api.submit({ request: requests.text({ sandbox_scenario: 'stuck_in_progress' }) })
    const { code, out, err } = await doctor(envFor(here, host.env), '--json', '--deep', '--offline')
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string })
    expect(lines.filter(({ kind }) => kind !== 'check')).toEqual([
      { kind: 'skipped', check: 'clock', why: 'it asks OpenAI' },
      { kind: 'skipped', check: 'responses', why: 'it asks OpenAI' },
      { kind: 'end', found: 0, mended: 0, broken: 0 },
    ])
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })
})
