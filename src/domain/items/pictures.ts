import type { Json } from '../model.ts'
import { objectOf, textOf } from '../read-json.ts'
import { inLine, worth } from './told-item.ts'
import type { DescribeItem } from './told-item.ts'

const REFERENCE = /^longhaul:artifact\/(art_\w+)$/

/** Which artifact stands where the payload stood; null where none was stored. */
export function artifactIn(value: Json | undefined): string | null {
  return REFERENCE.exec(textOf(value) ?? '')?.[1] ?? null
}

/** Whether there is a picture is told by `result`: `status` may stay behind. */
export const describeImage: DescribeItem = ({ result, error, action, size, output_format, quality, background, revised_prompt }) => {
  const fault = objectOf(error)
  const why = textOf(fault?.message) ?? textOf(fault?.code)
  const facts = [size, output_format].flatMap((fact) => textOf(fact) ?? [])
  return {
    summary: textOf(result) ? ['Picture', ...facts].join(', ') : why === null ? 'No picture' : `No picture: ${inLine(why)}`,
    detail: worth({
      artifact_id: artifactIn(result),
      action,
      size,
      quality,
      background,
      output_format,
      revised_prompt,
      error: why,
      error_code: fault?.code,
    }),
  }
}
