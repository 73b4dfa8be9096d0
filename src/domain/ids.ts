import { createHash } from 'node:crypto'
import type { Clock, IdPrefix, Ids, Random } from './ports.ts'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_LENGTH = 10
const TAIL_LENGTH = 16
const WINDOW_LENGTH = 5
const WINDOW_MS = 32 ** (TIME_LENGTH - WINDOW_LENGTH)

export function createIds({ clock, random }: { clock: Clock; random: Random }): Ids {
  return {
    next: (prefix: IdPrefix) => `${prefix}_${timePart(clock.now())}${tail(random.bytes(TAIL_LENGTH))}`,
    derive: (prefix: IdPrefix, base: string, name: string) =>
      `${prefix}_${timeOf(base)}${tail(createHash('sha256').update(`${prefix}\n${base}\n${name}`).digest())}`,
  }
}

/** Nine hours of ids begin alike: the beginnings that cover a span of time. */
export function idBeginnings(prefix: IdPrefix, { from, to }: { from: Date; to: Date }): string[] {
  const first = Math.floor(from.getTime() / WINDOW_MS)
  const last = Math.floor(to.getTime() / WINDOW_MS)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const at = new Date((first + index) * WINDOW_MS)
    return `${prefix}_${timePart(at).slice(0, WINDOW_LENGTH)}`
  })
}

function timePart(at: Date): string {
  let rest = at.getTime()
  let text = ''
  for (let i = 0; i < TIME_LENGTH; i += 1) {
    text = ALPHABET[rest % 32] + text
    rest = Math.floor(rest / 32)
  }
  return text
}

function timeOf(id: string): string {
  const start = id.indexOf('_') + 1
  return id.slice(start, start + TIME_LENGTH).padEnd(TIME_LENGTH, '0')
}

function tail(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < TAIL_LENGTH; i += 1) text += ALPHABET[(bytes[i] ?? 0) % 32]
  return text
}

/** A well-formed id of ours; anything else is not looked up. */
export function isId(prefix: IdPrefix, text: string): boolean {
  return new RegExp(`^${prefix}_[${ALPHABET}]{${TIME_LENGTH + TAIL_LENGTH}}$`).test(text)
}
