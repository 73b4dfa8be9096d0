import { containersOf } from './containers-of.ts'
import type { Context } from './context.ts'
import type { JsonObject, Turn } from './model.ts'
import type { ContainerFile } from './ports.ts'
import { objectsOf, textOf } from './read-json.ts'

export interface WantedFile {
  containerId: string
  fileId: string
  /** As the model named it: told as metadata, and names nothing of ours. */
  filename: string
}

interface Find {
  turn: Turn
  response: JsonObject
  signal: AbortSignal
  lastTry: boolean
}

/** OpenAI tells times in whole seconds, and two of its servers tell them. */
const TOLERANCE_MS = 1_000

/**
 * The files of a response: those it cites, and those its containers got since it began; each once.
 * A list that cannot be had, though another try is to come, is among the faults: it holds up no cited file.
 */
export async function findContainerFiles(
  app: Context,
  { turn, response, signal, lastTry }: Find,
): Promise<{ wanted: WantedFile[]; faults: unknown[] }> {
  const faults: unknown[] = []
  const wanted = new Map(citedFiles(response).map((file) => [`${file.containerId} ${file.fileId}`, file]))
  const since = typeof response.created_at === 'number' ? response.created_at * 1000 - TOLERANCE_MS : 0
  for (const containerId of containersOf(response)) {
    const listed = await app.openai.listContainerFiles(containerId, { account: turn.account, signal }).catch(notListed(containerId))
    for (const file of listed ?? []) {
      const key = `${containerId} ${file.id}`
      if (wanted.has(key) || isFresh(file, since)) wanted.set(key, { containerId, fileId: file.id, filename: baseName(file.path) })
    }
  }
  return { wanted: [...wanted.values()], faults }

  function notListed(containerId: string): (error: unknown) => null {
    return (error) => {
      if (isLastWord({ lastTry, signal })) app.log.warn({ error, container_id: containerId }, 'container.not_listed')
      else faults.push(error)
      return null
    }
  }
}

/** Whether what cannot be had now is to be told so. A try that our own stopping breaks off is followed by another. */
export function isLastWord({ lastTry, signal }: { lastTry: boolean; signal: AbortSignal }): boolean {
  return lastTry && !(signal.aborted && (signal.reason as Error).name === 'AbortError')
}

/** A container may be shared along a conversation: what was there before, or came from the user, is not this answer's. */
function isFresh(file: ContainerFile, since: number): boolean {
  return file.source !== 'user' && (file.createdAt === null || file.createdAt.getTime() >= since)
}

function citedFiles(response: JsonObject): WantedFile[] {
  const annotations = objectsOf(response.output).flatMap((item) => objectsOf(item.content).flatMap((part) => objectsOf(part.annotations)))
  return annotations.flatMap((annotation) => {
    const containerId = textOf(annotation.container_id)
    const fileId = textOf(annotation.file_id)
    if (containerId === null || fileId === null) return []
    return [{ containerId, fileId, filename: baseName(textOf(annotation.filename) ?? fileId) }]
  })
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1)?.slice(0, 255) || 'file'
}
