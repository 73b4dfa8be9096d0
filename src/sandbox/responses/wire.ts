/** One item of an input or an output. Kept loose: the sandbox also says what no type allows. */
export interface Item {
  type: string
  [field: string]: unknown
}

export const STATUSES = ['queued', 'in_progress', 'completed', 'failed', 'incomplete', 'cancelled'] as const
export type ResponseStatus = (typeof STATUSES)[number]

export interface Usage {
  input_tokens: number
  input_tokens_details: { cached_tokens: number; cache_write_tokens: number }
  output_tokens: number
  output_tokens_details: { reasoning_tokens: number }
  total_tokens: number
}

/** The response as it goes over the wire. */
export interface WireResponse {
  id: string
  object: 'response'
  created_at: number
  status: ResponseStatus
  background: boolean
  completed_at: number | null
  error: { code: string; message: string } | null
  incomplete_details: { reason: string } | null
  metadata: Record<string, string>
  model: string
  output: Item[]
  usage: Usage | null
  [field: string]: unknown
}

export function isFinal(status: ResponseStatus): boolean {
  return status !== 'queued' && status !== 'in_progress'
}
