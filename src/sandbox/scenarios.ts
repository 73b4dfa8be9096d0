import { badRequest, type ApiError } from './api-error.ts'

export type Stage = 'create' | 'run' | 'answer' | 'retrieve' | 'cancel' | 'webhook' | 'container'

interface ScenarioDoc {
  at: Stage
  /** The default of N in `name:N`; what N counts is said in the doc. */
  n?: number
  doc: string
}

const always = Number.POSITIVE_INFINITY

/** Every behaviour a request can ask for by `metadata.sandbox_scenario`. */
export const scenarios = {
  create_reset: { at: 'create', n: 1, doc: 'The connection is reset before anything is created, N times per job.' },
  create_hang: { at: 'create', n: 1, doc: 'Nothing is created and nothing is answered, N times per job.' },
  create_500: { at: 'create', n: 1, doc: 'Answers 500 before anything is created, N times per job.' },
  create_502_html: { at: 'create', n: 1, doc: "A proxy's 502 with an HTML body; nothing is created, N times per job." },
  create_503: { at: 'create', n: 1, doc: 'Answers 503 "Slow Down" before anything is created, N times per job.' },
  create_429: { at: 'create', n: 1, doc: 'Rate limited with retry-after 1, N times per job.' },
  create_429_bare: { at: 'create', n: 1, doc: 'Rate limited without a retry-after, N times per job.' },
  create_429_long: { at: 'create', n: 1, doc: 'Rate limited with retry-after 120, N times per job.' },
  create_quota: { at: 'create', n: always, doc: 'Answers 429 insufficient_quota, with x-should-retry false.' },
  create_spend_limit: { at: 'create', n: always, doc: "Answers 429: the project's hard spend limit is reached." },
  create_401: { at: 'create', n: always, doc: 'The key is refused: 401 invalid_api_key.' },
  create_403: { at: 'create', n: always, doc: 'Answers 403: country, region or territory not supported.' },
  create_model_not_found: { at: 'create', n: always, doc: 'Answers 404 model_not_found.' },
  create_model_not_found_400: { at: 'create', n: always, doc: 'Answers 400 model_not_found, as the Responses API words it.' },
  create_invalid_prompt: { at: 'create', n: always, doc: 'Answers 400 invalid_prompt: flagged by the usage policy.' },
  create_eu_region: { at: 'create', n: always, doc: 'Answers 400: background is not allowed in the EU region.' },
  create_zdr_parent: { at: 'create', n: always, doc: 'Answers 400: the previous response is out of reach under zero data retention.' },
  create_conversation_locked: { at: 'create', n: 1, doc: 'Answers 400 conversation_locked, which may be tried again, N times per job.' },
  create_late: { at: 'create', n: 1_500, doc: 'Created at once, answered after N milliseconds.' },
  create_reset_after: { at: 'create', n: 1, doc: 'Created, then the connection is dropped without an answer, N times per job.' },
  create_hang_after: { at: 'create', n: 1, doc: 'Created, and never answered, N times per job.' },
  create_500_after: { at: 'create', n: 1, doc: 'Created, and answered with 500, N times per job.' },
  create_truncated: { at: 'create', n: 1, doc: 'Created; the answer breaks off half way, N times per job.' },
  create_mislabelled: { at: 'create', n: 1, doc: 'Created; the JSON answer is labelled text/html, N times per job.' },
  create_final: { at: 'create', doc: 'The response is already final in the answer to the create.' },
  create_foreground: { at: 'create', doc: 'A create that is not background is answered while still in_progress.' },

  stuck_queued: { at: 'run', doc: 'Stays queued for ever; can be cancelled.' },
  stuck_in_progress: { at: 'run', doc: 'Stays in_progress for ever; can be cancelled.' },
  partial_output: { at: 'run', doc: 'Shows a first reasoning item and a half-written message while in_progress.' },
  fail_server_error: { at: 'run', doc: 'Ends failed with server_error.' },
  fail_internal: { at: 'run', doc: 'Ends failed with server_error and an internal wfr_ id in the message.' },
  fail_rate_limit: { at: 'run', doc: 'Ends failed with rate_limit_exceeded in the middle of the run.' },
  fail_quota: { at: 'run', doc: 'Created with 200, then failed with insufficient_quota.' },
  fail_content_policy: { at: 'run', doc: 'Ends failed with image_content_policy_violation.' },
  fail_invalid_prompt: { at: 'run', doc: 'Ends failed with invalid_prompt.' },
  fail_bio_policy: { at: 'run', doc: 'Ends failed with bio_policy.' },
  fail_vector_store: { at: 'run', doc: 'Ends failed with vector_store_timeout.' },
  fail: { at: 'run', doc: 'Ends failed with metadata sandbox_error_code and sandbox_error_message.' },
  fail_partial: { at: 'run', doc: 'Ends failed with server_error, keeping the items made so far.' },
  incomplete: { at: 'run', doc: 'Ends incomplete (max_output_tokens) with half the text.' },
  incomplete_empty: { at: 'run', doc: 'Ends incomplete with nothing visible and the full cost.' },
  incomplete_content_filter: { at: 'run', doc: 'Ends incomplete because of content_filter.' },
  incomplete_unknown_reason: { at: 'run', doc: 'Ends incomplete for a reason that no list names.' },
  cancelled_upstream: { at: 'run', doc: 'Ends cancelled though nobody asked.' },

  refusal: { at: 'answer', doc: 'Completed with a refusal and nothing else.' },
  function_call: { at: 'answer', doc: 'Completed with N unanswered function calls.', n: 1 },
  custom_tool_call: { at: 'answer', doc: 'Completed with an unanswered custom tool call.' },
  computer_call: { at: 'answer', doc: 'Completed with an unanswered computer call.' },
  local_shell_call: { at: 'answer', doc: 'Completed with an unanswered local shell call.' },
  mcp_approval: { at: 'answer', doc: 'Completed with an MCP tool list and an approval request.' },
  mcp_errors: { at: 'answer', doc: 'MCP calls that failed: error as an object, and as the string of older days.' },
  empty_output: { at: 'answer', doc: 'Completed with an empty output.' },
  usage_missing: { at: 'answer', doc: 'Completed with usage null and no tool_usage.' },
  unknown_item: { at: 'answer', doc: 'Items of a type nobody knows stand among the others.' },
  empty_action: { at: 'answer', n: 12, doc: 'N web_search_call items with an empty or missing action.' },
  null_url: { at: 'answer', doc: 'open_page with url null, and a source of type api.' },
  citations_odd: { at: 'answer', doc: 'Citations without type, out of range, 0/0, or with index null.' },
  text_odd: { at: 'answer', doc: 'Text with NUL, a lone surrogate, right-to-left marks, emoji and markup.' },
  big_integer: { at: 'answer', doc: 'An unknown field holds an integer beyond 2^53.' },
  text_huge: { at: 'answer', n: 2_000_000, doc: 'A message of N characters.' },
  images: { at: 'answer', n: 3, doc: 'N image items instead of one.' },
  image_generating: { at: 'answer', doc: 'The image item still says generating though its result is whole.' },
  image_moderation_blocked: { at: 'answer', doc: 'An image item with result null and error moderation_blocked.' },
  image_failed: { at: 'answer', doc: 'An image item with status failed and result null.' },
  image_broken_base64: { at: 'answer', doc: 'The result is not base64.' },
  image_dirty_base64: { at: 'answer', doc: 'A good picture, but with line breaks inside the base64.' },
  image_not_an_image: { at: 'answer', doc: 'The result is base64 of plain text.' },
  image_svg_lie: { at: 'answer', doc: 'An SVG with a script, while output_format says png.' },
  image_gif_lie: { at: 'answer', doc: 'A GIF, while output_format says png.' },
  image_huge: { at: 'answer', n: 24_000_000, doc: 'A real PNG of N bytes.' },
  files_many: { at: 'answer', n: 45, doc: 'Code interpreter leaves N files, more than one page of the list.' },
  file_names_odd: { at: 'answer', doc: 'Files named with dots and slashes, unicode, duplicates and blanks.' },
  file_link_made_up: { at: 'answer', doc: 'The text links to a sandbox: file that does not exist.' },
  file_huge: { at: 'answer', n: 24_000_000, doc: 'One cited container file of N bytes.' },
  include_needs_both: { at: 'answer', doc: 'include counts only when given on the create and on the retrieve.' },

  retrieve_404_first: { at: 'retrieve', n: 2, doc: 'The first N retrieves answer 404.' },
  retrieve_404_final: { at: 'retrieve', n: always, doc: 'Once final, retrieves answer 404: the result expired before it was read.' },
  retrieve_404_after_read: { at: 'retrieve', n: always, doc: 'Once read as final, later retrieves answer 404.' },
  retrieve_stale: { at: 'retrieve', n: 2, doc: 'The first N retrieves of the final response still say in_progress.' },
  retrieve_401: { at: 'retrieve', n: always, doc: 'Retrieves answer 401: the key was revoked.' },
  retrieve_429: { at: 'retrieve', n: 2, doc: 'The first N retrieves are rate limited, retry-after 1.' },
  retrieve_500: { at: 'retrieve', n: 2, doc: 'The first N retrieves answer 500.' },
  retrieve_reset: { at: 'retrieve', n: 2, doc: 'The first N retrieves end in a connection reset.' },
  retrieve_hang: { at: 'retrieve', n: 1, doc: 'The first N retrieves are never answered.' },
  retrieve_truncated: { at: 'retrieve', n: 1, doc: 'The first N answers of the final response break off half way.' },
  retrieve_mislabelled: { at: 'retrieve', n: 1, doc: 'The first N answers of the final response are labelled text/html.' },
  retrieve_html: { at: 'retrieve', n: 1, doc: 'The first N retrieves answer 200 with an HTML page.' },
  retrieve_slow: { at: 'retrieve', n: 800, doc: 'The body of the final response trickles over N milliseconds.' },

  cancel_race: { at: 'cancel', doc: 'Cancel answers in_progress, and the run completes all the same.' },
  cancel_then_completed: { at: 'cancel', doc: 'Cancel answers cancelled, yet later retrieves say completed, and both events are sent.' },
  cancel_slow: { at: 'cancel', n: 1_000, doc: 'Cancel answers in_progress; it is cancelled N milliseconds later.' },
  cancel_400: { at: 'cancel', doc: 'Cancelling a final response is a 400 and not a 200.' },
  cancel_500: { at: 'cancel', n: 1, doc: 'The first N cancels answer 500 and cancel nothing.' },
  delete_500: { at: 'cancel', n: 1, doc: 'The first N deletes answer 500 and delete nothing.' },

  webhook_none: { at: 'webhook', doc: 'No true webhook is sent.' },
  webhook_duplicate: { at: 'webhook', n: 2, doc: 'The same delivery arrives N times, with one webhook-id.' },
  webhook_copy: { at: 'webhook', doc: 'A second delivery of the event under another webhook-id, as from two endpoints.' },
  webhook_early: { at: 'webhook', doc: "The response ends and its event is delivered before the create's answer." },
  webhook_late: { at: 'webhook', n: 1_500, doc: 'The event comes N milliseconds late, with a fresh timestamp.' },
  webhook_out_of_order: { at: 'webhook', n: 3_000, doc: 'The event waits until a later one was delivered, at most N milliseconds.' },
  webhook_wrong_type: { at: 'webhook', doc: 'The event says the opposite: failed for completed, completed for anything else.' },
  webhook_stale: { at: 'webhook', doc: 'A copy stamped ten minutes ago comes before the true one.' },
  webhook_future: { at: 'webhook', doc: 'A copy stamped ten minutes ahead comes before the true one.' },
  webhook_forged: { at: 'webhook', doc: 'A copy signed with another secret comes before the true one.' },
  webhook_unsigned: { at: 'webhook', doc: 'A copy without the three headers comes before the true one.' },
  webhook_two_signatures: { at: 'webhook', doc: 'The signature header holds two signatures, the right one last.' },
  webhook_unknown_type: { at: 'webhook', doc: 'An event of an unknown type about this response comes before the true one.' },
  webhook_foreign: { at: 'webhook', doc: 'An event about a response that retrieve does not know comes before the true one.' },
  webhook_not_json: { at: 'webhook', doc: 'A well signed body that is not JSON comes before the true one.' },
  webhook_huge: { at: 'webhook', n: 1_000_000, doc: 'A well signed event of N bytes comes before the true one.' },

  container_expired: { at: 'container', doc: 'The container has expired by the time the response is final.' },
  container_gone: { at: 'container', doc: 'The container was deleted by the time the response is final.' },
  container_list_500: { at: 'container', n: 2, doc: 'The first N lists of the files answer 500.' },
  content_404: { at: 'container', n: always, doc: 'The content of every file answers 404.' },
  content_500: { at: 'container', n: 2, doc: 'The first N contents of each file answer 500.' },
  content_slow: { at: 'container', n: 800, doc: 'The content trickles over N milliseconds.' },
  content_truncated: { at: 'container', n: 1, doc: 'The first N contents of each file break off half way.' },
  content_reset: { at: 'container', n: 1, doc: 'The first N contents of each file end in a reset.' },
} as const satisfies Record<string, ScenarioDoc>

export type ScenarioName = keyof typeof scenarios

export interface Scenario {
  names: readonly ScenarioName[]
  has(name: ScenarioName): boolean
  /** N of the scenario, or 0 when it was not asked for. */
  n(name: ScenarioName): number
  /** A `sandbox_…` number of the metadata. */
  number(key: string, fallback: number): number
  text(key: string, fallback: string): string
}

export function readScenario(metadata: Readonly<Record<string, string>>): Scenario {
  const asked = new Map<ScenarioName, number>()
  for (const part of (metadata.sandbox_scenario ?? '').split(',')) {
    const [name = '', count] = part.trim().split(':')
    if (name === '') continue
    if (!isScenario(name)) throw refused(`Unknown sandbox scenario '${name}'; docs/sandbox.md lists them.`)
    asked.set(name, count === undefined ? defaultOf(name) : readCount(count))
  }
  return {
    names: [...asked.keys()],
    has: (name) => asked.has(name),
    n: (name) => asked.get(name) ?? 0,
    number: (key, fallback) => (metadata[key] === undefined ? fallback : Number(metadata[key])),
    text: (key, fallback) => metadata[key] ?? fallback,
  }
}

function isScenario(name: string): name is ScenarioName {
  return Object.hasOwn(scenarios, name)
}

function readCount(text: string): number {
  if (text === 'always') return always
  if (/^\d+$/.test(text)) return Number(text)
  throw refused(`'${text}' is neither a whole number nor 'always'.`)
}

function refused(why: string): ApiError {
  return badRequest(why, { param: 'metadata.sandbox_scenario', code: 'sandbox_scenario' })
}

function defaultOf(name: ScenarioName): number {
  const entry: ScenarioDoc = scenarios[name]
  return entry.n ?? 1
}
