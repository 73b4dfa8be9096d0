import { isIP } from 'node:net'
import type { AddressGuard, Reach } from './address-guard.ts'

export interface Target {
  url: URL
  /** Without brackets and without the dot that may end a name. */
  host: string
  /** `localhost` and names below it: this machine everywhere, whatever a resolver says. */
  local: boolean
  /** Plain http, or a port that is not ours to use: for addresses the operator opened, and no others. */
  onlyOpened: boolean
}

export type ReadTarget = { ok: true; target: Target } | { ok: false; reason: 'invalid_url' | 'blocked'; message: string }

const maxLength = 2048

/** All that can be said of an address without looking its name up. WHATWG parsing turns `0x7f.1` and the like into `127.0.0.1`. */
export function readTarget(text: string, { guard, ports }: { guard: AddressGuard; ports: readonly number[] }): ReadTarget {
  const url = text.length <= maxLength ? URL.parse(text) : null
  if (url === null) return invalid(`it must be an https:// address of at most ${maxLength} characters`)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return invalid('it must start with https://')
  if (url.username !== '' || url.password !== '') return invalid('it must not carry a user or password: callbacks are signed')
  url.hostname = url.hostname.replace(/\.+$/, '')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const secure = url.protocol === 'https:'
  const port = Number(url.port || (secure ? 443 : 80))
  const onlyOpened = !secure || !ports.includes(port)

  const local = host === 'localhost' || host.endsWith('.localhost')
  const reach = reachBefore({ host, local }, guard)
  if (reach === 'closed') {
    return blocked(`${host} is not a public address; addresses listed in CALLBACK_ALLOW_PRIVATE may be used all the same`)
  }
  if (onlyOpened && (reach === null ? !guard.opensAny : reach !== 'opened')) {
    return blocked(secure ? `port ${port} is not allowed: use ${ports.join(' or ')}` : 'it must start with https://')
  }
  return { ok: true, target: { url, host, local, onlyOpened } }
}

/** Null where only a look-up can tell. */
function reachBefore({ host, local }: { host: string; local: boolean }, guard: AddressGuard): Reach | null {
  if (local) return ['127.0.0.1', '::1'].some((address) => guard.reach(address) === 'opened') ? 'opened' : 'closed'
  return isIP(host) === 0 ? null : guard.reach(host)
}

function invalid(message: string): ReadTarget {
  return { ok: false, reason: 'invalid_url', message }
}

function blocked(message: string): ReadTarget {
  return { ok: false, reason: 'blocked', message }
}
