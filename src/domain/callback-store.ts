import type {
  CallbackTarget,
  CallbackType,
  Delivery,
  DeliveryAttempt,
  DeliveryEnd,
  DeliveryState,
  Endpoint,
  Replay,
} from './callback-model.ts'
import type { Artifact, Job, JobEvent, Tenant } from './model.ts'
import type { Page } from './page.ts'

export interface EndpointRepository {
  insert(endpoint: Endpoint): Promise<void>
  get(id: string, scope?: { tenantId: string }): Promise<Endpoint | null>
  list(filter: { tenantId: string }, page: Page): Promise<Endpoint[]>
  /** Locks it until the transaction ends. */
  getForChange(id: string, scope: { tenantId: string }): Promise<Endpoint | null>
  /** The enabled ones that want at least one of these types; `labels` null: whatever theirs are. One look, however many there are. */
  listWanting(wish: {
    tenantId: string
    types: readonly CallbackType[]
    labels: Record<string, string> | null
  }): Promise<Pick<Endpoint, 'id' | 'url' | 'eventTypes'>[]>
  count(tenantId: string): Promise<number>
  update(id: string, set: Partial<Omit<Endpoint, 'id' | 'tenantId' | 'createdAt'>>): Promise<Endpoint | null>
  /** Only while it is enabled: of several that find it dead, one tells so. */
  disable(id: string, set: Pick<Endpoint, 'disabledAt' | 'disabledReason'>): Promise<Endpoint | null>
  remove(id: string): Promise<boolean>
}

export interface TargetRepository {
  get(id: string): Promise<CallbackTarget | null>
  /** Makes it where there is none. */
  put(target: Pick<CallbackTarget, 'id' | 'tenantId'> & Partial<CallbackTarget>): Promise<CallbackTarget>
  remove(id: string): Promise<void>
  /** Failing since the first failure of a row of them; a hold is never made shorter. The target as it then is. */
  failed(target: Pick<CallbackTarget, 'id' | 'tenantId'>, failure: { at: Date; heldUntil: Date | null }): Promise<CallbackTarget>
  /** It works. A hold is lifted by an attempt that began after it was put on, and by no other. */
  recovered(id: string, attempt: { startedAt: Date }): Promise<void>
  /** The next free moment at which it may be sent to, now or later, which is then taken; null: the next lies after `latest`. */
  takeSlot(target: Pick<CallbackTarget, 'id' | 'tenantId'>, wish: { now: Date; latest: Date; spacingMs: number }): Promise<Date | null>
  /** Those with no failure since `before` that no endpoint and nothing pending needs; how many went. */
  purge(options: { before: Date; limit: number }): Promise<number>
}

export interface DeliveryFilter {
  tenantId: string
  jobId?: string
  endpointId?: string
  state?: DeliveryState[]
  createdAfter?: Date
  createdBefore?: Date
}

/** A delivery that is ours to send, with all that sending it takes. */
export interface ClaimedDelivery {
  delivery: Delivery
  /** Null: to the job's own `callback_url`, or the endpoint is gone. */
  endpoint: Endpoint | null
  tenant: Tenant | null
  target: CallbackTarget | null
}

/** An attempt and what it means for its delivery. */
export interface MadeAttempt {
  attempt: DeliveryAttempt
  /** `url`: where it went, should the endpoint have moved since it was planned. */
  next: Pick<Delivery, 'state' | 'dueAt' | 'finishedAt'> & { url?: string }
}

/** A delivery without its body, and its last attempt, as long as that is kept. */
export interface DeliverySummary {
  delivery: Omit<Delivery, 'payload'>
  lastAttempt: Pick<DeliveryAttempt, 'number' | 'startedAt' | 'status' | 'outcome'> | null
}

export interface DeliveryRepository {
  /** Those already there are left. */
  insert(deliveries: Delivery[]): Promise<void>
  get(id: string, scope?: { tenantId: string }): Promise<Delivery | null>
  /** To which target each of those that are still pending goes. */
  targetsOf(ids: string[]): Promise<{ id: string; targetId: string }[]>
  /**
   * Those of them that may be sent now, each for one worker until `until`: pending and due by `dueBy`, not held by another, not behind
   * an earlier event of the same job to the same target that was never tried, and of a target that is not held back.
   */
  claim(ids: string[], claim: { now: Date; dueBy: Date; until: Date }): Promise<ClaimedDelivery[]>
  /** Gives claims up, to be taken again from `dueAt` on; no attempt was made. */
  putOff(ids: string[], to: { dueAt: Date }): Promise<void>
  /** The attempt and what it means for the delivery, together. */
  recordAttempt(attempt: DeliveryAttempt, next: MadeAttempt['next']): Promise<void>
  /** The same for several, in one statement. Names, for each, the delivery that waited behind it. */
  recordAttempts(made: MadeAttempt[]): Promise<{ id: string; nextId: string | null }[]>
  /** What waits to be sent to a target, oldest first; nothing while it is held back. */
  listDue(targetId: string, due: { now: Date; limit: number }): Promise<string[]>
  /** Whether the job's own address once answered that it wants no more. */
  wasToldGone(jobId: string): Promise<boolean>
  /** Ends what is still pending to a target, this many at a time; how many ended. */
  failPendingForTarget(targetId: string, end: { at: Date; reason: DeliveryEnd; limit: number }): Promise<number>
  /** Ends what is still pending to a job's own address, which wants no more. */
  failPendingForJob(jobId: string, at: Date): Promise<void>
  /**
   * Deliveries owed an attempt since before `now` that nobody holds; moves their `dueAt` to `nextDue`. None of a target that is held
   * back, and one at a time of a target that fails.
   */
  takeDue(options: { now: Date; nextDue: Date; limit: number }): Promise<string[]>
  listForJob(jobId: string): Promise<{ delivery: Delivery; attempts: DeliveryAttempt[] }[]>
  list(filter: DeliveryFilter, page: Page): Promise<DeliverySummary[]>
  listAttempts(id: string): Promise<DeliveryAttempt[]>
  /** Asks for it once more, from the start of the schedule; one under way is left to end. Null: there is none. */
  askAgain(id: string, wish: { tenantId: string; dueAt: Date }): Promise<Delivery | null>
  /** Attempts older than this go, `limit` at a time, but for those of what is still pending; how many went. */
  purgeAttempts(options: { before: Date; limit: number }): Promise<number>
  /** Of no job (tests, notices), finished before this; how many went. */
  purgeJobless(options: { before: Date; limit: number }): Promise<number>
}

/** A place in a walk from the oldest to the newest. */
export interface ReplayPlace {
  at: Date
  id: string
}

export interface ReplayRepository {
  insert(replay: Replay): Promise<void>
  get(id: string, scope?: { tenantId: string }): Promise<Replay | null>
  list(filter: { tenantId: string; endpointId: string }, page: Page): Promise<Replay[]>
  countRunning(endpointId: string): Promise<number>
  claim(id: string, claim: { now: Date; until: Date }): Promise<Replay | null>
  update(id: string, set: Partial<Pick<Replay, 'state' | 'cursor' | 'planned' | 'dueAt' | 'claimedUntil' | 'finishedAt'>>): Promise<void>
  takeDue(options: { now: Date; nextDue: Date; limit: number }): Promise<string[]>
  /** Finished deliveries of the replay's endpoint in its span of time, in one of `states`, from `after` on. */
  listFinished(replay: Replay, options: { states: DeliveryState[]; after: ReplayPlace | null; limit: number }): Promise<ReplayPlace[]>
  /** Asks for them again, each from its own moment on; those that are pending are left. How many were asked for. */
  askAgain(asked: { id: string; dueAt: Date }[]): Promise<string[]>
  /**
   * Looks at the `scan` next events of everybody in the replay's span of time from `after` on, and gives those of the tenant, `limit`
   * at most, each with its job. `next`: up to where it got, whatever it found; null: to the end.
   */
  listEvents(
    replay: Replay,
    options: { after: ReplayPlace | null; scan: number; limit: number },
  ): Promise<{ found: { event: JobEvent; job: Job }[]; next: ReplayPlace | null }>
  /** Those already there are left; the ids of those that were not. */
  insertMissing(deliveries: Delivery[]): Promise<string[]>
  /** Of several jobs, as far as a callback tells of them. */
  artifactsOf(jobIds: string[]): Promise<Artifact[]>
  /** What became of the deliveries that the replay asked for. */
  progress(replay: Replay): Promise<{ delivered: number; failed: number }>
  /** Finished before this; how many went. */
  purge(options: { before: Date; limit: number }): Promise<number>
}
