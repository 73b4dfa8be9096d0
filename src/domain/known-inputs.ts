import { createHash } from 'node:crypto'
import { decodeExactly, findInputs } from './find-inputs.ts'
import { mapInputs } from './map-inputs.ts'
import type { Artifact, JsonObject } from './model.ts'
import { reference } from './store-payload.ts'

/** The inputs that a job has stored already: their references by what they were. */
export type KnownInputs = ReadonlyMap<string, string>

export function knownInputs(artifacts: readonly Artifact[]): KnownInputs {
  const stored = artifacts.filter(({ kind, objectKey }) => kind === 'input' && objectKey !== null)
  return new Map(stored.map(({ id, prefix, sha256 }) => [inputKey(prefix, sha256 ?? ''), reference(id)]))
}

export function inputKey(prefix: string, sha256: string): string {
  return `${sha256} ${prefix}`
}

/** As it is kept where all its payloads are stored: so that what is sent again can be held against what is there. */
export function referToKnown(request: JsonObject, known: KnownInputs): JsonObject {
  if (known.size === 0) return request
  const references = new Map<string, string>()
  for (const { value, prefix } of findInputs(request).inline) {
    const bytes = decodeExactly(value.slice(prefix.length))
    const found = bytes === null ? undefined : known.get(inputKey(prefix, createHash('sha256').update(bytes).digest('hex')))
    if (found !== undefined) references.set(value, found)
  }
  return references.size === 0 ? request : mapInputs(request, ({ value }) => references.get(value) ?? value)
}
