import { randomBytes } from 'node:crypto'
import { badRequest, notFound } from '../api-error.ts'
import type { Clock } from '../clock.ts'
import { newId } from '../ids.ts'
import { EVENT_TYPES } from './event-types.ts'

const OVERLAP_MS = 24 * 3_600_000

export interface Endpoint {
  id: string
  name: string
  url: string
  eventTypes: string[]
  createdAt: number
  updatedAt: number
  secret: string
  oldSecret: { secret: string; untilMs: number } | undefined
}

export interface EndpointStore {
  list(): Endpoint[]
  get(id: string): Endpoint
  create(wanted: { name: string; url: string; eventTypes: readonly string[]; secret?: string }): Endpoint
  update(id: string, change: Partial<Pick<Endpoint, 'name' | 'url' | 'eventTypes'>>): Endpoint
  remove(id: string): void
  rotate(id: string, options: { keepOld: boolean }): Endpoint
  /** The secrets that sign now, newest first. */
  secretsOf(endpoint: Endpoint): string[]
}

export function createEndpointStore(clock: Clock): EndpointStore {
  const endpoints = new Map<string, Endpoint>()

  function get(id: string): Endpoint {
    const found = endpoints.get(id)
    if (found === undefined) throw notFound('Webhook endpoint', id)
    return found
  }

  return {
    get,
    list: () => [...endpoints.values()],
    create: ({ name, url, eventTypes, secret = newSecret() }) => {
      const now = clock.nowSeconds()
      const endpoint: Endpoint = {
        id: newId('whe'),
        name,
        url: checkUrl(url),
        eventTypes: checkTypes(eventTypes),
        createdAt: now,
        updatedAt: now,
        secret,
        oldSecret: undefined,
      }
      endpoints.set(endpoint.id, endpoint)
      return endpoint
    },
    update: (id, { name, url, eventTypes }) => {
      const endpoint = get(id)
      endpoint.name = name ?? endpoint.name
      endpoint.url = url === undefined ? endpoint.url : checkUrl(url)
      endpoint.eventTypes = eventTypes === undefined ? endpoint.eventTypes : checkTypes(eventTypes)
      endpoint.updatedAt = clock.nowSeconds()
      return endpoint
    },
    remove: (id) => endpoints.delete(get(id).id),
    rotate: (id, { keepOld }) => {
      const endpoint = get(id)
      endpoint.oldSecret = keepOld ? { secret: endpoint.secret, untilMs: clock.nowMs() + OVERLAP_MS } : undefined
      endpoint.secret = newSecret()
      endpoint.updatedAt = clock.nowSeconds()
      return endpoint
    },
    secretsOf: ({ secret, oldSecret }) =>
      oldSecret !== undefined && oldSecret.untilMs > clock.nowMs() ? [secret, oldSecret.secret] : [secret],
  }
}

export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

function checkUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
  throw badRequest(`Invalid 'url': '${url}' is not a valid URL.`, { param: 'url', code: 'invalid_value' })
}

function checkTypes(types: readonly string[]): string[] {
  const known: readonly string[] = EVENT_TYPES
  const wrong = types.find((type) => !known.includes(type))
  if (wrong === undefined) return [...types]
  const message = `Invalid value: '${wrong}'. Supported values are: ${known.map((type) => `'${type}'`).join(', ')}.`
  throw badRequest(message, { param: 'event_types', code: 'invalid_value' })
}
