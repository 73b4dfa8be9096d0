import type { Artifact } from './model.ts'
import { artifactHref } from './report-links.ts'
import type { ReportFile } from './report-model.ts'

const DRAWN = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif'])
const MADE = new Set(['image', 'figure', 'file', 'screenshot', 'audio'])

/** What the answer made and its text does not show already. */
export function reportFiles(artifacts: readonly Artifact[], { shown }: { shown: ReadonlySet<string> }): ReportFile[] {
  return artifacts.filter(({ id, kind }) => MADE.has(kind) && !shown.has(id)).map(reportFile)
}

function reportFile({ id, filename, revisedPrompt, contentType, status, bytes, error, width, height }: Artifact): ReportFile {
  const isStored = status === 'stored'
  return {
    name: filename,
    caption: revisedPrompt,
    href: isStored ? artifactHref(id) : null,
    isPicture: isStored && DRAWN.has(contentType),
    width,
    height,
    state: isStored
      ? [contentType, bytes === null ? [] : sizeOf(bytes)].flat().join(', ')
      : error === null
        ? status
        : `${status}: ${error}`,
  }
}

function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
