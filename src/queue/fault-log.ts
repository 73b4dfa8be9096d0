import type { Log } from '../domain/ports.ts'

const QUIET_MS = 10_000
const KNOWN_TEXTS = 100

export type FaultLog = (source: string, error: unknown) => void

/** While the engine is away every connection tells the same by the second: one line per text and ten seconds is enough. */
export function createFaultLog(log: Log): FaultLog {
  const seen = new Map<string, { at: number; suppressed: number }>()
  return (source, error) => {
    const text = faultText(error)
    const now = performance.now()
    const last = seen.get(text)
    if (last !== undefined && now - last.at < QUIET_MS) {
      last.suppressed += 1
      return
    }
    if (seen.size >= KNOWN_TEXTS) seen.clear()
    seen.set(text, { at: now, suppressed: 0 })
    log.warn({ source, error: text, suppressed: last?.suppressed ?? 0 }, 'queue.fault')
  }
}

/** The text of a fault, without what an address may hide. */
export function faultText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : error.name
  return (error.message || code).replace(/\/\/[^@/\s]*@/g, '//***@').slice(0, 500)
}
