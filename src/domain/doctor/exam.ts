import type { Context } from '../context.ts'
import type { DoctorStore } from './doctor-store.ts'

/** A file that others than its owner may read. */
export interface LooseFile {
  path: string
  mode: number
  tighten(): Promise<void>
}

/** What is asked of the parts beside the database, OpenAI and the objects. */
export interface DoctorParts {
  /** Throws when the queue cannot be reached. */
  checkQueue(): Promise<void>
  /** By OpenAI's own reply; null: it did not say. Throws when it cannot be reached. */
  openAiTime(): Promise<Date | null>
  looseFiles(): Promise<LooseFile[]>
  /** An address that OpenAI's webhooks may come to, and secrets to verify them with. */
  webhooks: { address: boolean; secrets: boolean }
  /** False: nobody else can have the database open, so what is late waits for the next start. */
  serviceMayRun: boolean
}

export interface Exam {
  app: Context
  cases: DoctorStore
  parts: DoctorParts
  /** Whether to mend, or only to tell. */
  mend: boolean
  /** Read every object, and compare its SHA-256. */
  deep: boolean
  /** Leave OpenAI out. */
  offline: boolean
  signal: AbortSignal
}

export interface Finding {
  /** The row, the object or the part that it is about. */
  subject: string
  problem: string
  /** What was done about it; null: nothing. */
  mended: string | null
  /** What `--mend` would do, or else what a person can do. */
  remedy: string
}

export interface Check {
  name: string
  /** What it looks at, in a line. */
  about: string
  asksOpenAi?: boolean
  look(exam: Exam): AsyncIterable<Finding>
}

/** What was done, or why nothing was. */
export type Mend = string | { left: string }

/** A finding with its mend: done where it was asked for, told as the remedy where not. */
export async function mended(
  { mend }: Exam,
  { subject, problem, remedy, work }: { subject: string; problem: string; remedy: string; work: () => Promise<Mend> },
): Promise<Finding> {
  if (!mend) return { subject, problem, remedy, mended: null }
  const done = await work()
  return typeof done === 'string' ? { subject, problem, remedy, mended: done } : { subject, problem, remedy: done.left, mended: null }
}
