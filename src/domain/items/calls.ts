import { objectsOf, textOf } from '../read-json.ts'
import { artifactIn } from './pictures.ts'
import { inLine, wordsOf, worth } from './told-item.ts'
import type { DescribeItem } from './told-item.ts'

export const describeFunctionCall: DescribeItem = ({ call_id, name, namespace, arguments: given }) => {
  const called = [namespace, name].flatMap((part) => textOf(part) ?? []).join('.')
  return {
    summary: `Calls ${inLine(called || 'a function')}(${inLine(textOf(given) ?? '', 80)})`,
    detail: worth({ call_id, name, namespace, arguments: given }),
  }
}

export const describeCustomCall: DescribeItem = ({ call_id, name, input }) => ({
  summary: `Calls ${inLine(textOf(name) ?? 'a tool')}: ${inLine(textOf(input) ?? '', 80)}`,
  detail: worth({ call_id, name, input }),
})

/** What a caller gave back: words, or parts among which are pictures and files. */
export const describeCallOutput: DescribeItem = ({ call_id, output }) => {
  const text = wordsOf(output)
  const parts = objectsOf(output)
  const kinds = parts.flatMap((part) => textOf(part.type) ?? [])
  return {
    summary: `Was given: ${text === null ? kinds.join(', ') || 'nothing' : inLine(text)}`,
    detail: worth({
      call_id,
      output: text,
      artifact_ids: parts.flatMap((part) => artifactIn(part.image_url) ?? artifactIn(part.file_data) ?? []),
      file_ids: parts.flatMap((part) => textOf(part.file_id) ?? []),
    }),
  }
}
