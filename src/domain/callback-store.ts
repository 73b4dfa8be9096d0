import type { CallbackTarget, Delivery, DeliveryAttempt, DeliveryState, Endpoint, Replay } from './callback-model.ts'
import type { Page } from './page.ts'

export interface EndpointRepository {
  insert(endpoint: Endpoint): Promise<void>
  get(id: string, scope?: { tenantId: string }): Promise<Endpoint | null>
  list(filter: { tenantId: string }, page: Page): Promise<Endpoint[]>
  /** Those that events may go to now. */
  listEnabled(tenantId: string): Promise<Endpoint[]>
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
}

export interface DeliveryFilter {
  tenantId: string
  jobId?: string
  endpointId?: string
  state?: DeliveryState[]
  createdAfter?: Date
  createdBefore?: Date
}

export interface DeliveryRepository {
  /** Those already there are left. */
  insert(deliveries: Delivery[]): Promise<void>
  get(id: string): Promise<Delivery | null>
  claim(id: string, claim: { now: Date; until: Date }): Promise<Delivery | null>
  /** The attempt and what it means for the delivery, together. */
  recordAttempt(attempt: DeliveryAttempt, next: Pick<Delivery, 'state' | 'dueAt' | 'finishedAt'>): Promise<void>
  /** Ends what is still pending to a job's own address. */
  failPendingForJob(jobId: string, at: Date): Promise<void>
  takeDue(options: { now: Date; nextDue: Date; limit: number }): Promise<string[]>
  listForJob(jobId: string): Promise<{ delivery: Delivery; attempts: DeliveryAttempt[] }[]>
}

export interface ReplayRepository {
  insert(replay: Replay): Promise<void>
  get(id: string, scope?: { tenantId: string }): Promise<Replay | null>
  claim(id: string, claim: { now: Date; until: Date }): Promise<Replay | null>
  update(id: string, set: Partial<Pick<Replay, 'state' | 'cursor' | 'planned' | 'dueAt' | 'claimedUntil' | 'finishedAt'>>): Promise<void>
  takeDue(options: { now: Date; nextDue: Date; limit: number }): Promise<string[]>
}
