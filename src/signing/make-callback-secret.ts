/** As Standard Webhooks writes one: 24 to 64 random bytes. */
export function makeCallbackSecret(random: Uint8Array): string {
  if (random.byteLength < 24 || random.byteLength > 64) throw new RangeError('A callback secret is made of 24 to 64 random bytes')
  return `whsec_${Buffer.from(random).toString('base64')}`
}
