import { BlockList, isIP } from 'node:net'
import { notPublicIpv4, notPublicIpv6, publicIpv6 } from './special-addresses.ts'

export type Reach =
  /** Anybody's: https on the ports we allow. */
  | 'public'
  /** Opened by the operator: any port, and plain http. */
  | 'opened'
  /** Loopback, private, link-local, reserved and the like. */
  | 'closed'

export interface AddressGuard {
  /** Where a literal address lies; what is not an address is closed. */
  reach(address: string): Reach
  /** Whether the operator opened anything at all. */
  opensAny: boolean
}

export function createAddressGuard(opened: readonly string[]): AddressGuard {
  const openedList = listOf(opened)
  const closedList = listOf([...notPublicIpv4, ...notPublicIpv6])
  const publicIpv6List = listOf(publicIpv6)
  return {
    opensAny: opened.length > 0,
    reach(address) {
      const family = familyOf(address)
      if (family === null) return 'closed'
      if (openedList.check(address, family)) return 'opened'
      if (closedList.check(address, family)) return 'closed'
      // All of IPv6 that nobody has been given yet is closed, and so are the forms that carry an IPv4 address.
      return family === 'ipv4' || publicIpv6List.check(address, family) ? 'public' : 'closed'
    },
  }
}

function listOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of cidrs) {
    const cidr = readCidr(text)
    if (cidr === null) throw new TypeError(`Not a range of addresses such as 10.0.0.0/8: ${JSON.stringify(text)}`)
    list.addSubnet(cidr.address, cidr.bits, cidr.family)
  }
  return list
}

/** `10.0.0.0/8`, `fd00::/8`, or one address alone. */
function readCidr(text: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | null {
  const [, address = '', bitsText] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = familyOf(address)
  if (family === null) return null
  const most = family === 'ipv4' ? 32 : 128
  const bits = bitsText === undefined ? most : Number(bitsText)
  return bits > most ? null : { address, bits, family }
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address)
  if (version === 0) return null
  return version === 4 ? 'ipv4' : 'ipv6'
}
