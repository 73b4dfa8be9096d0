import { missingUsageCheck } from './missing-usage.ts'
import type { Check, Exam, Finding } from './exam.ts'
import { finishedResponsesCheck } from './finished-responses.ts'
import { lateStepsCheck } from './late-steps.ts'
import { leftOverTurnsCheck } from './left-over-turns.ts'
import { objectsCheck } from './objects.ts'
import { openJobsCheck } from './open-jobs.ts'
import { orphansCheck } from './orphans.ts'
import { clockCheck, databaseCheck, filesCheck, queueCheck, storageCheck } from './parts.ts'

/** In this order: what the later ones need is looked at first. */
const CHECKS: readonly Check[] = [
  databaseCheck,
  queueCheck,
  storageCheck,
  filesCheck,
  clockCheck,
  openJobsCheck,
  leftOverTurnsCheck,
  lateStepsCheck,
  finishedResponsesCheck,
  missingUsageCheck,
  objectsCheck,
  orphansCheck,
]

export type DoctorLine =
  | { kind: 'check'; check: string; about: string }
  | { kind: 'skipped'; check: string; why: string }
  | ({ kind: 'finding'; check: string } & Finding)
  | { kind: 'broken'; check: string; message: string }
  | { kind: 'end'; found: number; mended: number; broken: number }

/** Looks for disagreement between rows, objects, queue and OpenAI, and tells each thing as it is found. */
export async function* runDoctor(exam: Exam, checks: readonly Check[] = CHECKS): AsyncGenerator<DoctorLine> {
  const end = { kind: 'end' as const, found: 0, mended: 0, broken: 0 }
  for (const { name: check, about, asksOpenAi, look } of checks) {
    if (asksOpenAi === true && exam.offline) {
      yield { kind: 'skipped', check, why: 'it asks OpenAI' }
      continue
    }
    yield { kind: 'check', check, about }
    try {
      for await (const finding of look(exam)) {
        end.found += 1
        if (finding.mended !== null) end.mended += 1
        yield { kind: 'finding', check, ...finding }
      }
    } catch (error) {
      exam.signal.throwIfAborted()
      end.broken += 1
      yield { kind: 'broken', check, message: error instanceof Error ? error.message : String(error) }
    }
  }
  yield end
}
