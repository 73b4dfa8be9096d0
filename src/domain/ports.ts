import type { JobName, JobPayload } from './job-catalog.ts'
import type { JsonObject, UpstreamError } from './model.ts'

export type { Store } from './store.ts'

export interface Clock {
  now(): Date
  /** Calls again and again until the returned function is called. */
  every(milliseconds: number, call: () => void): () => void
}

export type IdPrefix = 'job' | 'turn' | 'art' | 'evt' | 'inb' | 'dlv' | 'ep' | 'rpl' | 'key' | 'acct' | 'ten'

export interface Ids {
  /** Unique, and sorted by the time it was made. */
  next(prefix: IdPrefix): string
  /** Always the same for the same base and name; sorts with its base. A step that runs twice makes one thing. */
  derive(prefix: IdPrefix, base: string, name: string): string
}

export interface Digest {
  sha256(text: string): string
}

export interface Random {
  /** In [0, 1). */
  next(): number
  bytes(count: number): Uint8Array
}

/** Seals what must not lie readable in a row. */
export interface Vault {
  seal(text: string): string
  /** Throws when sealed under another secret. */
  open(sealed: string): string
}

/** Signs what stands in a link that needs no key. */
export interface LinkSigner {
  /** Of letters that may stand in an address as they are. */
  sign(text: string): string
  /** In a time that tells nothing of how much of the signature is right. */
  isSigned(text: string, signature: string): boolean
}

export interface Log {
  debug(fields: Record<string, unknown>, message: string): void
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
  child(fields: Record<string, unknown>): Log
}

export interface ByteRange {
  start: number
  /** Inclusive. */
  end: number
}

export interface StoredObject {
  bytes: number
  sha256: string
}

export interface ObjectStore {
  /** The chunks are the store's from then on. Visible only when whole; writing a key twice leaves the later bytes. An aborted or failing body leaves nothing. Throws StorageFullError where there is no room. */
  put(key: string, body: AsyncIterable<Uint8Array>, options: { contentType: string; signal?: AbortSignal }): Promise<StoredObject>
  /** Null when there is none. `bytes` is the size of the whole object. */
  get(
    key: string,
    options?: { range?: ByteRange; signal?: AbortSignal },
  ): Promise<{ body: AsyncIterable<Uint8Array>; bytes: number } | null>
  /** A missing key is no fault. */
  remove(keys: string[]): Promise<void>
  list(prefix: string): AsyncIterable<{ key: string; bytes: number; modifiedAt: Date }>
  /** Throws when the store cannot be written to now; StorageFullError when it has no room, or next to none. */
  check(): Promise<void>
  /** Lets go of what writes left behind whose process died long ago. */
  tidy(): Promise<void>
}

export type QueueEntry = {
  [N in JobName]: {
    name: N
    payload: JobPayload<N>
    delayMs?: number
    /** 0 is ordinary, more is sooner. */
    priority?: number
    /** While an entry of this job name with this key waits or runs, another is dropped. No truth: rows are. */
    dedupe?: string
  }
}[JobName]

export interface Queue {
  /** Rejects within two seconds when the queue is away: the sweep will find the rows. */
  add(entries: QueueEntry[]): Promise<void>
}

/** Wakes those who wait for a job to change. A hint: lost ones are made up for by looking. */
export interface JobSignals {
  /** Resolves at the next change of the job, at the timeout, or when aborted. */
  next(jobId: string, options: { timeoutMs: number; signal?: AbortSignal }): Promise<void>
}

export interface UpstreamHead {
  id: string
  status: string
  model: string | null
}

export type CreateOutcome =
  | { outcome: 'created'; response: UpstreamHead }
  /** OpenAI answered 4xx: nothing was made. */
  | { outcome: 'refused'; error: UpstreamError; retryAfterMs: number | null }
  /** No connection was ever made. */
  | { outcome: 'unsent'; error: UpstreamError }
  /** It may or may not have been made: never sent again by itself. */
  | { outcome: 'ambiguous'; error: UpstreamError }

/** One base64 payload met while the reply is read. The body must be read to its end. */
export interface Payload {
  path: (string | number)[]
  /** Of a data URI (`data:image/png;base64,`), else empty. */
  prefix: string
  body: AsyncIterable<Uint8Array>
}

/** Stores a payload and returns the text that takes its place, or null to leave it as it is. */
export type PayloadSink = (payload: Payload) => Promise<string | null>

export type RetrieveOutcome =
  | { outcome: 'found'; text: string; response: JsonObject }
  | { outcome: 'missing'; error: UpstreamError }
  /** 429, 5xx, network, a cut or unreadable body: look again later. */
  | { outcome: 'unavailable'; error: UpstreamError; retryAfterMs: number | null }
  /** Any other 4xx. */
  | { outcome: 'refused'; error: UpstreamError }

export type CancelOutcome =
  /** 200, or the 400 that says it is final already: retrieve tells the truth. */
  { outcome: 'asked' } | { outcome: 'missing' } | { outcome: 'unavailable'; error: UpstreamError }

export interface ContainerFile {
  id: string
  path: string
  bytes: number | null
  source: string
  createdAt: Date | null
}

export type ContainerContent =
  | { outcome: 'found'; body: AsyncIterable<Uint8Array> }
  | { outcome: 'gone' }
  | { outcome: 'unavailable'; error: UpstreamError }

export interface OpenAi {
  create(body: JsonObject, options: { account: string; signal: AbortSignal }): Promise<CreateOutcome>
  /** Reads the reply as a stream; payloads go through the sink in the order they are met. */
  retrieve(id: string, options: { account: string; signal: AbortSignal; sink: PayloadSink }): Promise<RetrieveOutcome>
  cancel(id: string, options: { account: string; signal: AbortSignal }): Promise<CancelOutcome>
  /** Deleted or not there. Throws when it could not be asked. */
  remove(id: string, options: { account: string; signal: AbortSignal }): Promise<void>
  /** All pages; null when the container is gone. Throws when it could not be asked. */
  listContainerFiles(containerId: string, options: { account: string; signal: AbortSignal }): Promise<ContainerFile[] | null>
  containerFile(ref: { containerId: string; fileId: string }, options: { account: string; signal: AbortSignal }): Promise<ContainerContent>
}

export type SendOutcome =
  | { outcome: 'replied'; status: number; headers: Record<string, string>; body: string; durationMs: number }
  /** No reply: `reason` is one of timeout, dns, refused, reset, tls, blocked, invalid_url, aborted, network. */
  | { outcome: 'failed'; reason: string; message: string; durationMs: number }

export interface CallbackSender {
  /** Says what is wrong with the address as it stands (scheme, port, literal address), or null. Looks nothing up. */
  objection(url: string): string | null
  /** Never throws for what the other side does. No redirects; the reply is cut at 4 kB; the address is checked as it connects. */
  send(request: { url: string; headers: Record<string, string>; body: string; signal: AbortSignal }): Promise<SendOutcome>
}
