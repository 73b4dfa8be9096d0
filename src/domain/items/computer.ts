import type { JsonObject } from '../model.ts'
import { listOf, objectOf, objectsOf, textOf } from '../read-json.ts'
import { artifactIn } from './pictures.ts'
import { count, inLine, worth } from './told-item.ts'
import type { DescribeItem } from './told-item.ts'

/** One action, or several at once. */
export const describeComputerCall: DescribeItem = ({ call_id, action, actions, pending_safety_checks }) => {
  const all = objectsOf([action ?? null, ...listOf(actions)])
  const checks = objectsOf(pending_safety_checks).flatMap((check) => textOf(check.message) ?? textOf(check.code) ?? [])
  const waiting = checks.length === 0 ? '' : `, with ${count(checks.length, 'safety check')} to settle`
  return {
    summary: `Uses the computer: ${inLine(all.map(actionName).join(', ') || 'nothing')}${waiting}`,
    detail: worth({ call_id, actions: all.slice(0, 100).map(actionOf), safety_checks: checks }),
  }
}

export const describeScreen: DescribeItem = ({ call_id, output: given }) => {
  const output = objectOf(given)
  const url = textOf(output?.image_url)
  const shown = url === null && textOf(output?.file_id) === null ? 'Gave no screenshot' : 'Gave a screenshot'
  return {
    summary: shown,
    detail: worth({
      call_id,
      artifact_id: artifactIn(output?.image_url),
      url: url?.startsWith('http') ? url : null,
      file_id: output?.file_id,
    }),
  }
}

function actionName({ type }: JsonObject): string {
  return textOf(type) ?? 'an action'
}

function actionOf({ type, x, y, button, text, keys, url }: JsonObject): JsonObject {
  return worth({ type, x, y, button, text, keys, url })
}
