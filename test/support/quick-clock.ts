import type { Clock } from '../../src/domain/ports.ts'
import { systemClock } from '../../src/system.ts'

/** The time of day, going by so many times faster: what takes minutes is seen in seconds. */
export function quickClock(times: number): Clock {
  const start = Date.now()
  return {
    now: () => new Date(start + (Date.now() - start) * times),
    every: (milliseconds, call) => systemClock.every(milliseconds / times, call),
  }
}
