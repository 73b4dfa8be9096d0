import type { Json, JsonObject } from './model.ts'

const PLACEHOLDER = 'longhaul:secret/'
const PARTS = ['tools', 'input'] as const

/**
 * Takes the secrets of tools out of a create body, so that they are sealed apart from it:
 * MCP `authorization` and `headers`, and `domain_secrets` of network policies. Input items may carry tools too.
 */
export function splitSecrets(request: JsonObject): { open: JsonObject; secrets: string[] } {
  const secrets: string[] = []
  const open = { ...request }
  for (const part of PARTS) if (request[part] !== undefined) open[part] = hide(request[part], false)
  return { open, secrets }

  function hide(value: Json, secret: boolean): Json {
    if (typeof value === 'string') return secret || value.startsWith(PLACEHOLDER) ? PLACEHOLDER + (secrets.push(value) - 1) : value
    if (Array.isArray(value)) return value.map((item) => hide(item, secret))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hide(item, secret || isSecretKey(key))]))
  }
}

function isSecretKey(key: string): boolean {
  return key === 'authorization' || key === 'headers' || key === 'domain_secrets'
}

export function joinSecrets(open: JsonObject, secrets: string[]): JsonObject {
  if (secrets.length === 0) return open
  const joined = { ...open }
  for (const part of PARTS) if (open[part] !== undefined) joined[part] = reveal(open[part])
  return joined

  function reveal(value: Json): Json {
    if (typeof value === 'string') {
      return value.startsWith(PLACEHOLDER) ? (secrets[Number(value.slice(PLACEHOLDER.length))] ?? value) : value
    }
    if (Array.isArray(value)) return value.map(reveal)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reveal(item)]))
  }
}
