import type { Buffer } from 'node:buffer'
import { BrokenPayloadError } from '../domain/errors.ts'
import type { JsonPath } from '../domain/json-walker.ts'
import type { PayloadSink } from '../domain/ports.ts'
import type { ByteCursor } from './byte-cursor.ts'
import { createJsonUnescape } from './json-unescape.ts'
import { createKeptPieces } from './kept-pieces.ts'
import { createPayloadBody, type PayloadBody } from './payload-body.ts'
import { type RawString, readRawString } from './raw-string.ts'
import { recognisePayload } from './recognise-payload.ts'
import { readHead } from './string-head.ts'
import type { TextCollector } from './text-collector.ts'
import { UnreadableReplyError } from './unreadable-reply-error.ts'

/** What became of a payload, and how long its string was. Null: it stays as it is. */
export interface Verdict {
  replacement: string | null
  length: number
}

/** One reading of a response. */
export interface Reading {
  sink: PayloadSink
  text: TextCollector
  /** Of the payloads in their order; those of an earlier reading are not offered again. */
  verdicts: Verdict[]
  payloads: number
  /** A string that should stay was too long to keep: the text has a hole, and a second reading will have none. */
  lost: boolean
}

/** Takes the string at the cursor: what the sink keeps is named by its answer, all else goes into the text as it stands. */
export async function takeString(cursor: ByteCursor, { path, reading }: { path: JsonPath; reading: Reading }): Promise<void> {
  const string = readRawString(cursor)
  const unescape = createJsonUnescape()
  const head = await readHead(string, unescape)
  const payload = recognisePayload(head.start)
  if (payload === null) return leave(string, { start: head.raw, reading })

  const earlier = reading.verdicts[reading.payloads]
  reading.payloads += 1
  if (earlier !== undefined) {
    await settle(string, { replacement: earlier.replacement, start: head.raw, reading })
    if (string.length() !== earlier.length) throw new UnreadableReplyError('the response changed between two readings')
    return
  }

  const start = createKeptPieces(head.raw)
  const body = createPayloadBody(plain())
  const replacement = await offer(body, () => reading.sink({ path, prefix: payload.prefix, body: body.bytes }))
  await settle(string, { replacement, start: start.all(), reading })
  reading.verdicts.push({ replacement, length: string.length() })

  async function* plain(): AsyncGenerator<Buffer> {
    yield head.plain.subarray(payload?.prefix.length)
    for await (const piece of string.rest()) {
      start.add(piece)
      yield unescape(piece)
    }
  }
}

/** The sink's answer, unless the payload itself gave way: broken base64 stays where it is, a broken source is thrown. */
async function offer(body: PayloadBody, sink: () => Promise<string | null>): Promise<string | null> {
  const answer = await sink().then(
    (replacement) => ({ replacement }),
    (error: unknown) => ({ error }),
  )
  await body.bytes.return(undefined)
  const failure = body.failure()
  if (failure instanceof BrokenPayloadError) return null
  if (failure !== undefined) throw failure
  if ('error' in answer) throw answer.error
  return answer.replacement
}

async function settle(
  string: RawString,
  { replacement, start, reading }: { replacement: string | null; start: Buffer[] | null; reading: Reading },
): Promise<void> {
  if (replacement === null && start !== null) return leave(string, { start, reading })
  for await (const _ of string.rest()) continue
  reading.lost ||= replacement === null
  reading.text.add(JSON.stringify(replacement ?? '').slice(1))
}

async function leave(string: RawString, { start, reading }: { start: Buffer[]; reading: Reading }): Promise<void> {
  for (const piece of start) reading.text.add(piece)
  for await (const piece of string.rest()) reading.text.add(piece)
  reading.text.add('"')
}
