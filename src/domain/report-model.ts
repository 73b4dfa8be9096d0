import type { Artifact, Job, Result, Turn } from './model.ts'
import type { Source } from './report-sources.ts'

/** What a report is made of. */
export interface ReportParts {
  job: Job
  /** In order; a turn that gave nothing has no result. */
  turns: readonly { turn: Turn; result: Result | null }[]
  artifacts: readonly Artifact[]
  /** To the bytes of a stored one. */
  hrefOf(artifactId: string): string
}

/** A report in pieces, so that what a model wrote in one cannot reach into another. */
export interface Report {
  jobId: string
  title: string
  /** `completed`, the model, the date: a few words each. */
  facts: string[]
  /** What must be known first: a refusal, a failure, an answer cut short. */
  notes: ReportNote[]
  turns: ReportTurn[]
  files: ReportFile[]
  sources: Source[]
  /** Looked at, and not cited. */
  consulted: Source[]
  /** The addresses of stored artifacts: the only ones that may be shown as pictures. */
  hrefs: ReadonlySet<string>
}

export interface ReportNote {
  kind: 'refused' | 'failed' | 'incomplete' | 'open'
  text: string
}

export interface ReportTurn {
  number: number
  /** The answer in the model's own Markdown, with numbered references and links to stored files. */
  markdown: string
  /** What would close a code block that it left open. */
  closing: string | null
}

export interface ReportFile {
  name: string
  caption: string | null
  /** Null: there are no bytes, and `state` says why. */
  href: string | null
  isPicture: boolean
  width: number | null
  height: number | null
  /** `text/csv, 12 kB`, or why there is nothing. */
  state: string
}
