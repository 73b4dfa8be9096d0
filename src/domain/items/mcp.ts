import type { Json } from '../model.ts'
import { listOf, objectOf, objectsOf, textOf } from '../read-json.ts'
import { count, inLine, wordsOf, worth } from './told-item.ts'
import type { DescribeItem } from './told-item.ts'

export const describeMcpTools: DescribeItem = ({ server_label, tools, error }) => {
  const fault = faultOf(error)
  const names = objectsOf(tools).flatMap((tool) => textOf(tool.name) ?? [])
  const told = fault === null ? count(listOf(tools).length, 'tool') : `failed: ${inLine(fault)}`
  return { summary: `Listed the tools of ${serverOf(server_label)}: ${told}`, detail: worth({ server_label, tools: names, error: fault }) }
}

export const describeMcpCall: DescribeItem = ({ server_label, name, arguments: given, output, error, approval_request_id }) => {
  const fault = faultOf(error)
  const called = `${serverOf(server_label)}.${inLine(textOf(name) ?? 'tool')}`
  return {
    summary: fault === null ? `Called ${called}` : `Called ${called}, which failed: ${inLine(fault)}`,
    detail: worth({ server_label, name, arguments: given, output: wordsOf(output), error: fault, approval_request_id }),
  }
}

export const describeApprovalRequest: DescribeItem = ({ server_label, name, arguments: given }) => ({
  summary: `Asks to call ${serverOf(server_label)}.${inLine(textOf(name) ?? 'tool')}`,
  detail: worth({ server_label, name, arguments: given }),
})

export const describeApproval: DescribeItem = ({ approval_request_id, approve, reason }) => ({
  summary: `Was ${approve === true ? 'allowed' : 'denied'} the call${textOf(reason) ? `: ${inLine(textOf(reason) ?? '')}` : ''}`,
  detail: worth({ approval_request_id, approve, reason }),
})

/** Once a text, now one of several objects. */
function faultOf(error: Json | undefined): string | null {
  if (typeof error === 'string') return error
  const fault = objectOf(error)
  if (fault === null) return null
  return textOf(fault.message) ?? wordsOf(fault.content) ?? textOf(fault.type) ?? 'for no told reason'
}

function serverOf(label: Json | undefined): string {
  return inLine(textOf(label) ?? 'a server', 60)
}
