import { z } from 'zod'
import type { UpstreamError } from '../domain/model.ts'
import type { ContainerContent, ContainerFile } from '../domain/ports.ts'
import type { Call } from './call.ts'
import { readBody, readText } from './read-body.ts'
import { UnreadableReplyError } from './unreadable-reply-error.ts'
import { UpstreamRequestError } from './upstream-request-error.ts'

const MOST_FILES = 1000
const PAGE = 100
const MAX_PAGE_BYTES = 4 * 1024 * 1024

/** Compatible servers leave fields out: only the id must be there. */
const Page = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      path: z.string().catch(''),
      bytes: z.number().nullable().catch(null),
      source: z.string().catch('assistant'),
      created_at: z.number().nullable().catch(null),
    }),
  ),
  has_more: z.boolean().catch(false),
})

/** All pages rather than the SDK's iterator, for which a reply that is no list has no files. */
export async function listContainerFiles(call: Call, containerId: string): Promise<ContainerFile[] | null> {
  const found: ContainerFile[] = []
  try {
    for (let more = true; more && found.length < MOST_FILES;) {
      const page = await readPage(call, { containerId, after: found.at(-1)?.id })
      found.push(...page.data.map(present))
      more = page.has_more && page.data.length > 0
    }
    return found.slice(0, MOST_FILES)
  } catch (error) {
    const told = call.describe(error)
    if (isGone(told)) return null
    throw new UpstreamRequestError(told)
  }
}

async function readPage(
  { client, signal, timeouts }: Call,
  { containerId, after }: { containerId: string; after: string | undefined },
): Promise<z.infer<typeof Page>> {
  const query = { limit: PAGE, order: 'asc', ...(after !== undefined && { after }) } as const
  const options = { signal, timeout: timeouts.otherMs }
  const response = await client().containers.files.list(containerId, query, options).asResponse()
  const text = await readText(response, { timeoutMs: timeouts.otherMs, maxBytes: MAX_PAGE_BYTES })
  return parsePage(text)
}

function parsePage(text: string): z.infer<typeof Page> {
  try {
    return Page.parse(JSON.parse(text))
  } catch {
    throw new UnreadableReplyError('the reply is no list of files')
  }
}

export async function containerFile(
  { client, signal, timeouts, describe }: Call,
  { containerId, fileId }: { containerId: string; fileId: string },
): Promise<ContainerContent> {
  try {
    const options = { signal, timeout: timeouts.otherMs }
    const response = await client().containers.files.content.retrieve(fileId, { container_id: containerId }, options).asResponse()
    return { outcome: 'found', body: readBody(response, { idleMs: timeouts.idleMs }) }
  } catch (error) {
    const told = describe(error)
    return isGone(told) ? { outcome: 'gone' } : { outcome: 'unavailable', error: told }
  }
}

/** A container dies after twenty idle minutes; that is told by 404 or by words. */
function isGone({ status, message }: UpstreamError): boolean {
  return status === 404 || status === 410 || (status === 400 && /\bexpired\b|not found/i.test(message))
}

function present({ id, path, bytes, source, created_at: seconds }: z.infer<typeof Page>['data'][number]): ContainerFile {
  return { id, path, bytes, source, createdAt: seconds === null ? null : new Date(seconds * 1000) }
}
