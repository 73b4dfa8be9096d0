import { newId } from '../ids.ts'

export interface WebhookEvent {
  id: string
  object: 'event'
  created_at: number
  type: string
  data: Record<string, unknown>
}

export function newEvent(type: string, data: Record<string, unknown>): WebhookEvent {
  return { id: newId('evt'), object: 'event', created_at: Math.floor(Date.now() / 1000), type, data }
}

/** JSON with a space after each colon and comma, as OpenAI sends it: who signs a re-serialised body fails. */
export function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((each) => spacedJson(each)).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}: ${spacedJson(field)}`).join(', ')}}`
}
