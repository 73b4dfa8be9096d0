import { newId } from '../ids.ts'
import type { PictureFormat, PictureSpec } from '../pictures/draw-picture.ts'
import type { StoredResponse } from '../responses/stored-response.ts'
import type { Item } from '../responses/wire.ts'
import { toolOf, type AnswerContext } from './answer-context.ts'
import { oddImage } from './odd-images.ts'

const FORMATS: readonly string[] = ['png', 'jpeg', 'webp'] satisfies PictureFormat[]

/** Draws what was asked for; an edit keeps the land of the picture it starts from. */
export async function imageAnswer(context: AnswerContext): Promise<Item[]> {
  const { response, studio, memory, truth } = context
  const tool = toolOf(context, 'image_generation') ?? { type: 'image_generation' }
  const base = tool.action === 'generate' ? undefined : pictureToEdit(context)
  const items: Item[] = []
  for (let n = 0; n < Math.max(1, response.scenario.n('images')); n += 1) {
    const spec = specFor(context, { tool, base, n })
    const bytes = await studio.draw(spec)
    const item = imageItem({ spec, tool, edit: base !== undefined, bytes, prompt: context.prompt })
    const odd = oddImage(item, { scenario: response.scenario, bytes })
    if (odd.truth !== undefined) {
      truth.note({ responseId: response.id, kind: 'image', itemId: item.id, contentType: odd.truth.contentType }, odd.truth.content)
    }
    memory.keep(item.id, { spec, bytes })
    items.push(odd.item)
  }
  return items
}

function specFor(
  { prompt, response, seed }: AnswerContext,
  { tool, base, n }: { tool: Item; base: PictureSpec | undefined; n: number },
): PictureSpec {
  const [width, height] = sizeOf(tool.size) ?? [base?.width ?? 1_024, base?.height ?? 1_024]
  const format = FORMATS.includes(String(tool.output_format)) ? (tool.output_format as PictureFormat) : 'png'
  const compression = typeof tool.output_compression === 'number' ? tool.output_compression : 100
  const scene =
    base === undefined
      ? { prompt: n === 0 ? prompt : `${prompt} ${n}`, edits: [] }
      : { prompt: base.prompt, edits: [...base.edits, n === 0 ? prompt : `${prompt} ${n}`] }
  return {
    ...scene,
    seed: response.scenario.number('sandbox_seed', seed),
    width,
    height,
    format,
    compression,
    transparent: tool.background === 'transparent',
    padTo: response.scenario.n('image_huge'),
  }
}

function sizeOf(size: unknown): [number, number] | undefined {
  const found = typeof size === 'string' ? /^(\d+)x(\d+)$/.exec(size) : null
  return found === null ? undefined : [Number(found[1]), Number(found[2])]
}

function imageItem({
  spec,
  tool,
  edit,
  bytes,
  prompt,
}: {
  spec: PictureSpec
  tool: Item
  edit: boolean
  bytes: Buffer
  prompt: string
}): Item & { id: string } {
  return {
    id: newId('ig'),
    type: 'image_generation_call',
    status: 'completed',
    action: edit ? 'edit' : 'generate',
    background: spec.transparent ? 'transparent' : 'opaque',
    output_format: spec.format,
    quality: typeof tool.quality === 'string' && tool.quality !== 'auto' ? tool.quality : 'high',
    size: `${spec.width}x${spec.height}`,
    revised_prompt: `${edit ? 'Keep the scene and change it' : 'A calm landscape in soft light'}: ${prompt}`,
    result: bytes.toString('base64'),
  }
}

function pictureToEdit(context: AnswerContext): PictureSpec | undefined {
  const { response, memory } = context
  for (const item of response.request.input.toReversed()) {
    const known = item.type === 'image_generation_call' && typeof item.id === 'string' ? memory.byItem(item.id) : pictureIn(item, context)
    if (known !== undefined) return known
  }
  for (let parent: StoredResponse | undefined = response.parent; parent !== undefined; parent = parent.parent) {
    const last = parent.body.output.findLast((item) => item.type === 'image_generation_call')
    const known = typeof last?.id === 'string' ? memory.byItem(last.id) : undefined
    if (known !== undefined) return known
  }
  return undefined
}

/** A picture sent in: one of ours is known by its bytes, a foreign one gets a land of its own. */
function pictureIn(item: Item, { memory, seed }: AnswerContext): PictureSpec | undefined {
  const parts: unknown[] = Array.isArray(item.content) ? item.content : []
  for (const part of parts.toReversed() as { type?: unknown; image_url?: unknown; file_id?: unknown }[]) {
    if (part.type !== 'input_image') continue
    const reference = String(part.image_url ?? part.file_id)
    const base64 = /^data:[^,]*;base64,(.*)$/s.exec(reference)?.[1]
    const known = base64 === undefined ? undefined : memory.byContent(Buffer.from(base64, 'base64'))
    return (
      known ?? {
        prompt: reference,
        edits: [],
        seed,
        width: 1_024,
        height: 1_024,
        format: 'png',
        transparent: false,
        compression: 100,
        padTo: 0,
      }
    )
  }
  return undefined
}
