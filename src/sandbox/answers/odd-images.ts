import type { Scenario } from '../scenarios.ts'
import type { Item } from '../responses/wire.ts'

export interface OddImage {
  item: Item
  /** What a careful reader ends up with; undefined when there is no picture. */
  truth: { content: Buffer; contentType: string } | undefined
}

const SVG = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script><circle cx="32" cy="32" r="24" fill="teal"/></svg>',
)
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

const BLOCKED = {
  code: 'moderation_blocked',
  message: 'Your request was rejected by the safety system.',
  param: null,
  type: 'image_generation_user_error',
  moderation_details: { categories: ['violence'], moderation_stage: 'output' },
}

export function oddImage(item: Item, { scenario, bytes }: { scenario: Scenario; bytes: Buffer }): OddImage {
  const honest = { content: bytes, contentType: `image/${String(item.output_format)}` }
  if (scenario.has('image_moderation_blocked'))
    return { item: { ...item, status: 'failed', result: null, error: BLOCKED }, truth: undefined }
  if (scenario.has('image_failed')) return { item: { ...item, status: 'failed', result: null }, truth: undefined }
  if (scenario.has('image_broken_base64')) return { item: { ...item, result: '%%% this is not base64 %%%' }, truth: undefined }
  if (scenario.has('image_not_an_image'))
    return { item: { ...item, result: Buffer.from('no picture today').toString('base64') }, truth: undefined }
  if (scenario.has('image_svg_lie'))
    return { item: { ...item, result: SVG.toString('base64') }, truth: { content: SVG, contentType: 'image/svg+xml' } }
  if (scenario.has('image_gif_lie'))
    return { item: { ...item, result: GIF.toString('base64') }, truth: { content: GIF, contentType: 'image/gif' } }
  if (scenario.has('image_dirty_base64'))
    return { item: { ...item, result: String(item.result).replaceAll(/.{76}/g, '$&\r\n') }, truth: honest }
  if (scenario.has('image_generating')) return { item: { ...item, status: 'generating' }, truth: honest }
  return { item, truth: honest }
}
