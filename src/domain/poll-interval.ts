import type { Rules } from './context.ts'

const WIDENING = 1.5

/** Seconds until look number `polls` + 1: first short, then half as long again each time, up to the ceiling. */
export function pollInterval(rules: Pick<Rules, 'pollFirstSeconds' | 'pollMaxSeconds'>, polls: number): number {
  const exponent = Math.min(polls, 40)
  return Math.min(rules.pollFirstSeconds * WIDENING ** exponent, Math.max(rules.pollMaxSeconds, rules.pollFirstSeconds))
}
