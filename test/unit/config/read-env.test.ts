import { describe, expect, test } from 'vitest'
import { readEnv } from '../../../src/config/index.ts'
import { accepted } from './parse.ts'

describe('reading the environment', () => {
  test('blank is unset, and white space around a value is nothing', () => {
    expect(readEnv({ HOST: '', PORT: '  ', ROLE: ' api\n' }).values).toEqual({ ROLE: 'api' })
  })

  test('what is not ours is left alone', () => {
    const env = {
      PATH: '/bin',
      HOSTNAME: 'h',
      HOME: '/',
      OPENAI_ORG_ID: 'o',
      AWS_REGION: 'r',
      PORTS: '1',
      NODE_ENV: 'production',
      POSTGRES_URL: 'x',
    }
    expect(readEnv(env)).toEqual({ values: {}, strangers: [] })
  })

  test('a slip of the pen is warned about with the name that was meant', () => {
    const { warnings } = accepted({ CALLBACK_SHEDULE: '1s', REDIS_URI: 'redis://h', LOGLEVEL: 'debug', LONGHAUL_KEYS: 'x' })
    expect(warnings).toEqual([
      'CALLBACK_SHEDULE is not a setting: is CALLBACK_SCHEDULE meant?',
      'REDIS_URI is not a setting: is REDIS_URL meant?',
      'LOGLEVEL is not a setting: is LOG_LEVEL meant?',
      'LONGHAUL_KEYS is not a setting',
    ])
  })

  test("the command line's own variable is no slip", () => {
    expect(accepted({ LONGHAUL_URL: 'http://127.0.0.1:8080' }).warnings).toEqual([])
  })
})
