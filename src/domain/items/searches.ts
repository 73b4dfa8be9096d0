import type { Json, JsonObject } from '../model.ts'
import { listOf, objectOf, objectsOf, textOf } from '../read-json.ts'
import { count, inLine, quoted, textsOf, worth } from './told-item.ts'
import type { DescribeItem } from './told-item.ts'

/** Past `max_tool_calls` the action may be empty; a page may have no address. */
export const describeWebSearch: DescribeItem = ({ action: given }) => {
  const action = objectOf(given) ?? {}
  const query = textOf(action.query)
  const queries = textsOf(action.queries)
  const asked = queries.length > 0 ? queries : query === null ? [] : [query]
  return {
    summary: told(action, asked),
    detail: worth({
      action: action.type,
      queries: asked,
      url: action.url,
      pattern: action.pattern,
      sources: objectsOf(action.sources).slice(0, 100).map(sourceOf),
    }),
  }
}

function told(action: JsonObject, queries: string[]): string {
  const url = textOf(action.url)
  const page = url === null ? 'a page' : inLine(url)
  if (action.type === 'open_page') return `Opened ${page}`
  if (action.type === 'find_in_page') return `Looked for ${quoted(textOf(action.pattern) ?? '')} in ${page}`
  const found = listOf(action.sources).length
  return ['Searched the web', forWhat(queries), found > 0 && `: ${count(found, 'source')}`].filter(Boolean).join('')
}

function sourceOf({ type, url, name, title }: JsonObject): JsonObject {
  return worth({ type, url, name, title })
}

export const describeFileSearch: DescribeItem = ({ queries: given, results }) => {
  const queries = textsOf(given)
  const found = objectsOf(results)
  return {
    summary: ['Searched files', forWhat(queries), found.length > 0 && `: ${count(found.length, 'result')}`].filter(Boolean).join(''),
    detail: worth({
      queries,
      results: found.slice(0, 50).map(({ file_id, filename, score, text }) => worth({ file_id, filename, score, text: excerpt(text) })),
    }),
  }
}

function excerpt(text: Json | undefined): string | null {
  return inLine(textOf(text) ?? '', 300)
}

export const describeToolSearch: DescribeItem = ({ call_id, arguments: given, execution }) => ({
  summary: 'Looked for tools',
  detail: worth({ call_id, execution, arguments: typeof given === 'object' ? JSON.stringify(given) : given }),
})

/** `tools` can be very large: their names alone are told. */
export const describeTools: DescribeItem = ({ call_id, tools }) => {
  const names = objectsOf(tools).flatMap((tool) => textOf(tool.name) ?? textOf(tool.server_label) ?? textOf(tool.type) ?? [])
  return { summary: `Got ${count(listOf(tools).length, 'tool')}`, detail: worth({ call_id, tools: names }) }
}

function forWhat(queries: string[]): string | false {
  if (queries[0] === undefined) return false
  return ` for ${quoted(queries[0])}${queries.length > 1 ? ` and ${queries.length - 1} more` : ''}`
}
