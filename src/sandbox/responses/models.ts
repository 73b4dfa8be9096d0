interface KnownModel {
  snapshot: string
  shutdown: string | null
  /** Built-in tool calls that one response may make unless the request says otherwise. */
  maxToolCalls?: number
}

// A sample: any other name is accepted too and stays as it is.
const KNOWN: Readonly<Record<string, KnownModel>> = {
  'gpt-6.1-sol': { snapshot: 'gpt-6.1-sol', shutdown: null },
  'gpt-6-astra': { snapshot: 'gpt-6-astra', shutdown: null },
  'gpt-6-luna': { snapshot: 'gpt-6-luna', shutdown: null },
  'gpt-5.6-sol': { snapshot: 'gpt-5.6-sol', shutdown: null },
  'gpt-5.5': { snapshot: 'gpt-5.5-2026-04-23', shutdown: null },
  'gpt-5.5-pro': { snapshot: 'gpt-5.5-pro-2026-04-23', shutdown: null },
  'gpt-5.1': { snapshot: 'gpt-5.1-2025-11-13', shutdown: '2027-04-01' },
  'gpt-5': { snapshot: 'gpt-5-2025-08-07', shutdown: '2026-12-11' },
  'gpt-5-mini': { snapshot: 'gpt-5-mini-2025-08-07', shutdown: '2026-12-11' },
  'gpt-5-pro': { snapshot: 'gpt-5-pro-2025-10-06', shutdown: '2026-12-11' },
  'gpt-4.1': { snapshot: 'gpt-4.1-2025-04-14', shutdown: '2027-01-14' },
  'gpt-4.1-mini': { snapshot: 'gpt-4.1-mini-2025-04-14', shutdown: '2027-01-14' },
  'gpt-4o': { snapshot: 'gpt-4o-2024-08-06', shutdown: '2027-01-14' },
  'gpt-4o-mini': { snapshot: 'gpt-4o-mini-2024-07-18', shutdown: '2027-01-14' },
  o3: { snapshot: 'o3-2025-04-16', shutdown: '2026-12-11' },
  'o3-pro': { snapshot: 'o3-pro-2025-06-10', shutdown: '2026-12-11' },
  'o3-deep-research': { snapshot: 'o3-deep-research-2025-06-26', shutdown: '2026-07-23', maxToolCalls: 225 },
  'o4-mini-deep-research': { snapshot: 'o4-mini-deep-research-2025-06-26', shutdown: '2026-07-23', maxToolCalls: 225 },
}

export interface WireModel {
  id: string
  object: 'model'
  created: number
  owned_by: string
  shutdown_date: string | null
}

export function snapshotOf(model: string): string {
  return KNOWN[model]?.snapshot ?? model
}

export function defaultMaxToolCalls(model: string): number | null {
  return KNOWN[model]?.maxToolCalls ?? null
}

export function listModels(): WireModel[] {
  return Object.entries(KNOWN).flatMap(([alias, { snapshot, shutdown }]) =>
    [...new Set([alias, snapshot])].map((id) => wireModel(id, shutdown)),
  )
}

export function findModel(id: string): WireModel | undefined {
  return listModels().find((model) => model.id === id)
}

function wireModel(id: string, shutdown: string | null): WireModel {
  return { id, object: 'model', created: 1_744_000_000, owned_by: 'system', shutdown_date: shutdown }
}
