import { isFinal } from './job-status.ts'
import type { Job } from './model.ts'
import { textOf } from './read-json.ts'
import type { ReportNote } from './report-model.ts'

/** What the reader must know before the answer. */
export function reportNotes({ status, refusal, error, incompleteDetails, requiredAction }: Job): ReportNote[] {
  const notes: ReportNote[] = []
  if (refusal !== null) notes.push({ kind: 'refused', text: `The model refused: ${refusal}` })
  if (error !== null) notes.push({ kind: 'failed', text: `The job failed (${error.code}): ${error.message}` })
  if (status === 'incomplete')
    notes.push({ kind: 'incomplete', text: `The answer is incomplete: ${textOf(incompleteDetails?.reason) ?? 'OpenAI stopped early'}.` })
  if (status === 'cancelled') notes.push({ kind: 'incomplete', text: 'The job was cancelled; this is what there was.' })
  if (requiredAction !== null && status === 'requires_action')
    notes.push({ kind: 'open', text: 'The job waits for an action of its caller.' })
  else if (!isFinal(status)) notes.push({ kind: 'open', text: `The job has not ended: it is ${status}.` })
  return notes
}
