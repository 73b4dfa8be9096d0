import { describe, expect, test } from 'vitest'
import type { SigningSecret } from '../../../src/domain/callback-model.ts'
import {
  endpointHeaders,
  endpointSecrets,
  replaceSecret,
  sealHeaders,
  sealSecrets,
  tenantSecrets,
} from '../../../src/domain/callback-secrets.ts'
import { createVault } from '../../../src/vault/index.ts'
import { after, endpointRow, tenantRow } from '../../support/database-rows.ts'

const vault = createVault(new Uint8Array(32).fill(3))
const at = (seconds: number) => ({ vault, clock: { now: () => after(seconds), every: () => () => {} } })
const DAY = 86_400

const rotate = (
  secrets: SigningSecret[],
  { secret, overlapSeconds = DAY, seconds = 0 }: { secret: string; overlapSeconds?: number; seconds?: number },
) => replaceSecret(secrets, { secret, overlapSeconds, now: after(seconds) })
const live = (secrets: SigningSecret[], seconds: number) =>
  endpointSecrets(at(seconds), endpointRow({ sealedSecrets: sealSecrets(vault, secrets) }))

describe('a rotation', () => {
  const first: SigningSecret[] = [{ secret: 'a', until: null }]

  test('signs with both until the overlap ends, the new one first', () => {
    const rotated = rotate(first, { secret: 'b' })
    expect(rotated).toEqual([
      { secret: 'b', until: null },
      { secret: 'a', until: after(DAY).toISOString() },
    ])
    expect([live(rotated, 0), live(rotated, DAY - 1), live(rotated, DAY)]).toEqual([['b', 'a'], ['b', 'a'], ['b']])
  })

  test('without an overlap kills every old one at once', () => {
    const twice = rotate(rotate(first, { secret: 'b' }), { secret: 'c', overlapSeconds: 0 })
    expect(twice).toEqual([{ secret: 'c', until: null }])
  })

  test('gives no old one longer than it had', () => {
    const twice = rotate(rotate(first, { secret: 'b', overlapSeconds: 60 }), { secret: 'c', seconds: 10 })
    expect(twice.map(({ until }) => until)).toEqual([null, after(10 + DAY).toISOString(), after(60).toISOString()])
    expect(live(twice, 60)).toEqual(['c', 'b'])
  })

  test('drops what is dead, and the oldest where there are too many', () => {
    const dead = rotate(rotate(first, { secret: 'b', overlapSeconds: 60 }), { secret: 'c', seconds: 61 })
    expect(dead.map(({ secret }) => secret)).toEqual(['c', 'b'])
    let many = first
    for (const secret of 'bcdefgh') many = rotate(many, { secret })
    expect(many.map(({ secret }) => secret)).toEqual(['h', 'g', 'f', 'e', 'd'])
  })

  test('to the same secret keeps it once', () => {
    expect(rotate(first, { secret: 'a' })).toEqual(first)
  })
})

test('a tenant signs with its current secret and with what retires', () => {
  const until = after(60).toISOString()
  const tenant = tenantRow({
    sealedCallbackSecret: vault.seal('new'),
    sealedRetiringSecrets: sealSecrets(vault, [{ secret: 'old', until }]),
  })
  expect(tenantSecrets(at(0), tenant)).toEqual(['new', 'old'])
  expect(tenantSecrets(at(60), tenant)).toEqual(['new'])
  expect(tenantSecrets(at(0), { ...tenant, sealedRetiringSecrets: null })).toEqual(['new'])
})

test('the owner\u2019s headers come back as they were, and lie sealed', () => {
  const headers = { authorization: 'Bearer hush', constructor: 'x' }
  const sealedHeaders = sealHeaders(vault, headers)
  expect(sealedHeaders).not.toContain('hush')
  expect(endpointHeaders({ vault }, { sealedHeaders })).toEqual(headers)
  expect(endpointHeaders({ vault }, { sealedHeaders: sealHeaders(vault, {}) })).toEqual({})
  expect(sealHeaders(vault, {})).toBeNull()
})
