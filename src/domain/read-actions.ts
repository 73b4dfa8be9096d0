import type { ErrorDetail } from './errors.ts'
import type { Json, JsonObject } from './model.ts'
import { objectOf, objectsOf, textOf } from './read-json.ts'
import { answerTypeOf } from './required-action.ts'

/** What a caller gives back to a job that requires an action. */
export interface Actions {
  outputs: { callId: string; output: Json; status: 'completed' | 'failed' | null; acknowledgedSafetyChecks: JsonObject[] | null }[]
  approvals: { approvalRequestId: string; approve: boolean; reason: string | null }[]
}

/** A call that waits, by the item that answers it. */
export interface OpenCall {
  id: string
  answer: string
  /** Fields of the call that its answer must repeat. */
  echo: JsonObject
  /** Ids of the safety checks that must be acknowledged. */
  checks: string[]
}

export type ActionsRead = { outcome: 'read'; items: JsonObject[] } | { outcome: 'faulty'; faults: ErrorDetail[] }

const APPROVAL = 'mcp_approval_response'
const ECHOED = ['caller', 'max_output_length']

const SHAPES = new Map<string, { fits: (output: Json) => boolean; must: string }>([
  ['computer_call_output', { fits: (output) => objectOf(output) !== null, must: 'must be an object: the screenshot' }],
  ['local_shell_call_output', { fits: (output) => typeof output === 'string', must: 'must be text' }],
  ['shell_call_output', { fits: Array.isArray, must: 'must be a list: what each command wrote, and how it ended' }],
  ['apply_patch_call_output', { fits: (output) => output === null || typeof output === 'string', must: 'must be text, or null' }],
])
const TEXT_OR_PARTS = {
  fits: (output: Json) => typeof output === 'string' || Array.isArray(output),
  must: 'must be text, or a list of content parts',
}

/** The calls that a `required_action` names. */
export function openCalls(action: JsonObject): OpenCall[] {
  const outputs = objectsOf(action.outputs).map((call) => ({
    id: textOf(call.call_id),
    answer: answerTypeOf(call) ?? '',
    echo: echoOf(call),
    checks: objectsOf(call.pending_safety_checks).flatMap(({ id }) => textOf(id) ?? []),
  }))
  const approvals = objectsOf(action.approvals).map((request) => ({
    id: textOf(request.approval_request_id),
    answer: APPROVAL,
    echo: {},
    checks: [],
  }))
  return [...outputs, ...approvals].filter((call): call is OpenCall => call.id !== null)
}

/** The calls that the input of a continuation answered. */
export function answeredCalls(items: JsonObject[]): OpenCall[] {
  return items.map((item) => ({
    id: textOf(item.call_id) ?? textOf(item.approval_request_id) ?? textOf(item.id) ?? '',
    answer: textOf(item.type) ?? '',
    echo: echoOf(item),
    checks: [],
  }))
}

/** The input items that answer the calls, in the calls' order: all of them, or every fault that stands against it. */
export function readActions(calls: OpenCall[], { outputs, approvals }: Actions): ActionsRead {
  const wanted = {
    outputs: calls.filter(({ answer }) => answer !== APPROVAL),
    approvals: calls.filter(({ answer }) => answer === APPROVAL),
  }
  const faults = [
    ...pairingFaults(wanted.outputs, { list: 'outputs', name: 'call_id', given: outputs.map(({ callId }) => callId) }),
    ...pairingFaults(wanted.approvals, {
      list: 'approvals',
      name: 'approval_request_id',
      given: approvals.map(({ approvalRequestId }) => approvalRequestId),
    }),
  ]
  if (faults.length > 0) return { outcome: 'faulty', faults }
  const shapes = outputs.flatMap((output, index) => shapeFaults(output, { index, call: calls.find(({ id }) => id === output.callId) }))
  if (shapes.length > 0) return { outcome: 'faulty', faults: shapes }
  return {
    outcome: 'read',
    items: [
      ...wanted.outputs.flatMap((call) => outputs.filter(({ callId }) => callId === call.id).map((given) => outputItem(call, given))),
      ...wanted.approvals.flatMap(({ id }) =>
        approvals
          .filter(({ approvalRequestId }) => approvalRequestId === id)
          .map(({ approve, reason }) => ({ type: APPROVAL, approval_request_id: id, approve, ...(reason !== null && { reason }) })),
      ),
    ],
  }
}

function pairingFaults(calls: OpenCall[], { list, name, given }: { list: string; name: string; given: string[] }): ErrorDetail[] {
  const wanted = new Set(calls.map(({ id }) => id))
  const wrong = given.flatMap((id, index) => {
    const field = `${list}.${index}.${name}`
    if (!wanted.has(id)) return { field, message: `names nothing that this job waits for: ${id.slice(0, 100)}` }
    return given.indexOf(id) < index ? { field, message: `is given twice: ${id}` } : []
  })
  const missing = [...wanted].filter((id) => !given.includes(id))
  return [...wrong, ...missing.map((id) => ({ field: list, message: `must answer ${id} too: all that waits is answered at once` }))]
}

function shapeFaults(given: Actions['outputs'][number], { index, call }: { index: number; call: OpenCall | undefined }): ErrorDetail[] {
  const answer = call?.answer ?? ''
  const { fits, must } = SHAPES.get(answer) ?? TEXT_OR_PARTS
  const faults = fits(given.output) ? [] : [{ field: `outputs.${index}.output`, message: must }]
  if (given.status !== null && answer !== 'apply_patch_call_output')
    faults.push({ field: `outputs.${index}.status`, message: 'answers an apply_patch_call alone' })
  const checks = `outputs.${index}.acknowledged_safety_checks`
  if (given.acknowledgedSafetyChecks !== null && answer !== 'computer_call_output')
    faults.push({ field: checks, message: 'answers a computer_call alone' })
  const acknowledged = given.acknowledgedSafetyChecks?.map(({ id }) => id) ?? []
  for (const id of call?.checks ?? []) if (!acknowledged.includes(id)) faults.push({ field: checks, message: `must hold the check ${id}` })
  return faults
}

function outputItem(
  { id, answer: type, echo }: OpenCall,
  { output, status, acknowledgedSafetyChecks: checks }: Actions['outputs'][number],
): JsonObject {
  switch (type) {
    case 'local_shell_call_output':
      return { type, id, output } // here OpenAI's name for the call's id is `id`
    case 'apply_patch_call_output':
      return { type, call_id: id, status: status ?? 'completed', ...(output !== null && { output }), ...echo }
    default:
      return { type, call_id: id, output, ...(checks !== null && { acknowledged_safety_checks: checks }), ...echo }
  }
}

function echoOf(item: JsonObject): JsonObject {
  const from = { ...objectOf(item.action), ...item }
  return Object.fromEntries(ECHOED.flatMap((name) => (from[name] == null ? [] : [[name, from[name]]])))
}
