import { commitThenQueue } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { extractText } from './extract-text.ts'
import type { Verdict } from './judge-response.ts'
import type { Artifact, Citation, Job, JsonObject, Turn } from './model.ts'
import { moveJob } from './move-job.ts'
import type { NewEvent } from './move-job.ts'
import { noteItems } from './note-items.ts'
import { recordUsage } from './price-turn.ts'
import { objectOf, textOf } from './read-json.ts'
import { resultText } from './search-text.ts'
import { structuredAnswer } from './structured-answer.ts'
import { secondsAfter } from './time.ts'

interface Finished {
  turn: Turn
  job: Job
  verdict: Exclude<Verdict, { status: 'running' }>
  text: string
  response: JsonObject
  artifacts: Artifact[]
}

/** Everything is stored: now the rows, the status, the events and the callbacks, together or not at all. */
export async function finishTurn(app: Context, { turn, job, verdict, text, response, artifacts }: Finished): Promise<{ outcome: string }> {
  const answer = extractText(response)
  return commitThenQueue(app, async (unit) => {
    const { tx } = unit
    const now = app.clock.now()
    const done = await tx.turns.update(turn.id, {
      from: ['running'],
      set: {
        state: 'done',
        upstreamStatus: textOf(response.status),
        model: textOf(response.model),
        finishedAt: now,
        dueAt: null,
        claimedUntil: null,
        lastError: null,
      },
    })
    if (done === null) return { outcome: 'finished_elsewhere' }
    await tx.artifacts.insert(artifacts)
    await tx.results.insert({
      turnId: turn.id,
      jobId: job.id,
      body: text,
      outputText: answer.outputText,
      citations: linkFiles(answer.citations, artifacts),
      usage: objectOf(response.usage),
      outputJson: structuredAnswer(response, answer.outputText),
      items: noteItems(response),
      createdAt: now,
    })
    const costMicroUsd = await recordUsage(unit.tx, { job, turn, response, at: now })
    await tx.search.put(job.id, resultText({ answer, artifacts }))
    await moveJob(app, unit, {
      job,
      to: verdict.status,
      set: {
        error: verdict.error,
        incompleteDetails: verdict.incompleteDetails,
        requiredAction: verdict.requiredAction,
        actionDueAt: verdict.status === 'requires_action' ? secondsAfter(now, job.actionTimeoutSeconds) : null,
        costMicroUsd,
        refusal: answer.refusal,
        progress: null,
        ...(job.startedAt === null && { startedAt: turn.submittedAt }),
      },
      events: artifacts.map(artifactEvent),
      data: verdict.error === null ? {} : { code: verdict.error.code },
    })
    return { outcome: verdict.status }
  })
}

function artifactEvent({ id, kind, status, error }: Artifact): NewEvent {
  if (status === 'stored') return { type: 'artifact.stored', data: { artifact_id: id, kind } }
  return { type: 'artifact.failed', data: { artifact_id: id, kind, status, error } }
}

function linkFiles(citations: Citation[], artifacts: Artifact[]): Citation[] {
  return citations.map((citation) => {
    if (citation.containerId === null || citation.fileId === null) return citation
    const file = artifacts.find(({ containerId, fileId }) => containerId === citation.containerId && fileId === citation.fileId)
    return file === undefined ? citation : { ...citation, artifactId: file.id }
  })
}
