import { lookup as systemLookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { AddressGuard } from './address-guard.ts'
import type { Target } from './callback-url.ts'

export interface ResolvedAddress {
  address: string
  family: number
}

export type Lookup = (host: string) => Promise<ResolvedAddress[]>

/** As the system resolves names, with /etc/hosts. */
export const lookupAll: Lookup = (host) => systemLookup(host, { all: true })

export class BlockedAddressError extends Error {
  override name = 'BlockedAddressError'
}

export class NoAddressError extends Error {
  override name = 'NoAddressError'
}

/** The addresses to connect to. One bad one refuses all: a name that points inside as well as outside is an attack. */
export async function resolveHost(
  { host, local, onlyOpened }: Target,
  { guard, lookup }: { guard: AddressGuard; lookup: Lookup },
): Promise<ResolvedAddress[]> {
  const family = isIP(host)
  const addresses = family === 0 ? await lookup(host) : [{ address: host, family }]
  if (addresses.length === 0) throw new NoAddressError(`${host} has no address`)
  const opened = addresses.filter(({ address }) => guard.reach(address) === 'opened')
  // localhost is both 127.0.0.1 and ::1; whoever opened one of them means that one.
  if (local && opened.length > 0) return opened
  for (const { address } of addresses) {
    const reach = guard.reach(address)
    if (reach === 'opened' || (reach === 'public' && !onlyOpened)) continue
    const why = reach === 'closed' ? 'which is not a public address' : 'which is public: that takes https on an allowed port'
    throw new BlockedAddressError(`${host} is at ${address}, ${why}`)
  }
  return addresses
}
