import type { SignatureScheme } from '../../domain/callback-model.ts'
import type { EndpointChange } from '../../domain/change-endpoint.ts'
import type { Context } from '../../domain/context.ts'
import type { EndpointFields } from '../../domain/create-endpoint.ts'
import type { ErrorDetail } from '../../domain/errors.ts'
import { objectToHeaders } from '../../domain/own-headers.ts'
import type { HeaderObjection } from '../../domain/own-headers.ts'
import { newSigningSecret, objectToSecret } from '../../signing/index.ts'
import { invalidRequest } from '../http-error.ts'
import type { EndpointChangeBody, EndpointSubmission } from './endpoint-fields.ts'

/** What the schema cannot see: addresses that callbacks may not go to, headers that are ours, secrets that can be guessed. */
export function readEndpoint(
  app: Context,
  body: EndpointSubmission,
): { fields: EndpointFields; signature: SignatureScheme; secret: string } {
  const headers = byLowerName(body.headers ?? {})
  const { signature, secret } = body
  const headerFaults = [...headers.faults, ...headerDetails(objectToHeaders(headers.read))]
  refuse([...urlFaults(app, body.url), ...headerFaults, ...secretFaults(secret, signature)])
  return {
    fields: {
      url: body.url,
      description: body.description ?? '',
      eventTypes: distinct(body.event_types),
      labels: body.labels ?? {},
      headers: headers.read,
      ratePerSecond: body.rate_per_second ?? null,
    },
    signature,
    secret: readSecret(app, { secret, signature }),
  }
}

/** Only what was named. */
export function readEndpointChange(app: Context, body: EndpointChangeBody): EndpointChange {
  const headers = byLowerName(body.headers ?? {})
  refuse([...(body.url === undefined ? [] : urlFaults(app, body.url)), ...headers.faults])
  return {
    ...(body.url !== undefined && { url: body.url }),
    ...(body.description !== undefined && { description: body.description ?? '' }),
    ...(body.event_types !== undefined && { eventTypes: distinct(body.event_types) }),
    ...(body.labels !== undefined && { labels: body.labels ?? {} }),
    ...(body.rate_per_second !== undefined && { ratePerSecond: body.rate_per_second }),
    ...(body.headers !== undefined && { headers: body.headers === null ? null : headers.read }),
    ...(body.disabled !== undefined && { disabled: body.disabled }),
  }
}

/** The secret to change to: the caller's own, or a new one. */
export function readSecret(app: Context, { secret, signature }: { secret: string | undefined; signature: SignatureScheme }): string {
  refuse(secretFaults(secret, signature))
  return secret ?? newSigningSecret(signature, app.random.bytes(32))
}

export function headerDetails(objections: HeaderObjection[]): ErrorDetail[] {
  return objections.map(({ name, message }) => ({ field: name === null ? 'headers' : `headers.${name}`, message }))
}

function refuse(faults: ErrorDetail[]): void {
  if (faults.length > 0) throw invalidRequest(faults)
}

function urlFaults(app: Context, url: string): ErrorDetail[] {
  const objection = app.sender.objection(url)
  return objection === null ? [] : [{ field: 'url', message: objection }]
}

function secretFaults(secret: string | undefined, signature: SignatureScheme): ErrorDetail[] {
  if (secret === undefined) return []
  const objection = signature === 'v1' ? objectToSecret(secret) : 'is for v1: the keys of v1a are made here'
  return objection === null ? [] : [{ field: 'secret', message: objection }]
}

/** Header names mean the same in any case, so the same one twice is a mistake. */
function byLowerName<T>(headers: Record<string, T>): { read: Record<string, T>; faults: ErrorDetail[] } {
  const groups = Map.groupBy(Object.entries(headers), ([name]) => name.toLowerCase())
  const twice = [...groups].filter(([, entries]) => entries.length > 1)
  return {
    read: Object.fromEntries([...groups].flatMap(([name, [entry]]) => (entry === undefined ? [] : [[name, entry[1]]]))),
    faults: twice.map(([name]) => ({ field: `headers.${name}`, message: 'is given more than once' })),
  }
}

function distinct(types: readonly string[] | null | undefined): string[] | null {
  return types ? [...new Set(types)] : null
}
