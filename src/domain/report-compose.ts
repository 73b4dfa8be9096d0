import type { Artifact, Result } from './model.ts'
import { applyEdits } from './report-edits.ts'
import { findFences } from './report-fences.ts'
import { reportFiles } from './report-files.ts'
import type { Report, ReportParts, ReportTurn } from './report-model.ts'
import { reportNotes } from './report-notes.ts'
import { referenceEdits } from './report-references.ts'
import { consultedSources, createSourceList } from './report-sources.ts'
import type { SourceList } from './report-sources.ts'
import { rewriteLinks } from './rewrite-links.ts'

const MAX_CONSULTED = 200

/** The answer of a job, for people: its turns in order, its sources numbered through all of them. */
export function composeReport({ job, turns, artifacts, hrefOf }: ReportParts): Report {
  const list = createSourceList()
  const shown = new Set<string>()
  const told: ReportTurn[] = []
  for (const { turn, result } of turns) {
    if (result === null) continue
    const ofTurn = artifacts.filter(({ turnId }) => turnId === turn.id)
    const written = writeAnswer(result, { artifacts: ofTurn, list, hrefOf })
    for (const id of written.shown) shown.add(id)
    if (written.markdown.trim() !== '') told.push({ number: turn.number, markdown: written.markdown, closing: written.closing })
  }
  const model = turns.findLast(({ turn }) => turn.model !== null)?.turn.model ?? job.model
  const items = turns.flatMap(({ result }) => result?.items ?? [])
  return {
    jobId: job.id,
    title: `Answer of ${model}, ${dayOf(job.finishedAt ?? job.createdAt)}`,
    facts: [job.id, job.status, ...(job.costMicroUsd === null ? [] : [`$${(job.costMicroUsd / 1_000_000).toFixed(4)}`])],
    notes: reportNotes(job),
    turns: told,
    files: reportFiles(artifacts, { shown, hrefOf }),
    sources: list.sources,
    consulted: consultedSources(items, { cited: list.sources, limit: MAX_CONSULTED }),
    hrefs: new Set(artifacts.filter(({ status }) => status === 'stored').map(({ id }) => hrefOf(id))),
  }
}

interface Written {
  markdown: string
  closing: string | null
  shown: Set<string>
}

function writeAnswer(
  result: Result,
  { artifacts, list, hrefOf }: { artifacts: readonly Artifact[]; list: SourceList } & Pick<ReportParts, 'hrefOf'>,
): Written {
  const { outputText, citations } = result
  const fences = findFences(outputText)
  const cited = new Set(citations.map(({ artifactId }) => artifactId))
  const citedFirst = artifacts.toSorted((a, b) => Number(cited.has(b.id)) - Number(cited.has(a.id)))
  const links = rewriteLinks(outputText, { artifacts: citedFirst, citations, fences, hrefOf })
  const marks = referenceEdits(outputText, { citations, sources: list, fences })
  return { markdown: applyEdits(outputText, [...links.edits, ...marks]), closing: fences.closing, shown: links.shown }
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10)
}
