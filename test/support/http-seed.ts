import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Context } from '../../src/domain/context.ts'
import { finishTurn } from '../../src/domain/finish-turn.ts'
import { judgeResponse } from '../../src/domain/judge-response.ts'
import type { Artifact, Job, JsonObject, Turn } from '../../src/domain/model.ts'
import { moveJob } from '../../src/domain/move-job.ts'
import { commitThenQueue } from '../../src/domain/commit-then-queue.ts'

interface Seeded {
  job: Job
  turn: Turn
}

/** As if OpenAI had taken the create. */
export async function seedRunning(app: Context, jobId: string): Promise<Seeded> {
  const job = await app.store.jobs.get(jobId)
  const ready = (await app.store.turns.listForJob(jobId)).at(-1)
  if (job === null || ready === undefined) throw new Error(`there is no job ${jobId}`)
  const responseId = `resp_${jobId}`
  const turn = await app.store.turns.update(ready.id, {
    from: ['ready'],
    set: { state: 'running', responseId, submittedAt: app.clock.now(), submitAttempts: 1 },
  })
  const moved = await commitThenQueue(app, (unit) => moveJob(app, unit, { job, to: 'in_progress', set: { responseId } }))
  if (turn === null || moved === null) throw new Error(`job ${jobId} is past that`)
  return { job: moved, turn }
}

/** As if the response had been collected, with these artifacts. */
export async function seedFinished(
  app: Context,
  jobId: string,
  { response = {}, artifacts = [] }: { response?: JsonObject; artifacts?: ((seeded: Seeded) => Promise<Artifact>)[] } = {},
): Promise<{ job: Job; artifacts: Artifact[] }> {
  const seeded = await seedRunning(app, jobId)
  const full: JsonObject = { id: seeded.turn.responseId ?? '', status: 'completed', output: [messageOf('Hello there.')], ...response }
  const verdict = judgeResponse(full, { job: seeded.job, turn: seeded.turn, now: app.clock.now() })
  if (verdict.status === 'running') throw new Error('that response still runs')
  const made = await Promise.all(artifacts.map((make) => make(seeded)))
  await finishTurn(app, { ...seeded, verdict, text: JSON.stringify(full), response: full, artifacts: made })
  const job = await app.store.jobs.get(jobId)
  if (job === null) throw new Error(`job ${jobId} is gone`)
  return { job, artifacts: made }
}

export function messageOf(text: string): JsonObject {
  return { type: 'message', content: [{ type: 'output_text', text, annotations: [] }] }
}

/** A stored artifact with its bytes; `fields` changes its row. */
export function seedArtifact(app: Context, bytes: Buffer, fields: Partial<Artifact> = {}): (seeded: Seeded) => Promise<Artifact> {
  return async ({ job, turn }) => {
    const id = app.ids.next('art')
    const objectKey = `${job.tenantId}/${job.id}/${id}.bin`
    await app.objects.put(objectKey, Readable.from([bytes]), { contentType: 'application/octet-stream' })
    return {
      id,
      tenantId: job.tenantId,
      jobId: job.id,
      turnId: turn.id,
      kind: 'image',
      status: 'stored',
      objectKey,
      filename: 'picture.png',
      contentType: 'image/png',
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      width: 2,
      height: 2,
      itemId: 'ig_1',
      itemType: 'image_generation_call',
      containerId: null,
      fileId: null,
      path: null,
      prefix: '',
      revisedPrompt: null,
      params: { size: '1024x1024' },
      error: null,
      createdAt: app.clock.now(),
      ...fields,
    }
  }
}
