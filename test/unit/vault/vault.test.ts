import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { createVault } from '../../../src/vault/index.ts'

const SECRET = new Uint8Array(32).fill(7)
const OTHER = new Uint8Array(32).fill(8)

describe('the vault', () => {
  test('opens what it sealed, whatever the letters', () => {
    const vault = createVault(SECRET)
    for (const text of ['', 'sk-proj-abc', 'Grüße, 世界 🚢', '\u0000', 'x'.repeat(100_000)]) {
      expect(vault.open(vault.seal(text))).toBe(text)
    }
  })

  test('opens what another start with the same secret sealed', () => {
    expect(createVault(SECRET).open(createVault(new Uint8Array(SECRET)).seal('kept'))).toBe('kept')
  })

  test('never seals the same text to the same value, and shows its version', () => {
    const vault = createVault(SECRET)
    const sealed = [vault.seal('same'), vault.seal('same')]
    expect(sealed[0]).not.toBe(sealed[1])
    expect(sealed[0]).toMatch(/^v1\.[A-Za-z0-9_-]+$/)
  })

  test('opens a value from the first version, so that stored rows outlive upgrades', () => {
    expect(createVault(SECRET).open('v1.kVhp4VqQuF6JAzCyhLNCcR9MrhQAMt9frujcJn_N3Xy79QhQOZn211BlXaMU')).toBe('the first version')
  })

  test('says that another secret was used', () => {
    const sealed = createVault(OTHER).seal('text')
    expect(() => createVault(SECRET).open(sealed)).toThrow('sealed under another LONGHAUL_SECRET')
  })

  test('refuses a value in which any one byte was changed', () => {
    const vault = createVault(SECRET)
    const bytes = Buffer.from(vault.seal('pay 1').slice(3), 'base64url')
    for (const index of bytes.keys()) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index)
      expect(() => vault.open(`v1.${changed.toString('base64url')}`)).toThrow('damaged')
    }
  })

  test('tells a value it never made from one it cannot open', () => {
    const vault = createVault(SECRET)
    for (const text of ['', 'plain text', 'v1.', 'v1.AAAA', 'v2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']) {
      expect(() => vault.open(text)).toThrow('not a sealed value')
    }
  })

  test('takes no secret of another length', () => {
    expect(() => createVault(new Uint8Array(16))).toThrow('32 bytes, not 16')
  })
})
