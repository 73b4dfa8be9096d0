import { AppError } from '../domain/errors.ts'

/** Far deeper than any request is, and far from what recursion could not bear. */
const MAX_DEPTH = 200

/** JSON from outside, safe to walk: not too deep, and without keys that mean something to JavaScript. */
export function readJson(bytes: Uint8Array): unknown {
  const value = parse(bytes)
  checkTree(value)
  return value
}

function parse(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw malformed('The body is empty: send JSON.')
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const place = error instanceof SyntaxError ? (/(?:at|after).* position \d+/.exec(error.message)?.[0] ?? '') : 'not UTF-8'
    throw malformed(`The body is not JSON${place === '' ? '' : ` (${place})`}.`)
  }
}

function checkTree(root: unknown): void {
  let level: unknown[] = [root]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === MAX_DEPTH) throw malformed(`The body is nested deeper than ${MAX_DEPTH} levels.`)
    const next: unknown[] = []
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue
      if (Object.hasOwn(value, '__proto__')) throw malformed('The body has a key named __proto__.')
      for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) next.push(inner)
    }
    level = next
  }
}

function malformed(message: string): AppError {
  return new AppError('malformed_json', { status: 400, message })
}
