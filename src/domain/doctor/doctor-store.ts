import type { Turn } from '../model.ts'
import type { JobStatus } from '../job-status.ts'

/** A part of a table in the order of its ids: what is looked through is never held whole. */
export interface TablePage {
  beyond: string | null
  limit: number
}

export interface KeptObject {
  id: string
  tenantId: string
  jobId: string
  turnId: string
  objectKey: string
  bytes: number | null
  sha256: string | null
  path: string | null
  containerId: string | null
  fileId: string | null
}

export interface LateRow {
  id: string
  /** Null: it would never be taken up again. */
  dueAt: Date | null
}

/** What the doctor alone asks the database. */
export interface DoctorStore {
  /** PostgreSQL's own number, e.g. 160004. */
  version(): Promise<number>
  /** Stored artifacts that name an object. */
  listKept(page: TablePage): Promise<KeptObject[]>
  /** Its object is lost: the row says so, and remembers what it was. */
  markLost(artifactId: string, error: string): Promise<void>
  /** Which of these keys an artifact names. */
  listNamed(keys: string[]): Promise<string[]>
  /** Of those of these jobs that have a row, also one marked deleted. */
  listStatuses(jobIds: string[]): Promise<{ id: string; status: JobStatus }[]>
  /** Jobs queued or in progress none of whose turns is to be done. */
  listIdle(page: TablePage): Promise<{ id: string }[]>
  /** Turns to be done whose job is final. */
  listLeftOver(page: TablePage): Promise<Turn[]>
  /** Turns to be done that are late since before `before`, have no time at all, or are held until after `heldUntil`. */
  listLateTurns(page: TablePage & { before: Date; heldUntil: Date }): Promise<Turn[]>
  listLateEvents(page: TablePage & { before: Date }): Promise<LateRow[]>
  listLateDeliveries(page: TablePage & { before: Date }): Promise<LateRow[]>
  /** Makes a pending delivery due. */
  hurryDelivery(id: string, at: Date): Promise<void>
  /** Jobs marked deleted before `before` and still here. */
  listLatePurges(page: TablePage & { before: Date }): Promise<{ id: string }[]>
  /** Jobs marked deleted whose purge was put off until after `now`: OpenAI would not delete its copy. */
  listDeferredPurges(page: TablePage & { now: Date }): Promise<{ id: string }[]>
  listRunning(page: TablePage): Promise<Turn[]>
  /** Every turn that has a result, and whether its usage was written down. */
  listResults(page: TablePage): Promise<{ id: string; hasUsage: boolean }[]>
}
