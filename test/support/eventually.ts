import { setTimeout as pause } from 'node:timers/promises'

const LOOK_MS = 25

/** Waits for a fact: resolves with what `look` gives once it neither throws nor gives undefined; rethrows its last failure at the end. */
export async function eventually<T>(
  look: () => T | undefined | Promise<T | undefined>,
  { timeoutMs = 15_000, what = 'it' } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    let failure: unknown = new Error(`${what} did not happen within ${timeoutMs} ms`)
    try {
      const found = await look()
      if (found !== undefined) return found
    } catch (error) {
      failure = error
    }
    if (performance.now() > deadline) throw failure
    await pause(LOOK_MS)
  }
}
