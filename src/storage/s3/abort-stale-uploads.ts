import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, S3ServiceException } from '@aws-sdk/client-s3'
import type { ListMultipartUploadsCommandOutput, MultipartUpload, S3Client } from '@aws-sdk/client-s3'

/** No upload of ours takes so long. */
const STALE_MS = 86_400_000
/** Every key of ours begins with a tenant's id: uploads of others in the same bucket are not ours to end. */
const OURS = 'ten_'

/** Ends uploads whose process died: their parts are paid for and in no list. A key without the right to list them leaves them to the bucket's rule. */
export async function abortStaleUploads(client: S3Client, { bucket, prefix }: { bucket: string; prefix: string }): Promise<void> {
  try {
    for await (const { Key, UploadId, Initiated } of uploads(client, { Bucket: bucket, Prefix: prefix + OURS })) {
      if (Initiated === undefined || Date.now() - Initiated.getTime() < STALE_MS) continue
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }))
    }
  } catch (error) {
    if (!isRefused(error)) throw error
  }
}

async function* uploads(client: S3Client, place: { Bucket: string; Prefix: string }): AsyncGenerator<MultipartUpload> {
  let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {}
  for (;;) {
    const page: ListMultipartUploadsCommandOutput = await client.send(new ListMultipartUploadsCommand({ ...place, ...marker }))
    yield* page.Uploads ?? []
    if (page.IsTruncated !== true || page.NextKeyMarker === marker.KeyMarker) return
    marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
  }
}

/** 404: the upload ended meanwhile. Some of the stores know no such list. */
function isRefused(error: unknown): boolean {
  return error instanceof S3ServiceException && [400, 403, 404, 405, 501].includes(error.$metadata.httpStatusCode ?? 0)
}
