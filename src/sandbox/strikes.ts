import { setBounded } from './bounded.ts'

const MOST_KEPT = 50_000

/** Counts how often a fault has struck, so that it strikes N times and then lets go. */
export interface Strikes {
  /** True while the fault named by `key` has struck fewer than `times`. */
  take(key: string, times: number): boolean
}

export function createStrikes(): Strikes {
  const struck = new Map<string, number>()
  return {
    take: (key, times) => {
      const before = struck.get(key) ?? 0
      if (before >= times) return false
      setBounded(struck, { key, value: before + 1, max: MOST_KEPT })
      return true
    },
  }
}
