const PREFIX = 'whsec_'
const MIN_BYTES = 24
const MAX_BYTES = 64
/** Of 24 random bytes 8 or fewer different ones are as good as impossible; of a word repeated they are the rule. */
const MIN_DIFFERENT = 9

/** What is wrong with a secret that somebody brings along, as the rest of a sentence; null: nothing. It is never repeated. */
export function objectToSecret(secret: string): string | null {
  if (!secret.startsWith(PREFIX)) return `must start with ${PREFIX}`
  const bytes = Buffer.from(secret.slice(PREFIX.length), 'base64')
  if (bytes.toString('base64') !== secret.slice(PREFIX.length)) return `must be correct base64 after ${PREFIX}, with any = at its end`
  if (bytes.byteLength < MIN_BYTES || bytes.byteLength > MAX_BYTES) {
    return `must be ${MIN_BYTES} to ${MAX_BYTES} random bytes, not ${bytes.byteLength}`
  }
  return new Set(bytes).size < MIN_DIFFERENT ? 'can be guessed: make it of random bytes' : null
}
