import { newId } from '../ids.ts'
import type { Item, Usage } from '../responses/wire.ts'
import { answerContext, toolOf, type AnswerContext, type AnswerDeps } from './answer-context.ts'
import type { StoredResponse } from '../responses/stored-response.ts'
import { callAnswer, mcpCalls } from './call-answer.ts'
import { codeAnswer } from './code-answer.ts'
import { imageAnswer } from './image-answer.ts'
import { jsonAnswer } from './json-answer.ts'
import { createMessageDraft, messageItem, reasoningItem, type MessageDraft } from './message-draft.ts'
import { oddItems } from './odd-text.ts'
import { researchAnswer, topicOf } from './research-answer.ts'
import { toolUsageOf, usageOf } from './usage.ts'

/** Of one tool's output: a screenshot would fill the answer. */
const MOST_QUOTED = 200

export interface Answer {
  output: Item[]
  usage: Usage | null
  toolUsage: object | undefined
}

/** What the model "says", decided from the request's tools, its format and its scenario. */
export async function composeAnswer(deps: AnswerDeps, response: StoredResponse): Promise<Answer> {
  const context = answerContext(deps, response)
  const output = await outputFor(context)
  if (response.scenario.has('usage_missing')) return { output, usage: null, toolUsage: undefined }
  return { output, usage: usageOf(response, output), toolUsage: toolUsageOf(output) }
}

async function outputFor(context: AnswerContext): Promise<Item[]> {
  const { scenario } = context.response
  if (scenario.has('empty_output')) return []
  const output = thinks(context)
    ? [reasoningItem(context.response.request.raw.reasoning == null ? [] : ['Reading the request closely.'])]
    : []
  if (scenario.has('refusal')) return [...output, refusal()]
  const calls = callAnswer(context)
  if (calls.length > 0) return [...output, ...calls]
  const message = createMessageDraft()
  output.push(...mcpCalls(context))
  if (wantsSearch(context)) output.push(...researchAnswer(context, message))
  if (toolOf(context, 'file_search') !== undefined) output.push(fileSearch(context))
  if (wantsCode(context)) output.push(...codeAnswer(context, message))
  if (wantsImage(context)) output.push(...(await imageAnswer(context)))
  if (message.text === '') writeText(context, message)
  output.push(...oddItems(scenario), message.toItem())
  return output
}

function thinks({ response }: AnswerContext): boolean {
  const reasoning = response.body.reasoning as { effort?: unknown } | null
  return reasoning?.effort !== 'none' && !response.request.model.startsWith('gpt-4')
}

function wantsSearch(context: AnswerContext): boolean {
  const { scenario } = context.response
  return (
    scenario.has('empty_action') ||
    scenario.has('null_url') ||
    toolOf(context, 'web_search', 'web_search_2025_08_26', 'web_search_preview', 'web_search_preview_2025_03_11') !== undefined
  )
}

function wantsCode(context: AnswerContext): boolean {
  const asked = context.response.scenario.names.some(
    (name) => name.startsWith('file') || name.startsWith('content_') || name.startsWith('container_'),
  )
  return asked || toolOf(context, 'code_interpreter') !== undefined
}

function wantsImage(context: AnswerContext): boolean {
  return context.response.scenario.names.some((name) => name.startsWith('image')) || toolOf(context, 'image_generation') !== undefined
}

function writeText(context: AnswerContext, message: MessageDraft): void {
  const { prompt, response } = context
  const text = response.request.raw.text as { format?: unknown } | null | undefined
  const json = jsonAnswer(text?.format, prompt)
  if (json !== undefined) return message.write(json)
  const answers = response.request.input
    .filter((item) => item.type.endsWith('_output'))
    .map((item) => JSON.stringify(item.output ?? null).slice(0, MOST_QUOTED))
  if (answers.length > 0)
    return message.write(`With what the tools gave (${answers.join(', ')}), here is the answer to "${topicOf(prompt)}".`)
  if (wantsImage(context)) return message.write(`Here is your picture: ${topicOf(prompt)}.`)
  message.write(
    `You asked: "${prompt}"\n\nThis is the sandbox's answer. ${response.body.model} would have thought for minutes; this took a moment and cost nothing. Words in your question: ${prompt.split(/\s+/).length}.`,
  )
}

function refusal(): Item {
  return { ...messageItem(''), content: [{ type: 'refusal', refusal: "I'm sorry, but I can't help with that request." }] }
}

function fileSearch({ prompt }: AnswerContext): Item {
  const results = [
    { file_id: 'file-sandbox1', filename: 'handbook.md', score: 0.91, text: `A passage about ${topicOf(prompt)}.`, attributes: {} },
  ]
  return { id: newId('fs'), type: 'file_search_call', status: 'completed', queries: [topicOf(prompt)], results }
}
