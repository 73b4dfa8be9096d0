import { Readable } from 'node:stream'

/** The same bytes, but an abort throws at once, even while the source hangs and never answers. */
export async function* interruptible(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const iterator = source[Symbol.asyncIterator]()
  // One promise per step: racing every step against a single lasting promise would grow with the body.
  let interrupt: ((reason: unknown) => void) | undefined
  const onAbort = (): void => interrupt?.(signal?.reason)
  const next = (): Promise<IteratorResult<Uint8Array>> =>
    new Promise((resolve, reject) => {
      interrupt = reject
      iterator.next().then(resolve, reject)
    })
  signal?.addEventListener('abort', onAbort)
  let exhausted = false
  try {
    for (;;) {
      signal?.throwIfAborted()
      const step = await next()
      if (step.done === true) {
        exhausted = true
        return
      }
      yield step.value
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    if (!exhausted) letGo(source, iterator)
  }
}

/** Not awaited: a source that hangs would hang here as well. A stream is let go even if its reading never began. */
function letGo(source: AsyncIterable<Uint8Array>, iterator: AsyncIterator<Uint8Array>): void {
  if (source instanceof Readable) source.destroy()
  else iterator.return?.().catch(() => {})
}
