export const JOB_STATUSES = ['queued', 'in_progress', 'requires_action', 'completed', 'incomplete', 'failed', 'cancelled'] as const
export type JobStatus = (typeof JOB_STATUSES)[number]

export const FINAL_STATUSES = ['completed', 'incomplete', 'failed', 'cancelled'] as const
export type FinalStatus = (typeof FINAL_STATUSES)[number]

export const EVENT_TYPES = [
  'job.queued',
  'job.submitted',
  'job.in_progress',
  'job.progress',
  'job.requires_action',
  'artifact.stored',
  'artifact.failed',
  'job.completed',
  'job.incomplete',
  'job.failed',
  'job.cancelled',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** What a callback gets unless it asks for less or more. */
export const DEFAULT_CALLBACK_EVENTS = [
  'job.completed',
  'job.incomplete',
  'job.failed',
  'job.cancelled',
  'job.requires_action',
] as const satisfies readonly EventType[]

const LEGAL: Record<JobStatus, readonly JobStatus[]> = {
  queued: ['in_progress', 'requires_action', 'completed', 'incomplete', 'failed', 'cancelled'],
  in_progress: ['requires_action', 'completed', 'incomplete', 'failed', 'cancelled'],
  requires_action: ['in_progress', 'cancelled', 'failed'],
  completed: [],
  incomplete: [],
  failed: [],
  cancelled: [],
}

export function isFinal(status: JobStatus): status is FinalStatus {
  return LEGAL[status].length === 0
}

/** The states from which `to` may be reached: the guard of every status update. */
export function statesBefore(to: JobStatus): JobStatus[] {
  return JOB_STATUSES.filter((from) => LEGAL[from].includes(to))
}
