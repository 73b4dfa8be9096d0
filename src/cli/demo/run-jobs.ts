import { setTimeout as pause } from 'node:timers/promises'
import type { CallbackReceiver } from './callback-receiver.ts'
import type { DemoClient, DemoEvent, DemoJob } from './demo-client.ts'
import { say } from './say.ts'

const LOOK_MS = 40
const PATIENCE_MS = 60_000
const FINAL = new Set(['job.completed', 'job.incomplete', 'job.failed', 'job.cancelled', 'job.requires_action'])

const PICTURE = {
  model: 'gpt-5.5',
  input: 'A watercolour of a lighthouse on a cliff at dusk, long waves below.',
  tools: [{ type: 'image_generation', size: '1024x1024' }],
}
const EDIT = {
  model: 'gpt-5.5',
  input: 'Now make it look realistic, in morning light.',
  tools: [{ type: 'image_generation', size: '1536x1024', output_format: 'jpeg' }],
}
const REPORT = {
  model: 'gpt-5.5-pro',
  input: 'What is known about the effect of heat pumps on the winter peak of electricity demand? Cite sources.',
  tools: [{ type: 'web_search' }],
}
const FIGURES = {
  model: 'gpt-5.5',
  input: 'Simulate ten years of a savings plan, give me a CSV and a chart.',
  tools: [{ type: 'code_interpreter', container: { type: 'auto' } }],
}

/** Submits one job of each kind and shows each step as it becomes part of the job's history. */
export async function runJobs({ client, receiver }: { client: DemoClient; receiver: CallbackReceiver }): Promise<DemoJob[]> {
  const run = (name: string, request: object, previousJobId?: string): Promise<DemoJob> =>
    runJob({ client, receiver, name, request, previousJobId })
  say.line('')
  const pictures = run('image', PICTURE).then(async (first) => [first, await run('edit of it', EDIT, first.id)])
  const [drawn, report, figures] = await Promise.all([pictures, run('research report', REPORT), run('code interpreter', FIGURES)])
  const jobs = [...drawn, report, figures]
  await receiver.waitFor(
    jobs.map(({ id }) => id),
    10_000,
  )
  return jobs
}

interface Run {
  client: DemoClient
  receiver: CallbackReceiver
  name: string
  request: object
  previousJobId: string | undefined
}

async function runJob({ client, receiver, name, request, previousJobId }: Run): Promise<DemoJob> {
  const { id } = await client.submit({
    request,
    callback_url: receiver.url,
    labels: { demo: name.replaceAll(' ', '-') },
    previous_job_id: previousJobId,
  })
  receiver.names.set(id, name)
  const deadline = performance.now() + PATIENCE_MS
  let seen = 0
  while (performance.now() < deadline) {
    for (const event of await client.events(id, seen)) {
      seen = event.seq
      show(name, { id, event })
      if (FINAL.has(event.type)) return client.finished(id)
    }
    await pause(LOOK_MS)
  }
  throw new Error(`The job "${name}" (${id}) did not end within ${PATIENCE_MS / 1000} s.`)
}

function show(name: string, { id, event }: { id: string; event: DemoEvent }): void {
  const { type, data } = event
  const detail = {
    'job.queued': id,
    'job.submitted': `${data.response_id}`,
    'artifact.stored': `${data.kind} ${data.artifact_id}`,
    'artifact.failed': `${data.kind} ${data.error}`,
  }[type]
  const good =
    type === 'job.completed' || type === 'artifact.stored' ? true : type === 'job.failed' || type === 'artifact.failed' ? false : null
  say.happened({ who: name, what: type.replace(/^job\./, ''), detail: detail ?? '', good })
}
