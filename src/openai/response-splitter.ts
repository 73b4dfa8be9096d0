import { createJsonWalker } from '../domain/json-walker.ts'
import type { PayloadSink } from '../domain/ports.ts'
import { ByteCursor } from './byte-cursor.ts'
import { isPayloadPlace } from './payload-places.ts'
import { type Reading, takeString, type Verdict } from './take-string.ts'
import { createTextCollector } from './text-collector.ts'
import { UnreadableReplyError } from './unreadable-reply-error.ts'

const MAX_TEXT_BYTES = 256 * 1024 * 1024
/** One that offers all payloads, one that knows what became of them. */
const READINGS = 2

/**
 * Parts a response as it arrives: each base64 payload goes to the sink as bytes, and what is left is the text, byte for
 * byte as received but for the strings the sink gave in their place. Throws what the source or the sink throws.
 *
 * Payloads are kept nowhere on the way. When a large one has to stay in the text after all, `open` is asked for the
 * response again: rare and slow beats writing every picture to disk twice.
 */
export async function splitResponse(
  open: () => Promise<AsyncIterable<Uint8Array>>,
  { sink, maxTextBytes = MAX_TEXT_BYTES }: { sink: PayloadSink; maxTextBytes?: number },
): Promise<string> {
  const verdicts: Verdict[] = []
  for (let left = READINGS; left > 0; left -= 1) {
    const text = createTextCollector({ maxBytes: maxTextBytes })
    const reading: Reading = { sink, text, verdicts, payloads: 0, lost: false }
    await read(await open(), reading)
    if (!reading.lost) return text.text()
  }
  throw new UnreadableReplyError('the response changed between two readings')
}

async function read(source: AsyncIterable<Uint8Array>, reading: Reading): Promise<void> {
  await using cursor = new ByteCursor(source)
  const walker = createJsonWalker({ wanted: isPayloadPlace })
  while (await cursor.more()) {
    const { at, stopped } = walker.walk(cursor.chunk, cursor.at)
    reading.text.add(cursor.chunk.subarray(cursor.at, at))
    cursor.at = at
    if (stopped) await takeString(cursor, { path: [...walker.path], reading })
  }
}
