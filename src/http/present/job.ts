import { z } from 'zod'
import type { JobView } from '../../domain/find-jobs.ts'
import { TURN_STATES } from '../../domain/model.ts'
import type { Citation, Turn } from '../../domain/model.ts'
import { artifactSchema, presentArtifact } from './artifact.ts'
import { jobSummarySchema, presentJobSummary, presentUpstreamError, upstreamErrorSchema } from './job-summary.ts'
import { anyObject, isoOrNull, time } from './shapes.ts'

const citationSchema = z.object({
  type: z.string(),
  url: z.string().nullable(),
  title: z.string().nullable(),
  start_index: z.int().nullable().describe('Place in `output_text`.'),
  end_index: z.int().nullable(),
  container_id: z.string().nullable(),
  file_id: z.string().nullable(),
  filename: z.string().nullable(),
  artifact_id: z.string().nullable().describe('The stored file that is meant.'),
})

const turnSchema = z.object({
  number: z.int(),
  state: z.enum(TURN_STATES).describe('`unconfirmed`: it is not known whether OpenAI took the create.'),
  response_id: z.string().nullable(),
  upstream_status: z.string().nullable(),
  model: z.string().nullable().describe('The snapshot that OpenAI resolved the asked model to.'),
  submit_attempts: z.int(),
  submitted_at: time.nullable(),
  finished_at: time.nullable(),
  last_error: upstreamErrorSchema.nullable(),
})

export const jobSchema = jobSummarySchema
  .extend({
    queue_position: z.int().nullable().describe('1 is the next to be sent; counted no further than 1,001. Null once it left the queue.'),
    output_text: z.string().nullable(),
    output_json: z.unknown().describe('The answer as data, where the request asked for JSON and JSON came; else null.'),
    citations: z.array(citationSchema),
    artifacts: z.array(artifactSchema),
    usage: anyObject.nullable().describe('Tokens, as OpenAI counted them.'),
    cost_usd: z.number().nullable().describe('What all its turns cost; null where that is not known.'),
    turns: z.array(turnSchema).describe('One response at OpenAI each.'),
    follow_up_job_ids: z.array(z.string()).describe('The jobs that follow up on this one, oldest first; 100 at most.'),
  })
  .describe('A job with its result.')

export type PublicJob = z.infer<typeof jobSchema>

export function presentJob(
  { job, turns, artifacts, result, ahead, followUpIds }: JobView,
  { publicUrl }: { publicUrl: string },
): PublicJob {
  return {
    ...presentJobSummary(job, { publicUrl }),
    queue_position: ahead === null ? null : ahead + 1,
    output_text: result?.outputText ?? null,
    output_json: result?.outputJson ?? null,
    citations: result?.citations.map(presentCitation) ?? [],
    artifacts: artifacts.map((artifact) => presentArtifact(artifact, { publicUrl })),
    usage: result?.usage ?? null,
    cost_usd: job.costMicroUsd === null ? null : job.costMicroUsd / 1_000_000,
    turns: turns.map(presentTurn),
    follow_up_job_ids: followUpIds,
  }
}

function presentCitation(citation: Citation): z.infer<typeof citationSchema> {
  return {
    type: citation.type,
    url: citation.url,
    title: citation.title,
    start_index: citation.startIndex,
    end_index: citation.endIndex,
    container_id: citation.containerId,
    file_id: citation.fileId,
    filename: citation.filename,
    artifact_id: citation.artifactId,
  }
}

function presentTurn(turn: Turn): z.infer<typeof turnSchema> {
  return {
    number: turn.number,
    state: turn.state,
    response_id: turn.responseId,
    upstream_status: turn.upstreamStatus,
    model: turn.model,
    submit_attempts: turn.submitAttempts,
    submitted_at: isoOrNull(turn.submittedAt),
    finished_at: isoOrNull(turn.finishedAt),
    last_error: turn.lastError && presentUpstreamError(turn.lastError),
  }
}
