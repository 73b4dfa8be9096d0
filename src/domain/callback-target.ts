import { createHash } from 'node:crypto'
import type { Delivery } from './callback-model.ts'

const LENGTH = 32

/** Who is held back when an address does not answer: an endpoint, or, for jobs' own addresses, one tenant's use of one origin. */
export function targetOf({ tenantId, endpointId, url }: Pick<Delivery, 'tenantId' | 'endpointId' | 'url'>): string {
  return (
    endpointId ??
    `host_${createHash('sha256')
      .update(`${tenantId}\n${originOf(url)}`)
      .digest('hex')
      .slice(0, LENGTH)}`
  )
}

function originOf(url: string): string {
  const parsed = URL.parse(url)
  // A name with and without the dot that may end it is one host.
  return parsed === null ? url : `${parsed.protocol}//${parsed.hostname.replace(/\.+$/, '')}:${parsed.port}`
}
