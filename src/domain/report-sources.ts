import type { Citation, ItemNote } from './model.ts'
import { objectsOf, textOf } from './read-json.ts'
import { outsideUrl } from './report-links.ts'

export interface Source {
  title: string
  /** Null where there is nothing that may be led to. */
  href: string | null
  host: string | null
}

/** The sources of a report, each once, numbered from 1 in the order of their first citation. */
export interface SourceList {
  sources: Source[]
  /** Null: it is no source, or one too many. */
  numberOf(citation: Citation): number | null
}

const MAX_SOURCES = 1_000

export function createSourceList(): SourceList {
  const sources: Source[] = []
  const numbers = new Map<string, number>()
  return {
    sources,
    numberOf(citation) {
      const source = sourceOf(citation)
      if (source === null) return null
      const key = source.href ?? source.title
      const known = numbers.get(key)
      if (known !== undefined) return known
      if (sources.length >= MAX_SOURCES) return null
      numbers.set(key, sources.push(source))
      return sources.length
    },
  }
}

/** Container files are no sources: they stand among the files. */
function sourceOf({ type, url, title, fileId, filename, containerId }: Citation): Source | null {
  if (url !== null) return webSource(url, title)
  if (containerId !== null || fileId === null) return null
  return { title: filename ?? title ?? `${type === 'file_path' ? 'file' : 'source file'} ${fileId}`, href: null, host: 'file' }
}

function webSource(given: string, title: string | null): Source {
  const url = outsideUrl(given)
  if (url === null) return { title: title || given, href: null, host: null }
  url.hash = url.hash.replace(/#?:~:text=.*$/, '')
  return { title: title || url.href, href: url.href, host: url.host }
}

/** What searches looked at and the answer does not cite. */
export function consultedSources(items: readonly ItemNote[], { cited, limit }: { cited: readonly Source[]; limit: number }): Source[] {
  const seen = new Set(cited.map(({ href }) => href))
  const found = items.flatMap(({ detail }) =>
    objectsOf(detail?.sources).flatMap((source): Source[] => {
      const url = textOf(source.url)
      if (url !== null) return [webSource(url, textOf(source.title))]
      const name = textOf(source.name)
      return name === null ? [] : [{ title: name, href: null, host: 'api' }]
    }),
  )
  const fresh = found.filter((source) => {
    const key = source.href ?? source.title
    return !seen.has(key) && seen.add(key)
  })
  return fresh.slice(0, limit)
}
