import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, paginateListObjectsV2, PutObjectCommand } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { ByteRange, ObjectStore } from '../../domain/ports.ts'
import { assertByteRange } from '../byte-range.ts'
import { eachBounded } from '../each-bounded.ts'
import { interruptible } from '../interruptible.ts'
import { createMeter } from '../meter.ts'
import { assertKeyPrefix, assertObjectKey, isObjectKey } from '../object-keys.ts'
import type { S3Config } from '../storage-config.ts'
import { abortStaleUploads } from './abort-stale-uploads.ts'
import { readBody } from './read-body.ts'
import { createS3Client } from './s3-client.ts'
import { explainS3Fault, isBeyondTheEnd, isFull, isNoSuchKey } from './s3-faults.ts'

// Together they bound the memory of one upload; a smaller body goes up in one request.
const partBytes = 8 * 1024 * 1024
const partsAtOnce = 2
const removeAtOnce = 8

export async function openS3Store(config: S3Config): Promise<ObjectStore & AsyncDisposable> {
  const client = createS3Client(config)
  const base = config.prefix === '' ? '' : `${config.prefix}/`
  const at = (key: string): { Bucket: string; Key: string } => ({ Bucket: config.bucket, Key: base + key })

  return {
    async put(key, body, { contentType, signal }) {
      assertObjectKey(key)
      const meter = createMeter()
      // Aborted through its body, never through the Upload: only so does it wait until the parts are thrown away.
      const upload = new Upload({
        client,
        params: { ...at(key), ContentType: contentType, Body: Readable.from(meter.read(interruptible(body, signal))) },
        partSize: partBytes,
        queueSize: partsAtOnce,
      })
      try {
        await upload.done()
      } catch (error) {
        throw isFull(error) ? explainS3Fault(error, config.bucket) : error
      }
      return meter.result()
    },

    async get(key, { range, signal } = {}) {
      assertObjectKey(key)
      if (range !== undefined) assertByteRange(range)
      signal?.throwIfAborted()
      const options = signal && { abortSignal: signal }
      try {
        const reply = await client.send(new GetObjectCommand({ ...at(key), ...(range && { Range: rangeHeader(range) }) }), options)
        const bytes = reply.ContentRange === undefined ? reply.ContentLength : Number(reply.ContentRange.split('/')[1])
        return { body: readBody(reply.Body, signal), bytes: bytes ?? 0 }
      } catch (error) {
        if (isNoSuchKey(error)) return null
        if (!isBeyondTheEnd(error)) throw error
        const head = await client.send(new HeadObjectCommand(at(key)), options)
        return { body: Readable.from([]), bytes: head.ContentLength ?? 0 }
      }
    },

    async remove(keys) {
      keys.forEach(assertObjectKey)
      // One by one: DeleteObjects needs a Content-MD5 that only some of the stores want.
      await eachBounded(keys, { limit: removeAtOnce, run: (key) => removeObject(key) })
    },

    async *list(prefix) {
      assertKeyPrefix(prefix)
      for await (const page of paginateListObjectsV2({ client }, { Bucket: config.bucket, Prefix: base + prefix })) {
        for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
          const key = Key.slice(base.length)
          if (isObjectKey(key)) yield { key, bytes: Size, modifiedAt: LastModified }
        }
      }
    },

    async check() {
      const probe = `.check-${randomUUID()}`
      try {
        await client.send(new PutObjectCommand({ ...at(probe), Body: 'probe', ContentType: 'text/plain' }))
        await removeObject(probe)
      } catch (error) {
        throw explainS3Fault(error, config.bucket)
      }
    },

    async tidy() {
      await abortStaleUploads(client, { bucket: config.bucket, prefix: base })
    },

    async [Symbol.asyncDispose]() {
      client.destroy()
    },
  }

  async function removeObject(key: string): Promise<void> {
    try {
      await client.send(new DeleteObjectCommand(at(key)))
    } catch (error) {
      if (!isNoSuchKey(error)) throw error
    }
  }
}

function rangeHeader({ start, end }: ByteRange): string {
  return `bytes=${start}-${end}`
}
