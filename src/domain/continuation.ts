import type { Json, JsonObject, Turn } from './model.ts'
import { objectOf, textOf } from './read-json.ts'

/** What a continuation asks: the job's own request, with the answers for its input. */
export function continuedRequest(request: JsonObject, input: Json[]): JsonObject {
  const { tool_choice: choice, ...rest } = request
  // A choice that forces a call would make the model call again for ever.
  if (choice === undefined || forcesCall(choice)) return { ...rest, input }
  return { ...request, input }
}

function forcesCall(choice: Json): boolean {
  if (choice === 'required') return true
  const tool = objectOf(choice)
  return tool !== null && !(tool.type === 'allowed_tools' && tool.mode === 'auto')
}

/** A conversation remembers by itself what was called; else the response before is named. */
export function isInConversation(request: JsonObject): boolean {
  return request.conversation !== undefined && request.conversation !== null
}

/** Whether a response that says it is a job's may be the one that the job's newest turn was sent for. */
export function mayAnswerTurn(response: JsonObject, turns: Turn[]): boolean {
  const turn = turns.at(-1)
  if (turn === undefined || turn.number === 1) return turn !== undefined
  const previous = textOf(response.previous_response_id)
  // One that an earlier turn was sent for twice names another response before it.
  return previous === null ? turn.submitAttempts > 0 && objectOf(response.conversation) !== null : previous === turns.at(-2)?.responseId
}
