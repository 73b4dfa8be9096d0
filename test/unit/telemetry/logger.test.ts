import { describe, expect, test } from 'vitest'
import { createLogger } from '../../../src/telemetry/index.ts'

function loggerWithLines(level: string) {
  const lines: string[] = []
  const log = createLogger({ level, destination: { write: (line) => void lines.push(line) } })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> }
}

describe('the log', () => {
  test('writes one JSON line with the level by name, the time, and ids as fields', () => {
    const { log, last } = loggerWithLines('info')
    log.child({ job: 'job_1' }).info({ turn: 'turn_1' }, 'response.fetched')
    expect(last()).toEqual({ level: 'info', time: expect.stringMatching(/Z$/), job: 'job_1', turn: 'turn_1', msg: 'response.fetched' })
  })

  test('leaves out what is below its level', () => {
    const { log, lines } = loggerWithLines('warn')
    log.debug({}, 'a')
    log.info({}, 'b')
    log.warn({}, 'c')
    expect(lines).toHaveLength(1)
  })

  test('hides secrets wherever they stand', () => {
    const { log, lines } = loggerWithLines('info')
    log.info({ secret: 's3cr3t', headers: { authorization: 's3cr3t', 'webhook-signature': 's3cr3t' } }, 'top')
    log.info({ request: { headers: { Authorization: 's3cr3t', cookie: 's3cr3t' } }, account: { apiKey: 's3cr3t' } }, 'deeper')
    log.child({ token: 's3cr3t' }).info({}, 'child')
    expect(lines.join('')).not.toContain('s3cr3t')
    expect(lines.join('')).toContain('[redacted]')
  })

  test('tells of an error its kind, message, code, stack and causes, and nothing it carries besides', () => {
    const { log, last } = loggerWithLines('info')
    const cause = Object.assign(new TypeError('refused'), { code: 'ECONNREFUSED' })
    log.error({ error: Object.assign(new Error('no reply', { cause }), { headers: { 'x-key': 'k' } }) }, 'failed')
    expect(last()).toMatchObject({ error: { type: 'Error', message: 'no reply', cause: { type: 'TypeError', code: 'ECONNREFUSED' } } })
    expect(JSON.stringify(last())).not.toContain('x-key')
  })
})
