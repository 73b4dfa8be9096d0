import { newId } from '../ids.ts'
import { createDice, type Dice } from '../pictures/dice.ts'
import type { Item } from '../responses/wire.ts'
import type { AnswerContext } from './answer-context.ts'
import { reasoningItem, type MessageDraft } from './message-draft.ts'
import { writeReport, type Source } from './research-report.ts'

const PUBLISHERS = ['example.org', 'example.com', 'example.net', 'research.example.org', 'data.example.com', 'news.example.net'] as const
const KINDS = [
  'survey',
  'field report',
  'market review',
  'standards note',
  'case study',
  'annual review',
  'open data set',
  'interview',
] as const
/** The reasoning and search items of a research run, and its report written into the message. */
export function researchAnswer(context: AnswerContext, message: MessageDraft): Item[] {
  const topic = topicOf(context.prompt)
  const dice = createDice(`research ${context.seed} ${context.prompt}`)
  const sources = sourcesFor(topic, dice)
  writeReport(message, { topic, sources, dice })
  const items = searchItems(topic, { sources, dice })
  const { scenario } = context.response
  if (scenario.has('null_url')) items.push(webSearch({ type: 'open_page', url: null }), apiSourceSearch(topic))
  for (let n = scenario.n('empty_action'); n > 0; n -= 1) items.push(emptySearch(n))
  return items
}

export function topicOf(prompt: string): string {
  const line = prompt.split('\n')[0]?.trim() ?? prompt
  return line.length > 90 ? `${line.slice(0, 87)}…` : line
}

function sourcesFor(topic: string, dice: Dice): Source[] {
  const slug =
    topic
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 48) || 'topic'
  return Array.from({ length: 8 }, (_, index) => {
    const kind = KINDS[index % KINDS.length] ?? KINDS[0]
    return {
      url: `https://${dice.pick(PUBLISHERS)}/${kind.replaceAll(' ', '-')}/${slug}-${2_020 + dice.whole(0, 6)}`,
      title: `${topic}: ${kind}`,
    }
  })
}

function searchItems(topic: string, { sources, dice }: { sources: readonly Source[]; dice: Dice }): Item[] {
  const [first, second, third] = [sources.slice(0, 3), sources.slice(3, 6), sources.slice(6)]
  const items = [reasoningItem([`Breaking "${topic}" into questions that can be checked.`])]
  for (const [index, found] of [first, second, third].entries()) {
    const query = `${topic} ${['overview', 'figures', 'critique'][index] ?? ''}`.trim()
    items.push(webSearch({ type: 'search', query, queries: [query], sources: found.map(({ url }) => ({ type: 'url', url })) }))
    const [page] = found
    if (page === undefined) continue
    items.push(webSearch({ type: 'open_page', url: page.url }))
    if (dice.whole(0, 1) === 1 || index === 0) items.push(webSearch({ type: 'find_in_page', url: page.url, pattern: 'per cent' }))
    items.push(reasoningItem([`Weighing what ${page.title} says against the others.`]))
  }
  return items
}

function webSearch(action: Item | undefined): Item {
  return { id: newId('ws'), type: 'web_search_call', status: 'completed', ...(action === undefined ? {} : { action }) }
}

function apiSourceSearch(topic: string): Item {
  return webSearch({ type: 'search', queries: [topic], sources: [{ type: 'api', name: 'oai-finance' }] })
}

function emptySearch(n: number): Item {
  return n % 2 === 0 ? webSearch(undefined) : { ...webSearch(undefined), action: {} }
}
