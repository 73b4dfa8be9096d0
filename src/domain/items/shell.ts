import type { JsonObject } from '../model.ts'
import { objectOf, objectsOf, textOf } from '../read-json.ts'
import { count, inLine, textsOf, wordsOf, worth } from './told-item.ts'
import type { DescribeItem } from './told-item.ts'

/** Hosted ones run in a container, whose files are kept; the others wait for their caller. */
export const describeShellCall: DescribeItem = ({ call_id, action, environment: given }) => {
  const commands = textsOf(objectOf(action)?.commands)
  const environment = objectOf(given)
  return {
    summary: `Runs ${inLine(commands[0] ?? 'nothing')}${commands.length > 1 ? ` and ${commands.length - 1} more` : ''}`,
    detail: worth({ call_id, commands, environment: environment?.type, container_id: environment?.container_id }),
  }
}

export const describeShellOutput: DescribeItem = ({ call_id, output: given }) => {
  const outputs = objectsOf(given)
  return {
    summary: outputs.length === 0 ? 'The shell gave nothing' : `The shell ended: ${inLine(outputs.map(outcomeOf).join(', '))}`,
    detail: worth({
      call_id,
      outputs: outputs.slice(0, 20).map((one) => worth({ stdout: one.stdout, stderr: one.stderr, outcome: outcomeOf(one) })),
    }),
  }
}

function outcomeOf({ outcome: given }: JsonObject): string {
  const outcome = objectOf(given)
  return typeof outcome?.exit_code === 'number' ? `exit ${outcome.exit_code}` : (textOf(outcome?.type) ?? 'no outcome')
}

/** `env` stays out: it is where secrets are. */
export const describeLocalShellCall: DescribeItem = ({ call_id, action: given }) => {
  const action = objectOf(given)
  const command = textsOf(action?.command)
  return {
    summary: `Wants to run ${inLine(command.join(' ') || 'nothing')}`,
    detail: worth({ call_id, command, working_directory: action?.working_directory, user: action?.user }),
  }
}

export const describeLocalShellOutput: DescribeItem = ({ call_id, output }) => ({
  summary: `The local shell gave: ${inLine(wordsOf(output) ?? 'nothing')}`,
  detail: worth({ call_id, output: wordsOf(output) }),
})

const PATCHES = new Map([
  ['create_file', 'Creates'],
  ['update_file', 'Changes'],
  ['delete_file', 'Deletes'],
])

export const describePatch: DescribeItem = ({ call_id, operation: given }) => {
  const operation = objectOf(given)
  const diff = textOf(operation?.diff)
  const size = diff === null ? '' : ` (${count(diff.split('\n').length, 'line')})`
  return {
    summary: `${PATCHES.get(textOf(operation?.type) ?? '') ?? 'Patches'} ${inLine(textOf(operation?.path) ?? 'a file')}${size}`,
    detail: worth({ call_id, operation: operation?.type, path: operation?.path, diff }),
  }
}

export const describePatchOutput: DescribeItem = ({ call_id, status, output }) => ({
  summary: `The patch ${status === 'failed' ? 'failed' : 'was applied'}${textOf(output) ? `: ${inLine(textOf(output) ?? '')}` : ''}`,
  detail: worth({ call_id, output }),
})
