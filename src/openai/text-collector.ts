import { Buffer } from 'node:buffer'
import { UnreadableReplyError } from './unreadable-reply-error.ts'

export interface TextCollector {
  add(bytes: Buffer | string): void
  text(): string
}

/** Copies what it is given: a slice kept would hold its whole chunk in memory. */
export function createTextCollector({ maxBytes }: { maxBytes: number }): TextCollector {
  const parts: Buffer[] = []
  let held = 0
  return {
    add(bytes) {
      const part = typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes)
      held += part.length
      if (held > maxBytes) throw new UnreadableReplyError(`the reply's text is larger than ${maxBytes} bytes`)
      parts.push(part)
    },
    text: () => Buffer.concat(parts).toString(),
  }
}
