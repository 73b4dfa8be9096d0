import type { StoredResponse } from './stored-response.ts'
import type { Item, WireResponse } from './wire.ts'

const BIG = '"sandbox:big-integer"'

/** The response as JSON text, with the parts that `include` brings in or leaves out. */
export function presentResponse(
  response: StoredResponse,
  { include, status }: { include: readonly string[]; status?: WireResponse['status'] },
): string {
  const asked = (value: string): boolean => {
    const onCreate = response.request.include.includes(value)
    return response.scenario.has('include_needs_both') ? onCreate && include.includes(value) : onCreate || include.includes(value)
  }
  const stale =
    status === undefined || status === response.body.status
      ? {}
      : { status, output: [], usage: null, completed_at: null, tool_usage: undefined }
  const odd = response.scenario.has('big_integer') ? { sandbox_big: 'sandbox:big-integer' } : {}
  const body = { ...response.body, output: response.body.output.map((item) => presentItem(item, asked)), ...stale, ...odd }
  return JSON.stringify(body).replace(BIG, '9007199254740993')
}

export function presentItem(item: Item, asked: (include: string) => boolean): Item {
  if (item.type === 'code_interpreter_call' && !asked('code_interpreter_call.outputs')) return { ...item, outputs: null }
  if (item.type === 'file_search_call' && !asked('file_search_call.results')) return { ...item, results: null }
  if (item.type !== 'web_search_call' || asked('web_search_call.action.sources')) return item
  const { sources: _sources, ...action } = (item.action ?? {}) as Record<string, unknown>
  return item.action === undefined ? item : { ...item, action }
}
