import type { DeliveryRepository, EndpointRepository, ReplayRepository, TargetRepository } from './callback-store.ts'
import type { GaugeRepository } from './gauge-store.ts'
import type { HoldRepository } from './hold-store.ts'
import type { EventType, JobStatus } from './job-status.ts'
import type {
  ApiKey,
  Artifact,
  ArtifactKind,
  InboxEntry,
  InboxOutcome,
  Job,
  JobEvent,
  JsonObject,
  RefusedWebhook,
  Result,
  StoredRequest,
  Tenant,
  Turn,
  TurnState,
} from './model.ts'
import type { Page } from './page.ts'
import type { UsageRow } from './usage-row.ts'
import type { SearchTerms } from './search-terms.ts'
import type { OutputMatch } from './structured-answer.ts'

export interface JobFilter {
  tenantId: string
  status?: JobStatus[]
  model?: string
  labels?: Record<string, string>
  createdAfter?: Date
  createdBefore?: Date
  /** Scalar values of the structured answer, by path. */
  output?: OutputMatch[]
}

export type JobChanges = Partial<
  Pick<
    Job,
    | 'responseId'
    | 'progress'
    | 'error'
    | 'incompleteDetails'
    | 'refusal'
    | 'requiredAction'
    | 'actionDueAt'
    | 'costMicroUsd'
    | 'startedAt'
    | 'finishedAt'
    | 'expiresAt'
  >
> & { status?: JobStatus }

/** A place in a list that runs from the oldest to the newest. */
export interface Place {
  at: Date
  id: string
}

export interface JobRepository {
  insert(job: Job, request: StoredRequest): Promise<void>
  get(id: string, scope?: { tenantId: string }): Promise<Job | null>
  getRequest(id: string): Promise<StoredRequest | null>
  list(filter: JobFilter, page: Page): Promise<Job[]>
  /** Only while the job is in one of `from`; null when it is not (the race was lost). */
  update(id: string, change: { from: readonly JobStatus[]; set: JobChanges }): Promise<Job | null>
  /** Sets the wish once, while the job is not final; the job as it then is. */
  requestCancel(id: string, at: Date): Promise<Job | null>
  /** Open jobs whose wish to be cancelled is older than `before`, the oldest wish first: theirs may have been lost with the queue. */
  listCancelRequested(options: { before: Date; beyond?: Place | null; limit: number }): Promise<Job[]>
  /** Open jobs, the oldest deadline first. */
  listPastDeadline(options: { now: Date; beyond?: Place | null; limit: number }): Promise<Job[]>
  /** Jobs that require an action nobody took in time. */
  listActionOverdue(options: { now: Date; limit: number }): Promise<Job[]>
  /** Ids of the jobs that follow up on it, oldest first, at most 100. */
  listFollowUps(id: string): Promise<string[]>
  /** Marks deleted, in one statement, what retention lets go; its ids. */
  takeExpired(options: { now: Date; limit: number }): Promise<string[]>
  /** Hides it from every reader at once; `purge-job` removes what it left. */
  markDeleted(id: string, mark: { at: Date; upstream: boolean }): Promise<boolean>
  /** The only reader of what was marked deleted; `upstream`: OpenAI is to be told as well. */
  getDeleted(id: string): Promise<{ job: Job; upstream: boolean } | null>
  /** Marked before `before` and still here; marks them again with `at`, so that one whose purge keeps failing goes behind the others. */
  takeDeleted(options: { before: Date; at: Date; limit: number }): Promise<string[]>
  /** The next turn of its purge comes a minute after `to`. */
  deferPurge(id: string, to: Date): Promise<void>
  /** Which of these ids have a row, marked deleted or not. */
  listKnown(ids: string[]): Promise<string[]>
  /** The row and all that hangs on it. */
  remove(id: string): Promise<void>
  /** How many queued jobs of the account are older, counted no further than 1,000. */
  countAhead(job: Job): Promise<number>
}

export type TurnChanges = Partial<Omit<Turn, 'id' | 'jobId' | 'tenantId' | 'account' | 'number' | 'createdAt'>>

export interface TurnRepository {
  /** `input`: the items that continue the job, as JSON; the first turn has the request itself. */
  insert(turn: Turn, more?: { input: string }): Promise<void>
  getInput(id: string): Promise<string | null>
  /** Of every turn that has one. */
  listInputs(jobId: string): Promise<string[]>
  get(id: string): Promise<Turn | null>
  findByResponseId(responseId: string): Promise<Turn | null>
  listForJob(jobId: string): Promise<Turn[]>
  /** Takes the turn for one worker until `until`: only in one of `states`, and when nobody holds it. Null: lost. */
  claim(id: string, claim: { states: readonly TurnState[]; set?: TurnChanges; now: Date; until: Date }): Promise<Turn | null>
  /** Keeps what was claimed. */
  extendClaim(id: string, until: Date): Promise<void>
  /** Guarded as a job's update is; with `attempt`, only while no later one was made. */
  update(id: string, change: { from: readonly TurnState[]; attempt?: number; set: TurnChanges }): Promise<Turn | null>
  /** Sets `dueAt` and `hintedAt` of a running turn. */
  hint(id: string, at: Date): Promise<void>
  /** Turns owed a step since before `now` that nobody holds; moves their `dueAt` to `nextDue`, so that a second sweep passes them over. */
  takeDue(options: { now: Date; nextDue: Date; limit: number }): Promise<Turn[]>
  /**
   * Makes ready turns due that wait only because the account, or the model (empty: any), was held back, and that no hold
   * in force keeps back still; the ids of those, at most `limit`, the most urgent or the least tried first.
   */
  wakeHeld(query: { account: string; model: string; now: Date; limit: number; first: 'urgent' | 'untried' }): Promise<string[]>
}

export interface EventRepository {
  /** Numbers them on from the job's last, in one statement that locks the job's row. */
  append(jobId: string, events: { id: string; type: EventType; data: JsonObject; createdAt: Date }[]): Promise<JobEvent[]>
  list(jobId: string, options: { after: number; limit: number }): Promise<JobEvent[]>
}

export interface ResultRepository {
  /** One per turn; a second one changes nothing. */
  insert(result: Result): Promise<void>
  getForTurn(turnId: string): Promise<Result | null>
  /** Of the newest turn that has one. */
  getForJob(jobId: string): Promise<Result | null>
}

export interface ArtifactFilter {
  tenantId: string
  kind?: ArtifactKind[]
  jobId?: string
  createdAfter?: Date
  createdBefore?: Date
}

export interface ArtifactRepository {
  /** In one statement; those already there are left. */
  insert(artifacts: Artifact[]): Promise<void>
  get(id: string, scope: { tenantId: string }): Promise<Artifact | null>
  /** Whosever it is: only for a link that was signed for it. */
  getForLink(id: string): Promise<Artifact | null>
  listForJob(jobId: string): Promise<Artifact[]>
  list(filter: ArtifactFilter, page: Page): Promise<Artifact[]>
}

export interface InboxRepository {
  /** One statement for all of them; the ids of those that were new by `webhookId`. */
  insert(entries: InboxEntry[]): Promise<string[]>
  get(id: string): Promise<InboxEntry | null>
  finish(id: string, done: { outcome: InboxOutcome; at: Date }): Promise<void>
  postpone(id: string, to: { dueAt: Date }): Promise<void>
  takeDue(options: { now: Date; nextDue: Date; limit: number }): Promise<string[]>
  list(page: Page, filter?: { outcome?: InboxOutcome }): Promise<InboxEntry[]>
  /** Keeps the newest `keep`. */
  addRefused(refused: RefusedWebhook[], options: { keep: number }): Promise<void>
  listRefused(page: Page): Promise<RefusedWebhook[]>
  /** Handled entries older than this go, `limit` at a time; how many went. */
  purge(options: { before: Date; limit: number }): Promise<number>
}

export interface IdempotencyRepository {
  /** Without waiting: null where there is none yet, or none that can be seen. */
  find(key: { tenantId: string; key: string }): Promise<{ jobId: string; bodyHash: string } | null>
  /** Waits for another holder's transaction. */
  claim(claim: {
    tenantId: string
    key: string
    bodyHash: string
    jobId: string
    at: Date
  }): Promise<{ outcome: 'claimed' } | { outcome: 'seen'; jobId: string; bodyHash: string }>
  /** Older claims go, `limit` at a time; how many went. */
  purge(options: { before: Date; limit: number }): Promise<number>
}

export interface UsageRepository {
  /** One per turn; a second one changes nothing. False: it was there. */
  insert(row: UsageRow): Promise<boolean>
  /** The sum of the job's turns; null when one of them is not known. */
  costOfJob(jobId: string): Promise<number | null>
  /** Grouped by one thing, in the order of day, else of cost. */
  group(query: UsageQuery): Promise<UsageGroup[]>
}

export const USAGE_GROUPS = ['day', 'model', 'key', 'label'] as const
export interface UsageQuery {
  tenantId: string
  by: (typeof USAGE_GROUPS)[number]
  /** The label to group by. */
  label?: string
  from: Date
  to: Date
  limit: number
}

export type UsageGroup = Pick<
  UsageRow,
  | 'inputTokens'
  | 'cachedTokens'
  | 'cacheWriteTokens'
  | 'outputTokens'
  | 'reasoningTokens'
  | 'imageInputTokens'
  | 'imageOutputTokens'
  | 'webSearches'
  | 'fileSearches'
  | 'containers'
> & {
  /** A day (UTC), a model, a key id or a label's value; null: without one. */
  group: string | null
  turns: number
  costMicroUsd: number
  /** Turns whose cost is not known and not in the sum. */
  unpriced: number
  estimated: boolean
}

/** What a job can be found by, in the order of weight. */
export interface SearchText {
  labels: string
  prompt: string
  output: string
  /** Revised prompts and file names. */
  extra: string
}

/** A place in a list that runs from the best to the worst match, and from newest to oldest within a rank. */
export interface RankedPage {
  limit: number
  after: { rank: number; id: string } | null
}

export interface SearchRepository {
  /** Adds to what is there; where both no longer fit, the new takes its place. */
  put(jobId: string, text: Partial<SearchText>): Promise<void>
  /** The best match first; of very many matches the newest alone are ranked. */
  find(query: { terms: SearchTerms[]; filter: JobFilter }, page: RankedPage): Promise<{ job: Job; rank: number; snippet: string }[]>
}

export interface KeyRepository {
  /** Only keys not revoked. */
  findByHash(hash: string): Promise<ApiKey | null>
  insert(key: ApiKey): Promise<void>
  /** Makes the tenant and the key where there are none yet, under a lock; what is there after. A key of the same id gets the new hash. */
  ensureFirst(tenant: Tenant, key: ApiKey | null): Promise<{ tenant: Tenant; hasKeys: boolean }>
}

export interface TenantRepository {
  insert(tenant: Tenant): Promise<void>
  get(id: string): Promise<Tenant | null>
  /** Locks it until the transaction ends. */
  getForChange(id: string): Promise<Tenant | null>
  /** In the order of their ids, beyond one of them. */
  listIds(page: { beyond: string | null; limit: number }): Promise<string[]>
  /** The current one, and those still signed with beside it. */
  setCallbackSecret(id: string, sealed: { current: string; retiring: string | null }): Promise<void>
}

/** Every row, by table group. A method that cannot reach the database throws StoreUnavailableError. */
export interface Store {
  jobs: JobRepository
  turns: TurnRepository
  events: EventRepository
  results: ResultRepository
  artifacts: ArtifactRepository
  inbox: InboxRepository
  deliveries: DeliveryRepository
  endpoints: EndpointRepository
  targets: TargetRepository
  replays: ReplayRepository
  holds: HoldRepository
  gauges: GaugeRepository
  idempotency: IdempotencyRepository
  usage: UsageRepository
  search: SearchRepository
  keys: KeyRepository
  tenants: TenantRepository
  /** All or nothing; the store given is the same one, inside the transaction. Do not nest. */
  transaction<T>(work: (tx: Store) => Promise<T>): Promise<T>
  /** Tells waiters, everywhere, once the transaction commits. */
  signalJob(jobId: string): Promise<void>
  /** Throws when the database does not answer. */
  check(): Promise<void>
}
