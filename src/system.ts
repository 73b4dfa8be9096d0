import { createHash, randomBytes } from 'node:crypto'
import type { Clock, Digest, Random } from './domain/ports.ts'

export const systemClock: Clock = {
  now: () => new Date(),
  every(milliseconds, call) {
    const timer = setInterval(call, milliseconds)
    return () => clearInterval(timer)
  },
}

export const systemRandom: Random = {
  next: () => Math.random(),
  bytes: (count) => randomBytes(count),
}

export const systemDigest: Digest = {
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
}
