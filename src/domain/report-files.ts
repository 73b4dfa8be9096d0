import type { Artifact } from './model.ts'
import type { ReportFile, ReportParts } from './report-model.ts'

const DRAWN = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif'])
const MADE = new Set(['image', 'figure', 'file', 'screenshot', 'audio'])

/** What the answer made and its text does not show already. */
export function reportFiles(
  artifacts: readonly Artifact[],
  { shown, hrefOf }: { shown: ReadonlySet<string> } & Pick<ReportParts, 'hrefOf'>,
): ReportFile[] {
  const listed = artifacts.filter(({ id, kind }) => MADE.has(kind) && !shown.has(id))
  return listed.map((artifact) => reportFile(artifact, { href: artifact.status === 'stored' ? hrefOf(artifact.id) : null }))
}

function reportFile(artifact: Artifact, { href }: Pick<ReportFile, 'href'>): ReportFile {
  const { filename, revisedPrompt, contentType, status, bytes, error, width, height } = artifact
  return {
    name: filename,
    caption: revisedPrompt,
    href,
    isPicture: href !== null && DRAWN.has(contentType),
    width,
    height,
    state:
      href !== null
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
