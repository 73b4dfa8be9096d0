import type { ReplayPlace } from './callback-store.ts'

/** What was sent is walked through first, then what never was. */
export interface ReplayCursor {
  part: 'sent' | 'missing'
  after: ReplayPlace | null
}

export function encodeReplayCursor({ part, after }: ReplayCursor): string {
  return after === null ? part : `${part}.${after.at.getTime()}.${after.id}`
}

export function decodeReplayCursor(text: string): ReplayCursor {
  const [part, at, id] = text.split('.')
  return {
    part: part === 'missing' ? 'missing' : 'sent',
    after: at === undefined || id === undefined ? null : { at: new Date(Number(at)), id },
  }
}
