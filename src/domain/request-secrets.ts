import type { Json, JsonObject } from './model.ts'

const PLACEHOLDER = 'longhaul:secret/'

/**
 * Takes the secrets of tools out of a create body, so that they are sealed apart from it:
 * MCP `authorization` and `headers`, and `domain_secrets` of network policies.
 */
export function splitSecrets(request: JsonObject): { open: JsonObject; secrets: string[] } {
  const secrets: string[] = []
  const open = { ...request }
  if (request.tools !== undefined) open.tools = hide(request.tools, false)
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
  if (open.tools === undefined || secrets.length === 0) return open
  return { ...open, tools: reveal(open.tools) }

  function reveal(value: Json): Json {
    if (typeof value === 'string') {
      return value.startsWith(PLACEHOLDER) ? (secrets[Number(value.slice(PLACEHOLDER.length))] ?? value) : value
    }
    if (Array.isArray(value)) return value.map(reveal)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reveal(item)]))
  }
}
