import type { ArtifactTruth } from '../artifact-truth.ts'
import type { ContainerStore } from '../containers/container-store.ts'
import type { PictureMemory } from '../pictures/picture-memory.ts'
import type { PictureStudio } from '../pictures/picture-studio.ts'
import type { StoredResponse } from '../responses/stored-response.ts'
import type { Item } from '../responses/wire.ts'

export interface AnswerDeps {
  studio: PictureStudio
  memory: PictureMemory
  containers: ContainerStore
  truth: ArtifactTruth
  seed: number
}

export interface AnswerContext extends AnswerDeps {
  response: StoredResponse
  /** The words of the newest user message of the conversation. */
  prompt: string
}

export function answerContext(deps: AnswerDeps, response: StoredResponse): AnswerContext {
  return { ...deps, response, prompt: promptOf(response.inputItems) }
}

/** The newest tool of one of these types, when the request lets the model use it. */
export function toolOf({ response }: AnswerContext, ...types: readonly string[]): Item | undefined {
  const choice = response.request.raw.tool_choice
  if (choice === 'none') return undefined
  const forced = typeof choice === 'object' && choice !== null && 'type' in choice ? choice.type : undefined
  const tools = response.request.tools.filter((tool) => types.includes(tool.type))
  if (typeof forced === 'string' && forced !== 'allowed_tools') return tools.find((tool) => tool.type === forced)
  return tools.at(-1)
}

function promptOf(input: readonly Item[]): string {
  const texts = input.filter((item) => item.role === 'user').map((item) => textOf(item.content))
  return texts.at(-1)?.trim() || 'your request'
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return typeof content === 'string' ? content : ''
  return content.flatMap((part: { text?: unknown }) => (typeof part.text === 'string' ? [part.text] : [])).join('\n')
}
