import fc from 'fast-check'
import { createHash, createHmac } from 'node:crypto'

export interface Delivery {
  id: string
  timestamp: string
  signature: string
  body: Buffer
}

export interface Forgery {
  family: string
  /** What it was made of: good by itself. */
  of: Delivery
  path: string
  headers: Record<string, string | string[]>
  body: Buffer
  /** What the door has to answer. */
  status: number
}

type Sent = Pick<Forgery, 'path' | 'headers' | 'body' | 'status'>
type Dice = readonly [number, number, number]

interface Forged {
  good: Delivery
  other: Delivery
  dice: Dice
  key: Buffer
  strangeKey: Buffer
}

export interface ForgeOptions {
  seed: number
  count: number
  /** Of the account that is attacked, and of another account of the same service. */
  secrets: { own: string; strange: string }
  now: Date
}

const PATH = '/webhooks/openai'
const TYPES = ['response.completed', 'response.failed', 'response.cancelled', 'response.incomplete', 'batch.completed']

/** Deliveries that are all but right, always the same for one seed. */
export function forgeWebhooks({ seed, count, secrets, now }: ForgeOptions): Forgery[] {
  const key = keyOf(secrets.own)
  const strangeKey = keyOf(secrets.strange)
  const family = fc.oneof(...FAMILIES.map(([name, weight]) => ({ weight, arbitrary: fc.constant(name) })))
  const delivery = goodDelivery(key, now)
  const dice = fc.tuple(fc.nat(), fc.nat(), fc.nat())
  const drawn = fc.sample(fc.record({ family, good: delivery, other: delivery, dice }), { numRuns: count, seed })
  return drawn.flatMap(({ family: name, good, other, dice: thrown }, index) => {
    // Two deliveries that differ in every part, so that no mixture of both is one of them.
    const own = { ...good, id: `${good.id}${index}` }
    const apart = { ...other, id: `${other.id}x${index}`, timestamp: String(Number(good.timestamp) + 1 + (thrown[0] % 200)) }
    const forged = { good: signed(own, key), other: signed(apart, key), dice: thrown, key, strangeKey }
    const sent = makers[name](forged)
    return { family: name, of: forged.good, path: PATH, status: 400, ...asSent(forged.good), ...sent }
  })
}

export function asSent({ id, timestamp, signature, body }: Delivery): Pick<Sent, 'headers' | 'body'> {
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signature,
  }
  return { headers, body }
}

/** By hand, so that a fault of our own signing cannot hide one of our verifying. */
export function signed(delivery: Delivery, key: Buffer): Delivery {
  const { id, timestamp, body } = delivery
  return { ...delivery, signature: `v1,${hmac(key, Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]))}` }
}

export function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
}

function goodDelivery(key: Buffer, now: Date): fc.Arbitrary<Delivery> {
  const second = Math.floor(now.getTime() / 1000)
  const hex = fc.nat().map((value) => value.toString(16))
  return fc
    .record({ name: hex, type: fc.constantFrom(...TYPES), offset: fc.integer({ min: -100, max: 0 }) })
    .map(({ name, type, offset }) => {
      const timestamp = String(second + offset)
      const body = `{"id": "evt_${name}", "object": "event", "created_at": ${timestamp}, "type": "${type}", "data": {"id": "resp_${name}"}}`
      return signed({ id: `wh_${name}`, timestamp, signature: '', body: Buffer.from(body) }, key)
    })
}

function hmac(key: Buffer, text: Buffer, hash = 'sha256'): string {
  return createHmac(hash, key).update(text).digest().subarray(0, 32).toString('base64')
}

function flip(bytes: Buffer, [at, bit]: Dice): Buffer {
  const changed = Buffer.from(bytes)
  changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ (1 << (bit % 8))
  return changed
}

function oneOf<T>(choices: readonly T[], number: number): T {
  return choices[number % choices.length] as T
}

const changed = (good: Delivery, change: Partial<Delivery>): Partial<Sent> => asSent({ ...good, ...change })
const header = (good: Delivery, headers: Record<string, string | string[]>): Partial<Sent> => ({
  headers: { ...asSent(good).headers, ...headers },
})
const noise = (dice: Dice, index: number): string => `v1,${createHash('sha256').update(`${dice.join()}.${index}`).digest('base64')}`
const lettersAt = (text: string, at: number, letter: string): string => text.slice(0, at) + letter + text.slice(at + 1)

const makers = {
  'a bit of the body flipped': ({ good, dice }) => changed(good, { body: flip(good.body, dice) }),
  'a body cut short or grown': ({ good, dice: [a, b] }) =>
    changed(good, {
      body: a % 2 === 0 ? good.body.subarray(0, b % good.body.length) : Buffer.concat([good.body, Buffer.alloc(1 + (b % 99), 0x20)]),
    }),
  'a body parsed and written again': ({ good }) => changed(good, { body: Buffer.from(JSON.stringify(JSON.parse(good.body.toString()))) }),
  'a body in other bytes of the same meaning': ({ good, dice: [a] }) => {
    const bodies = [
      `\uFEFF${good.body}`,
      `${good.body}\n`,
      `${good.body}\u0000`,
      ` ${good.body}`,
      good.body.toString().replaceAll(' ', '\t'),
    ]
    return changed(good, { body: a % 6 === 5 ? Buffer.from(good.body.toString(), 'utf16le') : Buffer.from(oneOf(bodies, a)) })
  },
  'a letter of the id changed': ({ good, dice: [a, b] }) => {
    const at = a % good.id.length
    const letter = String.fromCharCode(0x21 + (b % (0xff - 0x21)))
    return changed(good, { id: letter === good.id[at] || letter === '\u007f' ? `${good.id}!` : lettersAt(good.id, at, letter) })
  },
  'another second': ({ good, dice: [a] }) =>
    changed(good, { timestamp: String(Number(good.timestamp) + (a % 2 === 0 ? 1 : -1) * (1 + (a % 150))) }),
  'the same second written otherwise': ({ good: { timestamp, ...good }, dice: [a] }) =>
    changed(
      { timestamp, ...good },
      {
        timestamp: oneOf(
          [`0${timestamp}`, `${timestamp}.0`, `+${timestamp}`, `${timestamp}e0`, `${timestamp}s`, `0x${Number(timestamp).toString(16)}`],
          a,
        ),
      },
    ),
  'a replay out of time, rightly signed': ({ good, key, dice: [a, b] }) => {
    const timestamp = String(Math.max(0, Number(good.timestamp) + (a % 2 === 0 ? -310 - (b % 1e9) : 900 + (b % 1e9))))
    return asSent(signed({ ...good, timestamp }, key))
  },
  'a bit of the signature flipped': ({ good, dice }) =>
    changed(good, { signature: `v1,${flip(Buffer.from(good.signature.slice(3), 'base64'), dice).toString('base64')}` }),
  'base64 that is only read leniently': ({ good, dice: [a, b] }) => {
    const text = good.signature.slice(3)
    const stray = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    const last = stray[stray.indexOf(text[42] ?? 'A') + 1 + (b % 3)] ?? 'B' // the same bytes, were the two bits behind them let go
    const at = b % 42
    const texts = [
      text.slice(0, 43),
      `${text}=`,
      `${text}AAAA`,
      `${text.slice(0, 42)}${last}=`,
      `${text.slice(0, at)}-${text.slice(at)}`,
      `${text.slice(0, at)}\t${text.slice(at)}`,
      `"${text}"`,
      Buffer.from(text, 'base64').toString('hex'),
      text.toLowerCase(),
    ]
    return changed(good, { signature: `v1,${oneOf(texts, a)}` })
  },
  'another version of signature': ({ good, dice: [a] }) =>
    changed(good, {
      signature: oneOf(['v1a,', 'v2,', 'v0,', 'V1,', 'v1', 'v1:', 'v1,,', 'v1=', 'v11,', ',', '', 'sha256='], a) + good.signature.slice(3),
    }),
  'a list without the right one': ({ good, dice }) =>
    changed(good, {
      signature: Array.from({ length: 2 + (dice[0] % 60) }, (_, index) => noise(dice, index)).join(
        oneOf([' ', '  ', ',', ', ', ';', '\t'], dice[1]),
      ),
    }),
  'a list with the right one out of reach': ({ good, dice }) => {
    const before = Array.from({ length: 32 + (dice[0] % 60) }, (_, index) => noise(dice, index))
    const apart = oneOf([' ', ',', '\t', ';'], dice[1])
    return changed(good, {
      signature: apart === ' ' ? [...before, good.signature].join(apart) : [noise(dice, 0), good.signature].join(apart),
    })
  },
  'another hash': ({ good, key, dice: [a] }) => {
    const text = Buffer.concat([Buffer.from(`${good.id}.${good.timestamp}.`), good.body])
    const unkeyed = createHash('sha256').update(key).update(text).digest('base64')
    return changed(good, {
      signature: `v1,${oneOf([hmac(key, text, 'sha512'), hmac(key, text, 'sha384'), unkeyed, hmac(Buffer.from(text), key)], a)}`,
    })
  },
  'another secret': ({ good, key, dice }) => {
    const guessed = [
      flip(key, dice),
      Buffer.alloc(0),
      Buffer.alloc(32),
      Buffer.from(key.toString('base64')),
      Buffer.from(`whsec_${key.toString('base64')}`),
      key.subarray(0, 31),
      Buffer.concat([key, Buffer.of(1)]),
    ]
    return asSent(signed(good, oneOf(guessed, dice[2])))
  },
  'the secret of another account': ({ good, strangeKey, dice: [a] }) =>
    a % 2 === 0 ? asSent(signed(good, strangeKey)) : { path: `${PATH}/strange` },
  'another text signed': ({ good, key, dice: [a] }) => {
    const { id, timestamp, body } = good
    const texts = [
      `${body}`,
      `${timestamp}.${body}`,
      `${id}${timestamp}${body}`,
      `${timestamp}.${id}.${body}`,
      `${id}.${timestamp}.`,
      `${id}.${body}`,
      `${id}:${timestamp}:${body}`,
      '',
    ]
    return changed(good, { signature: `v1,${hmac(key, Buffer.from(oneOf(texts, a)))}` })
  },
  'the signed text cut at other dots': ({ good, key, dice: [a] }) => {
    // The signature is right for these very bytes, joined by dots: only where one part ends has changed.
    const inner = signed({ ...good, body: Buffer.from(`${good.timestamp}.${good.body}`) }, key)
    const merged = { ...inner, id: `${good.id}.${good.timestamp}`, body: good.body }
    const shifted = [
      merged,
      { ...inner, timestamp: `${good.timestamp}.${good.timestamp}`, body: good.body },
      { ...good, id: '', timestamp: `${good.id}.${good.timestamp}` },
    ]
    return asSent(oneOf(shifted, a))
  },
  'parts of two good deliveries': ({ good, other, dice: [a] }) => {
    const mask = 1 + (a % 14)
    const from = (bit: number): Delivery => ((mask >> bit) % 2 === 0 ? good : other)
    return asSent({ id: from(0).id, timestamp: from(1).timestamp, signature: from(2).signature, body: from(3).body })
  },
  'a header empty': ({ good, dice: [a] }) => changed(good, { [oneOf(['id', 'timestamp', 'signature'], a)]: '' }),
  'a header twice': ({ good, other, dice: [a] }) => {
    const twice = { 'webhook-id': [good.id, oneOf([good.id, other.id], a)], 'webhook-timestamp': [good.timestamp, good.timestamp] }
    const name = oneOf(['webhook-id', 'webhook-timestamp'] as const, a)
    return header(good, { [name]: twice[name] })
  },
  'another kind of body': ({ good, dice: [a] }) => ({
    ...header(good, {
      'content-type': oneOf(
        ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', 'multipart/form-data', ''],
        a,
      ),
    }),
    status: 415,
  }),
  'a compressed body': ({ good, dice: [a] }) => ({
    ...header(good, { 'content-encoding': oneOf(['gzip', 'br', 'deflate', 'x'], a) }),
    status: 415,
  }),
  'a body too large, rightly signed': ({ good, key, dice: [a] }) => ({
    ...asSent(signed({ ...good, body: Buffer.concat([good.body, Buffer.alloc(256_000 + (a % 9), 0x20)]) }, key)),
    status: 413,
  }),
  'a head too large': ({ good, dice }) => ({
    ...changed(good, { signature: Array.from({ length: 400 }, (_, index) => noise(dice, index)).join(' ') }),
    status: 431,
  }),
  'an account that is none': ({ dice: [a] }) => ({
    path: `${PATH}/${oneOf(['nobody', '__proto__', 'Default', 'constructor'], a)}`,
    status: 404,
  }),
} satisfies Record<string, (forged: Forged) => Partial<Sent>>

const RARE: Partial<Record<keyof typeof makers, number>> = { 'a body too large, rightly signed': 1, 'a head too large': 1 }
const FAMILIES = (Object.keys(makers) as (keyof typeof makers)[]).map((name) => [name, RARE[name] ?? 20] as const)
