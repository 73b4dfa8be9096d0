import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DemoJob } from './demo-client.ts'
import { say } from './say.ts'

/** What is kept now, and where; true when all of it is there. */
export async function showStored({
  jobs,
  dataDir,
  callbacks,
}: {
  jobs: DemoJob[]
  dataDir: string
  callbacks: Set<string>
}): Promise<boolean> {
  const objects = join(dataDir, 'objects')
  const files = await readdir(objects, { recursive: true })
  say.line('\nStored')
  for (const job of jobs) {
    const words = job.output_text?.split(/\s+/).length ?? 0
    const sources = new Set(job.citations.flatMap(({ url }) => url ?? [])).size
    say.line(`  ${job.id}  ${job.status}  ${words} words${sources > 0 ? `, ${sources} sources cited` : ''}`)
    for (const artifact of job.artifacts) {
      const path = files.find((file) => file.includes(artifact.id))
      const size = artifact.width === null ? '' : ` ${artifact.width}×${artifact.height}`
      const kilobytes = `${((artifact.bytes ?? 0) / 1000).toFixed(1)} kB`
      say.line(
        `      ${artifact.kind.padEnd(7)} ${artifact.content_type}${size}, ${kilobytes}, ${path === undefined ? artifact.status : join(objects, path)}`,
      )
    }
  }
  const completed = jobs.filter(({ status }) => status === 'completed').length
  const artifacts = jobs.flatMap((job) => job.artifacts).filter(({ status }) => status === 'stored').length
  const verified = jobs.filter(({ id }) => callbacks.has(id)).length
  say.line(`\n  ${completed} of ${jobs.length} jobs completed, ${artifacts} artifacts stored, ${verified} callbacks received and verified.`)
  return completed === jobs.length && verified === jobs.length
}
