import { Buffer } from 'node:buffer'
import { isIP } from 'node:net'
import { z } from 'zod'

const SECOND = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 } as const
const SECRET_BYTES = 32

/** Text in, a value out. */
export type Format<T> = z.ZodType<T, string>

/** A schema from a plain function: it returns the value, or null when the text does not fit. */
function format<T>(message: string, read: (text: string) => T | null): Format<T> {
  return z.string().transform((text, context): T => {
    const value = read(text)
    if (value !== null) return value
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
}

export function oneOf<const Names extends readonly string[]>(names: Names): Format<Names[number]> {
  return format(`must be one of ${names.join(', ')}`, (text): Names[number] | null => names.find((name) => name === text) ?? null)
}

export function wholeNumber({ min, max }: { min: number; max: number }): Format<number> {
  return format(`must be a whole number from ${min} to ${max}`, (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max ? value : null
  })
}

export function url(...schemes: string[]): Format<string> {
  return format(`must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`, (text) => {
    const scheme = schemeOf(text)
    return scheme !== null && schemes.includes(scheme) ? text : null
  })
}

/** An address that paths are appended to: no trailing slash, nothing after the path. */
export function baseUrl(): Format<string> {
  return format('must be a plain http or https URL, without user name, query or fragment', (text) => {
    const scheme = schemeOf(text)
    if (scheme !== 'https' && scheme !== 'http') return null
    const { username, password, search, hash, href } = new URL(text)
    return username + password + search + hash === '' && !/[?#]$/.test(href) ? href.replace(/\/+$/, '') : null
  })
}

/** Seconds, from a list such as `0s,5s,5m,30m`. */
export function durations(): Format<number[]> {
  return format('must be durations separated by commas, each a number and one of ms, s, m, h, d', (text) => {
    const seconds = items(text).map(durationSeconds)
    return seconds.length > 0 && seconds.length <= 50 && !seconds.includes(Number.NaN) ? seconds : null
  })
}

export function ports(): Format<number[]> {
  return format('must be ports from 1 to 65535, separated by commas', (text) => {
    const numbers = items(text).map((item) => (/^\d{1,5}$/.test(item) ? Number(item) : Number.NaN))
    return numbers.every((port) => port >= 1 && port <= 65_535) ? numbers : null
  })
}

/** Networks as `address/bits`; a bare address is a network of one. */
export function networks(): Format<string[]> {
  return format('must be networks such as 10.0.0.0/8 or fd00::/8, separated by commas', (text) => {
    const parsed = items(text).map(network)
    return parsed.every((item) => item !== null) ? parsed : null
  })
}

export function secretBytes(): Format<Uint8Array> {
  return format(`must be base64 of exactly ${SECRET_BYTES} bytes`, (text) => {
    const bytes = Buffer.from(text, 'base64')
    const same = bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')
    return same && bytes.length === SECRET_BYTES ? new Uint8Array(bytes) : null
  })
}

export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    (hostname.startsWith('127.') && isIP(hostname) === 4)
  )
}

function schemeOf(text: string): string | null {
  return URL.canParse(text) && text.includes('://') ? new URL(text).protocol.slice(0, -1) : null
}

function items(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '')
}

function durationSeconds(text: string): number {
  const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? []
  return Number(amount) * SECOND[unit as keyof typeof SECOND]
}

function network(text: string): string | null {
  const [address = '', bits, ...rest] = text.split('/')
  const width = { 4: 32, 6: 128 }[isIP(address)]
  if (width === undefined || rest.length > 0) return null
  if (bits === undefined) return `${address}/${width}`
  return /^\d{1,3}$/.test(bits) && Number(bits) <= width ? text : null
}
