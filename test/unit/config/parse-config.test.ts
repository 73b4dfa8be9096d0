import { describe, expect, test } from 'vitest'
import { describeFaults } from '../../../src/config/index.ts'
import { SECRET, accepted, refused, refusedNames } from './parse.ts'

describe('a laptop with nothing but a key', () => {
  test('gets one process with everything embedded', () => {
    const { config, warnings } = accepted({})
    expect(config).toMatchObject({
      role: 'all',
      database: { kind: 'embedded', dataDir: './data' },
      queue: { kind: 'database' },
      storage: { kind: 'files', directory: 'data/objects' },
      http: { host: '127.0.0.1', port: 8080, publicUrl: null, maxRequestBytes: 32 * 1024 * 1024 },
      access: { firstKey: null, secret: null },
      polling: { webhooksExpected: false, firstSeconds: 2, maxSeconds: 300, unconfirmedSeconds: 900 },
      retentionDays: null,
    })
    expect(config.callbacks.scheduleSeconds).toEqual([0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400])
    expect(warnings).toEqual([])
  })

  test('has every path follow DATA_DIR', () => {
    const { config } = accepted({ DATA_DIR: '/data' })
    expect(config.database).toEqual({ kind: 'embedded', dataDir: '/data' })
    expect(config.storage).toEqual({ kind: 'files', directory: '/data/objects' })
  })

  test('is stopped without the key', () => {
    expect(refusedNames({ OPENAI_API_KEY: '' })).toEqual(['OPENAI_API_KEY'])
  })
})

describe('servers, one URL each', () => {
  test('are taken together', () => {
    const { config } = accepted({
      DATABASE_URL: 'postgres://u:p@db/longhaul',
      LONGHAUL_SECRET: SECRET,
      REDIS_URL: 'rediss://cache:6380/1',
      STORAGE_URL: 's3://bucket',
    })
    expect(config.database).toEqual({ kind: 'postgres', url: 'postgres://u:p@db/longhaul' })
    expect(config.queue).toEqual({ kind: 'redis', url: 'rediss://cache:6380/1' })
    expect(config.storage).toEqual({ kind: 's3', bucket: { name: 'bucket' } })
    expect(config.access.secret).toEqual(new Uint8Array(32).fill(7))
  })

  test('the database asks for a secret that all processes share', () => {
    expect(refusedNames({ DATABASE_URL: 'postgres://db/longhaul' })).toEqual(['LONGHAUL_SECRET'])
  })

  test('a process with half the work needs a database of its own standing, and is told about shared files', () => {
    expect(refusedNames({ ROLE: 'worker' })).toEqual(['ROLE'])
    const shared = { DATABASE_URL: 'postgresql://db/longhaul', LONGHAUL_SECRET: SECRET }
    expect(accepted({ ...shared, ROLE: 'api' }).warnings).toEqual([expect.stringContaining('DATA_DIR/objects')])
    expect(accepted({ ...shared, ROLE: 'api', STORAGE_URL: 's3://b' }).warnings).toEqual([])
  })

  test('a worker opens no port unless one is set', () => {
    const worker = { ROLE: 'worker', DATABASE_URL: 'postgres://db/longhaul', LONGHAUL_SECRET: SECRET }
    expect(accepted(worker).config.http.port).toBeNull()
    expect(accepted({ ...worker, PORT: '9090' }).config.http.port).toBe(9090)
  })
})

describe('webhooks', () => {
  const reached = { PUBLIC_URL: 'https://longhaul.example.com/', OPENAI_WEBHOOK_SECRET: 'whsec_a,whsec_b' }

  test('with an address and a secret make polling the safety net', () => {
    const { config, warnings } = accepted(reached)
    expect(config.openai.webhookSecrets).toEqual(['whsec_a', 'whsec_b'])
    expect(config.http.publicUrl).toBe('https://longhaul.example.com')
    expect(config.polling).toEqual({ webhooksExpected: true, firstSeconds: 30, maxSeconds: 300, unconfirmedSeconds: 21_600 })
    expect(warnings).toEqual([])
  })

  test('with an address alone are warned about, and results are polled', () => {
    const { config, warnings } = accepted({ PUBLIC_URL: reached.PUBLIC_URL })
    expect(config.polling).toMatchObject({ webhooksExpected: false, firstSeconds: 2, unconfirmedSeconds: 900 })
    expect(warnings).toEqual([expect.stringContaining('OPENAI_WEBHOOK_SECRET')])
  })

  test('with a secret alone are warned about', () => {
    expect(accepted({ OPENAI_WEBHOOK_SECRET: 'whsec_a' }).warnings).toEqual([expect.stringContaining('PUBLIC_URL')])
  })

  test('what is set beats what follows from them', () => {
    const { polling } = accepted({ ...reached, POLL_FIRST_SECONDS: '1', POLL_MAX_SECONDS: '60', UNCONFIRMED_SECONDS: '5' }).config
    expect(polling).toEqual({ webhooksExpected: true, firstSeconds: 1, maxSeconds: 60, unconfirmedSeconds: 5 })
  })

  test('the first look never comes later than the widest wait', () => {
    expect(accepted({ ...reached, POLL_MAX_SECONDS: '10' }).config.polling.firstSeconds).toBe(10)
    expect(refusedNames({ POLL_FIRST_SECONDS: '400' })).toEqual(['POLL_FIRST_SECONDS'])
  })

  test('a public address may be plain http on loopback alone', () => {
    for (const host of ['localhost', '127.0.0.1', 'app.localhost', '[::1]']) {
      expect(accepted({ PUBLIC_URL: `http://${host}:8080` }).config.http.publicUrl).toBe(`http://${host}:8080`)
    }
    for (const host of ['example.com', '10.0.0.1', '127.example.com', 'localhost.example.com']) {
      expect(refusedNames({ PUBLIC_URL: `http://${host}` })).toEqual(['PUBLIC_URL'])
    }
  })
})

describe('a start that is refused', () => {
  const env = {
    OPENAI_API_KEY: '',
    DATABASE_URL: 'mysql://root:hunter2@db',
    LONGHAUL_SECRET: 'hunter2',
    LONGHAUL_API_KEY: 'hunter2',
    OPENAI_WEBHOOK_SECRET: 'hunter2',
    STORAGE_URL: 'ftp://hunter2',
    REDIS_URL: 'hunter2',
    PUBLIC_URL: 'https://me:hunter2@example.com/?key=hunter2',
    PORT: 'http',
  }

  test('names every fault at once, in the order of the table, each with its mend', () => {
    const faults = refused(env)
    expect(faults.map(({ name }) => name)).toEqual([
      'OPENAI_API_KEY',
      'OPENAI_WEBHOOK_SECRET',
      'PORT',
      'PUBLIC_URL',
      'LONGHAUL_API_KEY',
      'LONGHAUL_SECRET',
      'DATABASE_URL',
      'REDIS_URL',
      'STORAGE_URL',
    ])
    const text = describeFaults(faults)
    for (const { name, fault, mend } of faults) expect(text).toContain(`${name} ${fault}.\n    ${mend}`)
    expect(text).toContain('has 9 faults')
    expect(text).toContain('it is "http"')
  })

  test('prints no secret', () => {
    expect(describeFaults(refused(env))).not.toContain('hunter2')
  })
})
