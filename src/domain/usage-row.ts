/** What one turn used and cost. Outlives its job: what was paid stays told. */
export interface UsageRow {
  turnId: string
  jobId: string
  tenantId: string
  keyId: string | null
  account: string
  /** As OpenAI resolved it. */
  model: string
  serviceTier: string | null
  labels: Record<string, string>
  inputTokens: number
  cachedTokens: number
  cacheWriteTokens: number
  outputTokens: number
  reasoningTokens: number
  imageInputTokens: number
  imageOutputTokens: number
  webSearches: number
  fileSearches: number
  containers: number
  /** Millionths of a dollar; null when the model has no known price. Never 0 for not known. */
  costMicroUsd: number | null
  /** Some part is a best guess. */
  estimated: boolean
  /** Version of the price table. */
  prices: string
  createdAt: Date
}
