import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SECRET, accepted, refusedNames } from './parse.ts'

describe('the form of a setting', () => {
  test.each([
    ['HOST', ['0.0.0.0', '::', 'db-1.internal'], ['http://x', 'a b', '127.0.0.1:80/']],
    ['PORT', ['0', '8080', '65535'], ['65536', '-1', '80.5', '1e3', '0x50']],
    ['MAX_REQUEST_MB', ['1', '512'], ['0', '513', '32MB']],
    ['ROLE', ['all'], ['both', 'ALL']],
    ['LOG_LEVEL', ['debug', 'silent'], ['verbose', 'INFO']],
    ['REDIS_URL', ['redis://localhost', 'rediss://:pw@h:1/2'], ['localhost:6379', 'http://h', 'redis:h']],
    [
      'OPENAI_BASE_URL',
      ['https://api.openai.com/v1', 'http://127.0.0.1:9/v1/'],
      ['api.openai.com', 'https://h/?x=1', 'https://h/#x', 'ftp://h'],
    ],
    [
      'LONGHAUL_API_KEY',
      [`lh_${'a'.repeat(32)}`, `lh_${'A-_9'.repeat(20)}`],
      [`lh_${'a'.repeat(31)}`, `sk_${'a'.repeat(32)}`, `lh_${'a'.repeat(32)}!`],
    ],
    [
      'LONGHAUL_SECRET',
      [SECRET, SECRET.replace('=', '')],
      ['short', Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64'), `${SECRET} x`, 'a'.repeat(64)],
    ],
    [
      'CALLBACK_ALLOW_PRIVATE',
      ['10.0.0.0/8', '10.1.2.3, fd00::/8'],
      ['10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'intranet', '10.0.0.0/8/8', '10.0.0.0/'],
    ],
    ['CALLBACK_PORTS', ['80', '80, 8080'], ['0', '70000', 'http']],
    ['CALLBACK_SCHEDULE', ['0s', '0s,5s,5m', '1.5h 2d', '50ms'], ['5', '-5s', '5 s', 's', '0s,,x', ',']],
    ['POLL_MAX_SECONDS', ['599'], ['600', '0']],
    ['RETENTION_DAYS', ['1', '365'], ['0', 'forever']],
  ])('%s takes %j and refuses %j', (name, good, bad) => {
    for (const text of good) expect(() => accepted({ [name]: text })).not.toThrow()
    for (const text of bad) expect(refusedNames({ [name]: text })).toEqual([name])
  })

  test('durations become seconds', () => {
    expect(accepted({ CALLBACK_SCHEDULE: '0s,250ms,5s,5m,2h,1d' }).config.callbacks.scheduleSeconds).toEqual([
      0, 0.25, 5, 300, 7_200, 86_400,
    ])
  })

  test('a bare address becomes a network of one', () => {
    expect(accepted({ CALLBACK_ALLOW_PRIVATE: '10.1.2.3 ::1 10.0.0.0/8' }).config.callbacks.allowPrivate).toEqual([
      '10.1.2.3/32',
      '::1/128',
      '10.0.0.0/8',
    ])
  })

  test('listed ports stand beside the two that are always open', () => {
    expect(accepted({}).config.callbacks.ports).toEqual([443, 8443])
    expect(accepted({ CALLBACK_PORTS: '443,9443' }).config.callbacks.ports).toEqual([443, 8443, 9443])
  })

  test('any 32 bytes are a secret', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const { secret } = accepted({ LONGHAUL_SECRET: Buffer.from(bytes).toString('base64') }).config.access
        expect(secret).toEqual(new Uint8Array(bytes))
      }),
    )
  })

  test('no text at all throws something other than a fault', () => {
    const names = [
      'HOST',
      'PUBLIC_URL',
      'OPENAI_BASE_URL',
      'CALLBACK_SCHEDULE',
      'CALLBACK_ALLOW_PRIVATE',
      'LONGHAUL_SECRET',
      'DATABASE_URL',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string({ unit: 'binary', minLength: 1 }), (name, text) => {
        fc.pre(text.trim() !== '')
        try {
          accepted({ [name]: text })
        } catch (error) {
          expect(String(error)).toContain('refused')
        }
      }),
    )
  })
})
