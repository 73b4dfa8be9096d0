/** What a route answers with; how it is written to the socket is `send-answer.ts`'s business. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: { kind: 'none' } | { kind: 'text'; text: string } | { kind: 'stream'; stream: AsyncIterable<Uint8Array> }
}

type Headers = Record<string, string>

export function jsonAnswer(status: number, value: unknown, headers: Headers = {}): Answer {
  return textAnswer(status, JSON.stringify(value), { 'content-type': 'application/json; charset=utf-8', ...headers })
}

export function textAnswer(status: number, text: string, headers: Headers): Answer {
  return { status, headers: { 'cache-control': 'no-store', ...headers }, body: { kind: 'text', text } }
}

export function emptyAnswer(status: number, headers: Headers = {}): Answer {
  return { status, headers: { 'cache-control': 'no-store', ...headers }, body: { kind: 'none' } }
}

export function streamAnswer(status: number, stream: AsyncIterable<Uint8Array>, headers: Headers): Answer {
  return { status, headers: { 'cache-control': 'no-store', ...headers }, body: { kind: 'stream', stream } }
}
