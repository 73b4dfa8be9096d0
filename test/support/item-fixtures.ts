import { readdirSync, readFileSync } from 'node:fs'
import type { JsonObject } from '../../src/domain/model.ts'

const folder = new URL('../fixtures/items/', import.meta.url)

export interface ItemFixture {
  name: string
  /** As it would come over the wire. */
  text: string
  response: JsonObject
}

/** Responses with items of every type, built to the API's description; one file each. */
export function itemFixtures(): ItemFixture[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return names.toSorted().map((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8')
    return { name: file.replace('.json', ''), text, response: JSON.parse(text) as JsonObject }
  })
}
