interface Counted {
  help: string
  /** Their values are of closed sets, or few (a model's name), and never an id. */
  labels: readonly string[]
}

/** Every counter. Each is served as `longhaul_<name>_total`. */
export const COUNTERS = {
  creates: { help: 'Creates sent to OpenAI, by what they came to.', labels: ['outcome', 'model'] },
  looks: { help: 'Looks at running responses, by what they came to.', labels: ['outcome'] },
  webhooks: { help: 'Webhooks from OpenAI: accepted, duplicate, or why they were refused.', labels: ['outcome'] },
  jobs_finished: { help: 'Jobs that came to an end.', labels: ['status'] },
  callback_attempts: { help: 'Attempts to send a callback, by what they came to.', labels: ['outcome'] },
  endpoints_disabled: { help: 'Endpoints that were disabled.', labels: ['reason'] },
  holds_opened: { help: 'Times that an account, or a model of one, was held back.', labels: ['reason'] },
  queue_jobs: { help: 'Runs of queue entries, by what they came to.', labels: ['name', 'outcome'] },
  http_requests: { help: 'Requests answered; `aborted` where the client left first.', labels: ['method', 'route', 'status'] },
} as const satisfies Record<string, Counted>
export type CounterName = keyof typeof COUNTERS

const BRIEF = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60]
const LONG = [0.05, 0.25, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400]

/** Every histogram, in seconds. Each is served as `longhaul_<name>`. */
export const HISTOGRAMS = {
  webhook_age_seconds: {
    help: 'How long ago a webhook was sent by OpenAI’s clock as it came, of all that were correctly signed; below 0 where ours is behind.',
    labels: [],
    buckets: [-300, -60, -10, -2, 0, 2, 10, 60, 300, 3_600],
  },
  job_seconds: { help: 'From the submission of a job to its end.', labels: ['status'], buckets: LONG },
  queue_wait_seconds: { help: 'From when an entry was due to its first run.', labels: ['name'], buckets: BRIEF },
  queue_run_seconds: { help: 'How long a run of an entry took.', labels: ['name'], buckets: LONG },
  http_request_seconds: {
    help: 'How long an answer took; a held `Prefer: wait` counts in full.',
    labels: ['method', 'route'],
    buckets: BRIEF,
  },
} as const satisfies Record<string, Counted & { buckets: readonly number[] }>
export type HistogramName = keyof typeof HISTOGRAMS

/** Every gauge, read when it is asked for. Each is served as `longhaul_<name>`. */
export const GAUGES = {
  jobs_open: { help: 'Jobs that are not final, counted up to 100,000.', labels: ['status'] },
  oldest_job_seconds: { help: 'How long the oldest job has been unfinished, of those that wait for nobody but us and OpenAI.', labels: [] },
  oldest_owed_seconds: { help: 'How long the most overdue step has been owed and not taken: 0 where none is.', labels: ['work'] },
  holds_open: { help: 'Accounts and models held back now.', labels: ['reason'] },
  queue_entries: { help: 'Entries in the queue.', labels: ['name', 'state'] },
  source_up: { help: '1 where what the other gauges are read from answered, else 0; its gauges are then left out.', labels: ['source'] },
} as const satisfies Record<string, Counted>
export type GaugeName = keyof typeof GAUGES

type Labels<Of extends Counted> = Record<Of['labels'][number], string>

export interface Meter {
  count<N extends CounterName>(name: N, labels: Labels<(typeof COUNTERS)[N]>): void
  observe<N extends HistogramName>(name: N, labels: Labels<(typeof HISTOGRAMS)[N]>, value: number): void
}

/** One value of a gauge. */
export type GaugeSample = { [N in GaugeName]: { name: N; labels: Labels<(typeof GAUGES)[N]>; value: number } }[GaugeName]
