import { badRequest } from '../api-error.ts'
import type { ContainerStore } from '../containers/container-store.ts'
import type { CreateRequest } from './create-request.ts'
import type { Item } from './wire.ts'

const RESEARCH_SOURCES = ['web_search_preview', 'web_search_preview_2025_03_11', 'web_search', 'mcp', 'file_search']
const FORMATS: readonly unknown[] = ['png', 'webp', 'jpeg', 'gif', 'svg', undefined, null]

/** The combinations of tools and settings that OpenAI refuses. */
export function checkTools({ model, tools }: CreateRequest, containers: ContainerStore): void {
  if (model.includes('deep-research') && !tools.some((tool) => RESEARCH_SOURCES.includes(tool.type))) {
    throw badRequest("Deep research models require at least one of 'web_search_preview', 'mcp', or 'file_search' tools.", {
      param: 'tools',
    })
  }
  for (const [index, tool] of tools.entries()) {
    const param = `tools[${index}]`
    if (tool.type === 'image_generation') checkImageTool(tool, param)
    if (tool.type === 'code_interpreter') checkCodeTool(tool, { param, containers })
  }
}

function checkImageTool({ size, background, output_format: format }: Item, param: string): void {
  if (!FORMATS.includes(format)) throw invalid(`${param}.output_format`, { value: format, supported: "'png', 'webp', and 'jpeg'" })
  if (background === 'transparent' && format === 'jpeg') {
    throw badRequest('Transparent background is not supported for JPEG output format.', {
      param: `${param}.background`,
      code: 'invalid_value',
    })
  }
  if (size == null || size === 'auto') return
  const edges = typeof size === 'string' ? /^(\d{2,4})x(\d{2,4})$/.exec(size) : null
  const [width, height] = [Number(edges?.[1]), Number(edges?.[2])]
  const fits =
    edges !== null &&
    width % 16 === 0 &&
    height % 16 === 0 &&
    Math.max(width, height) <= 3_840 &&
    Math.max(width, height) <= 3 * Math.min(width, height)
  if (!fits) throw invalid(`${param}.size`, { value: size, supported: "'1024x1024', '1024x1536', '1536x1024', and 'auto'" })
}

function checkCodeTool({ container }: Item, { param, containers }: { param: string; containers: ContainerStore }): void {
  if (container == null)
    throw badRequest(`Missing required parameter: '${param}.container'.`, {
      param: `${param}.container`,
      code: 'missing_required_parameter',
    })
  if (typeof container === 'string') containers.open(container)
}

function invalid(param: string, { value, supported }: { value: unknown; supported: string }): Error {
  return badRequest(`Invalid value: '${String(value)}'. Supported values are: ${supported}.`, { param, code: 'invalid_value' })
}
