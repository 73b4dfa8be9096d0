import type { Artifact, Citation, ItemNote, Job, Result, Turn } from '../../src/domain/model.ts'
import type { Report, ReportParts } from '../../src/domain/report-model.ts'
import { artifactHref } from '../../src/domain/report-links.ts'
import { composeReport } from '../../src/domain/report-compose.ts'

const AT = new Date('2026-11-21T12:00:00.000Z')

interface Told {
  text: string
  citations?: Partial<Citation>[]
  items?: ItemNote[]
}

/** A finished job of as many turns as there are texts; what no report reads is left out. */
export function reportParts(
  told: Told[],
  { job = {}, artifacts = [] }: { job?: Partial<Job>; artifacts?: Partial<Artifact>[] } = {},
): ReportParts {
  return {
    job: {
      id: 'job_1',
      status: 'completed',
      model: 'gpt-5.5-pro',
      refusal: null,
      error: null,
      incompleteDetails: null,
      requiredAction: null,
      costMicroUsd: null,
      createdAt: AT,
      finishedAt: AT,
      ...job,
    } as Job,
    turns: told.map(({ text, citations = [], items = [] }, at) => ({
      turn: { id: `turn_${at + 1}`, number: at + 1, model: null } as Turn,
      result: { turnId: `turn_${at + 1}`, outputText: text, citations: citations.map(citation), items } as unknown as Result,
    })),
    artifacts: artifacts.map((fields, at) => artifact({ id: `art_${at + 1}`, ...fields })),
    hrefOf: artifactHref,
  }
}

export function reportOf(...args: Parameters<typeof reportParts>): Report {
  return composeReport(reportParts(...args))
}

export function citation(fields: Partial<Citation>): Citation {
  const nothing = {
    url: null,
    title: null,
    startIndex: null,
    endIndex: null,
    containerId: null,
    fileId: null,
    filename: null,
    artifactId: null,
  }
  return { type: 'url_citation', ...nothing, ...fields }
}

/** A stored file of a container. */
export function artifact(fields: Partial<Artifact>): Artifact {
  return {
    id: 'art_1',
    turnId: 'turn_1',
    kind: 'file',
    status: 'stored',
    filename: 'tides.csv',
    contentType: 'text/csv',
    bytes: 12_345,
    width: null,
    height: null,
    containerId: 'cntr_1',
    fileId: 'cfile_1',
    revisedPrompt: null,
    error: null,
    ...fields,
  } as Artifact
}
