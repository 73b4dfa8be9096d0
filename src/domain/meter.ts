/** Every counter: what it counts, and its labels, whose values are of closed sets (never an id). */
export const COUNTERS = {
  creates: { help: 'Creates sent to OpenAI, by what they came to.', labels: ['outcome'] },
  looks: { help: 'Looks at running responses, by what they came to.', labels: ['outcome'] },
  webhooks: { help: 'Webhooks from OpenAI, by what was done with them.', labels: ['outcome'] },
  jobs_finished: { help: 'Jobs that came to an end.', labels: ['status'] },
  callback_attempts: { help: 'Attempts to send a callback, by what they came to.', labels: ['outcome'] },
  endpoints_disabled: { help: 'Endpoints that were disabled.', labels: ['reason'] },
  holds_opened: { help: 'Times that an account, or a model of one, was held back.', labels: ['reason'] },
} as const satisfies Record<string, { help: string; labels: readonly string[] }>
export type CounterName = keyof typeof COUNTERS
type LabelOf<N extends CounterName> = (typeof COUNTERS)[N]['labels'][number]

export interface Meter {
  count<N extends CounterName>(name: N, labels: Record<LabelOf<N>, string>): void
}
