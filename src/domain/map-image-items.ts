import { AppError } from './errors.ts'
import type { ErrorDetail } from './errors.ts'
import { isId } from './ids.ts'
import type { JsonObject } from './model.ts'
import { objectOf, textOf } from './read-json.ts'
import type { Store } from './ports.ts'

interface Asked {
  request: JsonObject
  tenantId: string
  account: string
}

/** The request with our ids of pictures in its input put into OpenAI's. Throws the 400 that names each one that cannot be. */
export async function mapImageItems(tx: Store, { request, tenantId, account }: Asked): Promise<JsonObject> {
  if (!Array.isArray(request.input)) return request
  const faults: ErrorDetail[] = []
  const input = [...request.input]
  for (const [index, value] of input.entries()) {
    const item = objectOf(value)
    const id = textOf(item?.id)
    if (item?.type !== 'image_generation_call' || !id?.startsWith('art_')) continue
    const found = await findItem(tx, { id, tenantId, account })
    if ('itemId' in found) input[index] = { ...item, id: found.itemId }
    else faults.push({ field: `request.input.${index}.id`, message: found.objection })
  }
  if (faults.length === 0) return { ...request, input }
  const said = faults.map(({ field, message }) => `${field} ${message}`).join('; ')
  throw new AppError('invalid_request', { status: 400, message: `The request is not valid: ${said}.`, details: faults })
}

async function findItem(
  tx: Store,
  { id, tenantId, account }: { id: string; tenantId: string; account: string },
): Promise<{ itemId: string } | { objection: string }> {
  const artifact = isId('art', id) ? await tx.artifacts.get(id, { tenantId }) : null
  if (artifact === null) return { objection: 'names no artifact' }
  if (artifact.itemType !== 'image_generation_call' || artifact.itemId === null || artifact.status !== 'stored')
    return { objection: `names an artifact (${artifact.kind}, ${artifact.status}) that is no picture OpenAI made` }
  const job = await tx.jobs.get(artifact.jobId, { tenantId })
  if (job !== null && job.account !== account) return { objection: `names a picture of another OpenAI account, ${job.account}` }
  return { itemId: artifact.itemId }
}
