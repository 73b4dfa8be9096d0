import type { JsonObject } from './model.ts'
import { objectOf, objectsOf, textOf } from './read-json.ts'

/** The containers a response has worked in: of code interpreter, of hosted shells (which cite no file), of cited files. */
export function containersOf(response: JsonObject): Set<string> {
  const found = new Set<string>()
  for (const item of objectsOf(response.output)) {
    const environment = objectOf(item.environment)
    const hosted = textOf(environment?.container_id) ?? textOf(objectOf(environment?.container_reference)?.container_id)
    const cited = objectsOf(item.content).flatMap((part) => objectsOf(part.annotations).map(({ container_id: id }) => textOf(id)))
    for (const id of [textOf(item.container_id), hosted, ...cited]) if (id !== null) found.add(id)
  }
  return found
}

/** Whether a request may make containers, told without parsing it. A prompt kept at OpenAI may bring tools of its own. */
export function mayUseContainers(requestBody: string): boolean {
  return /"(?:code_interpreter|shell|prompt)"/.test(requestBody)
}
