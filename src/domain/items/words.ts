import { objectsOf, textOf } from '../read-json.ts'
import { count, quoted, wordsOf, worth } from './told-item.ts'
import type { DescribeItem } from './told-item.ts'

export const describeMessage: DescribeItem = ({ content, phase }) => {
  const parts = objectsOf(content)
  const text = parts.flatMap((part) => textOf(part.text) ?? []).join('')
  const refusal = parts.flatMap((part) => textOf(part.refusal) ?? []).join('\n')
  const cited = parts.reduce((sum, part) => sum + objectsOf(part.annotations).length, 0)
  return { summary: summary({ text, refusal, isRemark: phase === 'commentary', cited }), detail: worth({ phase, refusal }) }
}

function summary({ text, refusal, isRemark, cited }: { text: string; refusal: string; isRemark: boolean; cited: number }): string {
  if (text === '') return refusal === '' ? 'An empty message' : `Refused: ${quoted(refusal)}`
  const citing = cited === 0 ? '' : `, with ${count(cited, 'citation')}`
  return `${isRemark ? 'Remark' : 'Answer'}${citing}: ${quoted(text)}`
}

export const describeReasoning: DescribeItem = ({ summary: parts, content, encrypted_content }) => {
  const thoughts = objectsOf(parts).flatMap((part) => textOf(part.text) ?? [])
  const text = wordsOf(content)
  const first = thoughts[0] ?? text
  return {
    summary: first === null ? 'Thought, and told no summary' : `Thought: ${quoted(first.replaceAll('**', ''))}`,
    detail: worth({ summary: thoughts, text, encrypted: textOf(encrypted_content) === null ? null : true }),
  }
}

export const describeCompaction: DescribeItem = ({ encrypted_content }) => ({
  summary: 'Compacted what came before',
  detail: worth({ encrypted_characters: textOf(encrypted_content)?.length }),
})
