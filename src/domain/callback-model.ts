import type { EventType } from './job-status.ts'

/** Of an endpoint itself, not of a job. */
export const ENDPOINT_EVENT_TYPES = ['endpoint.disabled'] as const
export type CallbackType = EventType | (typeof ENDPOINT_EVENT_TYPES)[number]

export const SIGNATURE_SCHEMES = ['v1', 'v1a'] as const
/** `v1`: HMAC with a shared secret. `v1a`: Ed25519, whose public key may be shown. */
export type SignatureScheme = (typeof SIGNATURE_SCHEMES)[number]

export const DISABLED_REASONS = ['by_owner', 'gone', 'failing'] as const
export type DisabledReason = (typeof DISABLED_REASONS)[number]

/** `until`: signed with as well up to then; null: the current one. The newest stands first. */
export interface SigningSecret {
  secret: string
  until: string | null
}

/** A registered address with a secret of its own. */
export interface Endpoint {
  id: string
  tenantId: string
  url: string
  description: string
  /** Types or patterns (`job.*`, `*`); null: the five that matter at the end of a job. */
  eventTypes: string[] | null
  /** Only jobs that carry all of these. */
  labels: Record<string, string>
  /** The owner's own headers, sealed JSON: they may hold a token. */
  sealedHeaders: string | null
  ratePerSecond: number | null
  signature: SignatureScheme
  /** A sealed JSON list of SigningSecret. */
  sealedSecrets: string
  disabledAt: Date | null
  disabledReason: DisabledReason | null
  createdAt: Date
  updatedAt: Date
}

/** How an address behaves: an endpoint's (its id), or the host of a job's own `callback_url`. */
export interface CallbackTarget {
  id: string
  tenantId: string
  /** The first failure since its last success. */
  failingSince: Date | null
  /** It asked for less, or does not answer: nothing is sent to it before then. */
  heldUntil: Date | null
  /** Where it has a rate: when the next may be sent. */
  nextSlotAt: Date | null
  updatedAt: Date
}

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** `notice`: of an endpoint that was disabled. */
export const DELIVERY_ORIGINS = ['event', 'test', 'notice'] as const
export type DeliveryOrigin = (typeof DELIVERY_ORIGINS)[number]

export const DELIVERY_ENDS = ['gone', 'endpoint_disabled', 'endpoint_deleted'] as const
/** Why it failed before its schedule was used up, where no attempt of its own tells. */
export type DeliveryEnd = (typeof DELIVERY_ENDS)[number]

export interface Delivery {
  /** The `webhook-id` of every attempt. */
  id: string
  tenantId: string
  /** Null: it is not of a job. */
  jobId: string | null
  /** Null: to the job's own `callback_url`. */
  endpointId: string | null
  targetId: string
  origin: DeliveryOrigin
  eventSeq: number
  eventType: CallbackType
  url: string
  /** The body sent, fixed when planned: each attempt says the same. */
  payload: string
  state: DeliveryState
  /** All that were ever made. */
  attempts: number
  /** Of those, how many since it was planned or asked for again: the place in the schedule. */
  tries: number
  dueAt: Date | null
  claimedUntil: Date | null
  createdAt: Date
  finishedAt: Date | null
  endReason: DeliveryEnd | null
}

export interface DeliveryAttempt {
  deliveryId: string
  number: number
  startedAt: Date
  durationMs: number
  status: number | null
  /** 'ok', 'status', or why no reply came: 'timeout', 'blocked', 'dns', … */
  outcome: string
  message: string | null
  replyHeaders: Record<string, string>
  replyBody: string
}

export const REPLAY_FILTERS = ['failed', 'missing', 'all'] as const
export type ReplayFilter = (typeof REPLAY_FILTERS)[number]

export const REPLAY_STATES = ['running', 'done'] as const
export type ReplayState = (typeof REPLAY_STATES)[number]

/** A stretch of time whose callbacks are sent again, a part at a time. */
export interface Replay {
  id: string
  tenantId: string
  endpointId: string
  since: Date
  until: Date
  filter: ReplayFilter
  state: ReplayState
  /** How far it has got; null: not begun. */
  cursor: string | null
  /** Deliveries it has asked for so far. */
  planned: number
  dueAt: Date | null
  claimedUntil: Date | null
  createdAt: Date
  finishedAt: Date | null
}
