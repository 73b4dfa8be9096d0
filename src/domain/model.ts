import type { FailureCode } from './failure-codes.ts'
import type { EventType, JobStatus } from './job-status.ts'

export const TURN_STATES = ['ready', 'submitting', 'unconfirmed', 'running', 'done'] as const
export type TurnState = (typeof TURN_STATES)[number]

export const ARTIFACT_KINDS = ['image', 'figure', 'file', 'screenshot', 'audio', 'input', 'preview'] as const
export type ArtifactKind = (typeof ARTIFACT_KINDS)[number]

export const ARTIFACT_STATUSES = ['stored', 'failed', 'expired', 'blocked'] as const
export type ArtifactStatus = (typeof ARTIFACT_STATUSES)[number]

export const ON_UNCONFIRMED = ['wait', 'resubmit'] as const
export type OnUnconfirmed = (typeof ON_UNCONFIRMED)[number]

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** A fault as OpenAI told it, beside which our own code stands. */
export interface UpstreamError {
  status: number | null
  code: string | null
  type: string | null
  param: string | null
  message: string
  requestId: string | null
}

export interface JobError {
  code: FailureCode
  message: string
  retryable: boolean
  upstream: UpstreamError | null
}

export interface Progress {
  stage: string
  message: string
  updatedAt: string
}

export interface Job {
  id: string
  tenantId: string
  keyId: string | null
  account: string
  status: JobStatus
  model: string
  labels: Record<string, string>
  metadata: Record<string, string>
  priority: number
  callbackUrl: string | null
  callbackEvents: EventType[] | null
  startAfter: Date | null
  deadlineAt: Date | null
  retentionDays: number | null
  /** When retention lets it go; set as the job turns final. */
  expiresAt: Date | null
  previousJobId: string | null
  onUnconfirmed: OnUnconfirmed
  endUser: string | null
  responseId: string | null
  progress: Progress | null
  error: JobError | null
  incompleteDetails: JsonObject | null
  refusal: string | null
  requiredAction: JsonObject | null
  /** How long it may wait for its caller's action. */
  actionTimeoutSeconds: number
  actionDueAt: Date | null
  /** Of all its turns; null as long as one of them cannot be priced. */
  costMicroUsd: number | null
  cancelRequestedAt: Date | null
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
}

/** The create body, with the secrets in it taken out and sealed. */
export interface StoredRequest {
  /** JSON text: exact, where jsonb would lose NUL and big integers. */
  body: string
  sealedSecrets: string | null
}

/** One response at OpenAI. `dueAt` is when its next step is owed, whatever the queue remembers. */
export interface Turn {
  id: string
  jobId: string
  tenantId: string
  account: string
  number: number
  state: TurnState
  responseId: string | null
  upstreamStatus: string | null
  /** The snapshot OpenAI resolved the asked model to. */
  model: string | null
  submitAttempts: number
  polls: number
  dueAt: Date | null
  /** While in the future, one worker holds this turn. */
  claimedUntil: Date | null
  /** A webhook spoke of it; newer than a running look means: look again. */
  hintedAt: Date | null
  /** Since when retrieve answers 404. */
  missingSince: Date | null
  lastError: UpstreamError | null
  createdAt: Date
  submittedAt: Date | null
  finishedAt: Date | null
}

export interface Citation {
  type: string
  url: string | null
  title: string | null
  startIndex: number | null
  endIndex: number | null
  containerId: string | null
  fileId: string | null
  filename: string | null
  artifactId: string | null
}

export interface Result {
  turnId: string
  jobId: string
  /** OpenAI's reply as JSON text, each payload replaced by `longhaul:artifact/<id>`. */
  body: string
  outputText: string
  citations: Citation[]
  usage: JsonObject | null
  /** A structured answer, parsed; null when none was asked for or it does not parse. */
  outputJson: Json
  /** Every output item in a line for people. */
  items: ItemNote[]
  createdAt: Date
}

export interface ItemNote {
  index: number
  id: string | null
  type: string
  status: string | null
  summary: string
  /** What is worth showing of it, cut short; whole in the response. */
  detail?: JsonObject
}

export interface Artifact {
  id: string
  tenantId: string
  jobId: string
  turnId: string
  kind: ArtifactKind
  status: ArtifactStatus
  /** Where the bytes are; null when nothing was stored. */
  objectKey: string | null
  filename: string
  contentType: string
  bytes: number | null
  sha256: string | null
  width: number | null
  height: number | null
  itemId: string | null
  itemType: string
  containerId: string | null
  fileId: string | null
  /** JSON path of the payload in the response, e.g. `output/0/result`; null for container files. */
  path: string | null
  /** What stood before the base64 in the response (a data URI's head), so that it can be put back. */
  prefix: string
  revisedPrompt: string | null
  params: JsonObject
  error: string | null
  createdAt: Date
}

export interface JobEvent {
  id: string
  jobId: string
  seq: number
  type: EventType
  data: JsonObject
  createdAt: Date
}

export const INBOX_OUTCOMES = ['handled', 'foreign', 'ignored', 'quarantined', 'gone'] as const
export type InboxOutcome = (typeof INBOX_OUTCOMES)[number]

/** One verified webhook from OpenAI. */
export interface InboxEntry {
  id: string
  webhookId: string
  account: string
  /** The raw body as text, JSON or not. */
  body: string
  eventType: string | null
  responseId: string | null
  sentAt: Date
  receivedAt: Date
  attempts: number
  dueAt: Date | null
  handledAt: Date | null
  outcome: InboxOutcome | null
}

/** A webhook refused at the door: kept in a bounded trace for the operator. */
export interface RefusedWebhook {
  id: string
  account: string
  reason: string
  webhookId: string | null
  ageSeconds: number | null
  address: string | null
  receivedAt: Date
}

export interface ApiKey {
  id: string
  tenantId: string
  name: string
  /** SHA-256 of the key, hex; the key itself is kept nowhere. */
  hash: string
  scopes: string[]
  createdAt: Date
  revokedAt: Date | null
}

export interface Tenant {
  id: string
  name: string
  /** The callback secret (`whsec_…`), sealed by the vault. */
  sealedCallbackSecret: string
  /** Secrets replaced a while ago that are signed with still, sealed: a JSON list as an endpoint's. */
  sealedRetiringSecrets: string | null
  createdAt: Date
}
