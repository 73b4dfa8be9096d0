import { objectsOf, textOf } from '../read-json.ts'
import { artifactIn } from './pictures.ts'
import { count, inLine, worth, wordsOf } from './told-item.ts'
import type { DescribeItem } from './told-item.ts'

/** `outputs` is null unless it was asked for, and then has logs and pictures. */
export const describeCodeInterpreter: DescribeItem = ({ code, container_id, outputs }) => {
  const parts = objectsOf(outputs)
  const logs = parts.flatMap((part) => textOf(part.logs) ?? []).join('\n')
  const figures = parts.flatMap((part) => artifactIn(part.url) ?? [])
  const made = [logs !== '' && 'logs', figures.length > 0 && count(figures.length, 'figure')].filter(Boolean)
  return {
    summary: ['Ran', linesOf(textOf(code)), made.length > 0 && `with ${made.join(' and ')}`].filter(Boolean).join(' '),
    detail: worth({ container_id, code, logs, artifact_ids: figures }),
  }
}

export const describeProgram: DescribeItem = ({ code, fingerprint, call_id }) => ({
  summary: `Wrote a program of ${linesOf(textOf(code))}`,
  detail: worth({ call_id, code, fingerprint }),
})

export const describeProgramOutput: DescribeItem = ({ call_id, output, result, error }) => {
  const text = wordsOf(output) ?? wordsOf(result)
  return {
    summary: text === null ? 'The program ended' : `The program gave: ${inLine(text)}`,
    detail: worth({ call_id, output: text, error }),
  }
}

function linesOf(code: string | null): string {
  return code === null || code === '' ? 'code' : `${count(code.trimEnd().split('\n').length, 'line')} of code`
}
