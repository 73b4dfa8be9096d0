import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { makeCallbackSecret, parseSecrets } from '../../../src/signing/index.ts'
import { standardVector } from './vectors.ts'

const secret = makeCallbackSecret(new Uint8Array(32).fill(7))
const raw = secret.slice('whsec_'.length)

function keysOf(text: string): string[][] {
  const parsed = parseSecrets(text)
  return parsed.ok ? parsed.secrets.map(({ keys }) => keys.map((key) => key.export().toString('hex'))) : []
}

function faultsOf(text: string): string[] {
  const parsed = parseSecrets(text)
  return parsed.ok ? [] : parsed.faults
}

describe('secrets', () => {
  test('several may be given between commas, spaces and lines, and the same one twice counts once', () => {
    const other = makeCallbackSecret(new Uint8Array(24).fill(8))
    expect(keysOf(` ${secret}, ${other}\n${secret},`)).toEqual([['07'.repeat(32)], ['08'.repeat(24)]])
  })

  test('one without its prefix is read both as text and as base64', () => {
    expect(keysOf(raw)).toEqual([[Buffer.from(raw).toString('hex'), '07'.repeat(32)]])
  })

  test('a reading that does not decode or is too short is dropped', () => {
    expect(keysOf('not-base64-but-long-enough!')).toEqual([[Buffer.from('not-base64-but-long-enough!').toString('hex')]])
    expect(keysOf('A'.repeat(28))).toEqual([['41'.repeat(28)]])
  })

  test.each([
    ['', /holds no secret/],
    [' , ', /holds no secret/],
    ['whsec_', /decodes to 0 bytes/],
    ['whsec_AA==', /decodes to 1 bytes/],
    [standardVector.secret, /decodes to 18 bytes/],
    ['whsec_!!!!', /not correct base64/],
    [secret.replace(/=$/, ''), /not correct base64/],
    [`${secret}=`, /not correct base64/],
    [secret.replace('B', '-'), /not correct base64/],
    ['short', /shorter than 24 bytes/],
    ['whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', /asymmetric/],
    [Array.from({ length: 17 }, (_, index) => makeCallbackSecret(new Uint8Array(24).fill(index))).join(), /17 secrets/],
  ])('%j is refused', (text, fault) => {
    expect(faultsOf(text)).toEqual([expect.stringMatching(fault)])
  })

  test('every faulty one is told by its place, and none is repeated', () => {
    const faults = faultsOf(`${secret} hunter2 whsec_hunter2!`)
    expect(faults).toEqual([expect.stringContaining('secret 2'), expect.stringContaining('secret 3')])
    expect(faults.join()).not.toContain('hunter2')
  })

  test('a parsed secret shows nothing of itself in a log', () => {
    const shown = inspect(parseSecrets(secret), { depth: 9 }) + JSON.stringify(parseSecrets(secret))
    expect(shown).not.toContain(raw)
    expect(shown).not.toMatch(/07|7, 7/)
  })

  test('a callback secret is made of 24 to 64 bytes', () => {
    expect(secret).toBe(`whsec_${'BwcH'.repeat(10)}Bwc=`)
    expect(() => makeCallbackSecret(new Uint8Array(23))).toThrow(RangeError)
    expect(() => makeCallbackSecret(new Uint8Array(65))).toThrow(RangeError)
  })
})
