import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeCallbackSecret, objectToSecret } from '../../../src/signing/index.ts'

const written = (bytes: Uint8Array): string => `whsec_${Buffer.from(bytes).toString('base64')}`

test.each([24, 32, 64])('a secret of %d random bytes is as good as one of ours', (count) => {
  expect(objectToSecret(written(randomBytes(count)))).toBeNull()
  expect(objectToSecret(makeCallbackSecret(randomBytes(count)))).toBeNull()
})

test.each([
  ['', 'must start with whsec_'],
  [randomBytes(32).toString('base64'), 'must start with whsec_'],
  [`whsk_${randomBytes(64).toString('base64')}`, 'must start with whsec_'],
  [`${written(randomBytes(32))}\n`, 'correct base64'],
  [written(randomBytes(32)).replace('=', ''), 'correct base64'],
  [`whsec_${'-_'.repeat(16)}`, 'correct base64'],
  [written(randomBytes(23)), 'not 23'],
  [written(randomBytes(65)), 'not 65'],
  [written(new Uint8Array(32)), 'can be guessed'],
  [written(Buffer.from('password'.repeat(4))), 'can be guessed'],
])('%j is refused', (secret, reason) => {
  const said = objectToSecret(secret)
  expect(said).toContain(reason)
  if (secret.length > 10) expect(said).not.toContain(secret.slice(6))
})
