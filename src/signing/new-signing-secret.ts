import type { SignatureScheme } from '../domain/callback-model.ts'
import { makeSigningKey } from './ed25519-keys.ts'
import { makeCallbackSecret } from './make-callback-secret.ts'

/** What a scheme signs with, of 32 random bytes: `whsec_…` or `whsk_…`. */
export function newSigningSecret(scheme: SignatureScheme, random: Uint8Array): string {
  return scheme === 'v1a' ? makeSigningKey(random) : makeCallbackSecret(random)
}
