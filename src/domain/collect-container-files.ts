import { findContainerFiles, isLastWord } from './find-container-files.ts'
import type { WantedFile } from './find-container-files.ts'
import type { Context } from './context.ts'
import { whileAlive } from './keep-alive.ts'
import { keepBytes } from './keep-bytes.ts'
import type { Artifact, JsonObject, Turn } from './model.ts'
import type { Media } from './sniff-media.ts'

/** Files are fetched a few at a time: their container may die while a long queue of them waits. */
const AT_ONCE = 4
const ITEM_TYPE = 'container_file'

/** Some files could not be had yet; the others are kept. */
export class FilesPendingError extends Error {
  override name = 'FilesPendingError'
}

interface Collect {
  turn: Turn
  response: JsonObject
  signal: AbortSignal
  /** No further try is to come: what cannot be had now is told as failed. */
  lastTry: boolean
}

/**
 * Keeps the files a run left in its containers: those the answer cites, and those made since it began.
 * A file that is gone, or cannot be had, is an artifact that says so: the job still finishes.
 * Each file has its row as soon as its bytes are stored, so that another try fetches only what is missing.
 */
export async function collectContainerFiles(app: Context, collect: Collect): Promise<Artifact[]> {
  const artifacts = await keptBefore(app, collect.turn)
  const known = new Set(artifacts.map(({ containerId, fileId }) => `${containerId} ${fileId}`))
  const { wanted, faults } = await findContainerFiles(app, collect)
  const queue = wanted.filter(({ containerId, fileId }) => !known.has(`${containerId} ${fileId}`))
  const touch = { turn: collect.turn, containers: new Set(queue.map(({ containerId }) => containerId)), signal: collect.signal }
  await whileAlive(app, touch, () =>
    eachAtOnce(queue, async (file) => {
      const tried = await keepFile(app, { ...collect, file })
      if ('fault' in tried) faults.push(tried.fault)
      else artifacts.push(tried.artifact)
    }),
  )
  if (faults.length > 0) throw new FilesPendingError(`container files could not be had yet: ${messageOf(faults[0])}`)
  return artifacts
}

async function keptBefore(app: Context, turn: Turn): Promise<Artifact[]> {
  const all = await app.store.artifacts.listForJob(turn.jobId)
  return all.filter(({ turnId, itemType }) => turnId === turn.id && itemType === ITEM_TYPE)
}

/** A fault of our own ends it; the others end with what they have in hand, before another try may begin. */
async function eachAtOnce(queue: WantedFile[], work: (file: WantedFile) => Promise<void>): Promise<void> {
  const workers = Array.from({ length: Math.min(AT_ONCE, queue.length) }, async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) await work(file)
  })
  await Promise.all(workers).catch(async (error: unknown) => {
    queue.length = 0
    await Promise.allSettled(workers)
    throw error
  })
}

/** A fault is one of OpenAI's, which holds up no other file: another try is to come. */
type Tried = { artifact: Artifact } | { fault: unknown }

async function keepFile(app: Context, { turn, file, signal, lastTry }: Collect & { file: WantedFile }): Promise<Tried> {
  if (!isLastWord({ lastTry, signal })) signal.throwIfAborted()
  const id = app.ids.derive('art', turn.id, `${file.containerId}/${file.fileId}`)
  const described = describe(app, { turn, file, id })
  const content = await app.openai.containerFile(file, { account: turn.account, signal })
  if (content.outcome === 'gone') return { artifact: { ...described, status: 'expired', error: 'the container no longer has it' } }
  if (content.outcome === 'unavailable') return failed(described, { error: new Error(content.error.message), lastTry, signal })
  const result = await keepBytes(app, { turn, artifactId: id, body: content.body, otherwise: mediaByName(file.filename), signal })
  if (result.outcome === 'source_failed') return failed(described, { error: result.error, lastTry, signal })
  if (result.outcome === 'no_media') throw new Error('a file of any kind is kept')
  const { media, ...stored } = result.kept
  const artifact = { ...described, ...stored, contentType: media.contentType, width: media.width, height: media.height }
  await app.store.artifacts.insert([artifact])
  return { artifact }
}

function failed(artifact: Artifact, { error, ...trial }: { error: unknown; lastTry: boolean; signal: AbortSignal }): Tried {
  if (!isLastWord(trial)) return { fault: error }
  return { artifact: { ...artifact, status: 'failed', error: messageOf(error) } }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function describe(app: Context, { turn, file, id }: { turn: Turn; file: WantedFile; id: string }): Artifact {
  return {
    id,
    tenantId: turn.tenantId,
    jobId: turn.jobId,
    turnId: turn.id,
    kind: 'file',
    status: 'stored',
    objectKey: null,
    filename: file.filename,
    contentType: mediaByName(file.filename).contentType,
    bytes: null,
    sha256: null,
    width: null,
    height: null,
    itemId: null,
    itemType: ITEM_TYPE,
    containerId: file.containerId,
    fileId: file.fileId,
    path: null,
    prefix: '',
    revisedPrompt: null,
    params: {},
    error: null,
    createdAt: app.clock.now(),
  }
}

const PLAIN_TYPES = new Map([
  ['csv', 'text/csv'],
  ['txt', 'text/plain'],
  ['md', 'text/markdown'],
  ['json', 'application/json'],
])

/** For files that no magic bytes tell: a harmless type that the name claims, else plain bytes. */
function mediaByName(filename: string): Media {
  const extension = filename.split('.').at(-1)?.toLowerCase() ?? ''
  const contentType = PLAIN_TYPES.get(extension)
  const known = contentType === undefined ? { contentType: 'application/octet-stream', extension: 'bin' } : { contentType, extension }
  return { ...known, width: null, height: null }
}
