export function secondsAfter(at: Date, seconds: number): Date {
  return new Date(at.getTime() + Math.round(seconds * 1000))
}

export function laterOf(one: Date, other: Date | null): Date {
  return other !== null && other > one ? other : one
}

export function millisUntil(due: Date, now: Date): number {
  return Math.max(0, due.getTime() - now.getTime())
}
