import { addAbortSignal, Readable } from 'node:stream'

/** Gives the connection back however the reading ends, also when it ends before it began. */
export function readBody(body: unknown, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  if (!(body instanceof Readable)) throw new TypeError('The S3 reply has no body to read')
  const stream = signal === undefined ? body : addAbortSignal(signal, body)
  return {
    [Symbol.asyncIterator]() {
      const iterator: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]()
      return {
        next: () => iterator.next(),
        async return() {
          stream.destroy()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
