import { ApiError } from '../api-error.ts'
import type { ScenarioName } from '../scenarios.ts'

/** What goes wrong with one reply. */
export type Fault =
  | { kind: 'error'; error: ApiError }
  | { kind: 'html'; status: number }
  | { kind: 'reset' }
  | { kind: 'hang' }
  | { kind: 'truncate' }
  | { kind: 'mislabel' }

const MINUTE_LIMIT =
  'Rate limit reached for o3 in organization org-sandbox on tokens per min (TPM): Limit 30000, Used 29516, Requested 800. Please try again in 632ms. Visit https://platform.openai.com/account/rate-limits to learn more.'
const QUOTA =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.'
const SERVER_ERROR = 'The server had an error while processing your request. Sorry about that!'
const BAD_KEY = 'Incorrect API key provided: sk-sand****box1. You can find your API key at https://platform.openai.com/account/api-keys.'

export const serverError: Fault = failing({ status: 500, message: SERVER_ERROR, type: 'server_error' })
export const slowDown: Fault = failing({ status: 503, message: 'Slow Down', type: 'server_error', code: 'slow_down' })
export const badKey: Fault = failing({ status: 401, message: BAD_KEY, code: 'invalid_api_key' })
export const rateLimited: Fault = limited({ 'retry-after': '1' })

interface CreateFault {
  when: 'before' | 'after'
  fault: Fault
}

const before = (fault: Fault): CreateFault => ({ when: 'before', fault })
const after = (fault: Fault): CreateFault => ({ when: 'after', fault })
const refused = (parts: ConstructorParameters<typeof ApiError>[0]): CreateFault => before(failing(parts))

/** `before`: nothing is created. `after`: the response exists, and only the reply suffers. */
export const createFaults: Partial<Record<ScenarioName, CreateFault>> = {
  create_reset: before({ kind: 'reset' }),
  create_hang: before({ kind: 'hang' }),
  create_500: before(serverError),
  create_502_html: before({ kind: 'html', status: 502 }),
  create_503: before(slowDown),
  create_429: before(rateLimited),
  create_429_bare: before(limited({})),
  create_429_long: before(limited({ 'retry-after': '120' })),
  create_quota: refused({
    status: 429,
    message: QUOTA,
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    headers: { 'x-should-retry': 'false' },
  }),
  create_spend_limit: refused({
    status: 429,
    message: "The project's monthly spend limit has been reached.",
    type: 'insufficient_quota',
    code: 'project_spend_limit_exceeded',
  }),
  create_401: before(badKey),
  create_403: refused({
    status: 403,
    message: 'Country, region, or territory not supported',
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory',
  }),
  create_model_not_found: refused({
    status: 404,
    message: 'The model does not exist or you do not have access to it.',
    code: 'model_not_found',
  }),
  create_model_not_found_400: refused({
    status: 400,
    message: 'The requested model does not exist.',
    param: 'model',
    code: 'model_not_found',
  }),
  create_invalid_prompt: refused({
    status: 400,
    message: 'Invalid prompt: your prompt was flagged as potentially violating our usage policy.',
    code: 'invalid_prompt',
  }),
  create_eu_region: refused({
    status: 400,
    message: 'Cannot set background=True in EU region',
    param: 'background',
    code: 'unsupported_parameter',
  }),
  create_zdr_parent: refused({
    status: 400,
    message: 'Previous response cannot be used for this organization due to Zero Data Retention.',
    param: 'previous_response_id',
  }),
  create_conversation_locked: refused({
    status: 400,
    message: 'Another process is currently operating on this conversation. Please retry in a few seconds.',
    param: 'conversation',
    code: 'conversation_locked',
  }),
  create_reset_after: after({ kind: 'reset' }),
  create_hang_after: after({ kind: 'hang' }),
  create_500_after: after(serverError),
  create_truncated: after({ kind: 'truncate' }),
  create_mislabelled: after({ kind: 'mislabel' }),
}

export const retrieveFaults: Partial<Record<ScenarioName, Fault>> = {
  retrieve_401: badKey,
  retrieve_429: rateLimited,
  retrieve_500: serverError,
  retrieve_reset: { kind: 'reset' },
  retrieve_hang: { kind: 'hang' },
  retrieve_html: { kind: 'html', status: 200 },
}

/** These wait until there is a whole answer to spoil. */
export const finalRetrieveFaults: Partial<Record<ScenarioName, Fault>> = {
  retrieve_truncated: { kind: 'truncate' },
  retrieve_mislabelled: { kind: 'mislabel' },
}

export const contentFaults: Partial<Record<ScenarioName, Fault>> = {
  content_404: failing({ status: 404, message: 'Container file not found.' }),
  content_500: serverError,
  content_truncated: { kind: 'truncate' },
  content_reset: { kind: 'reset' },
}

function failing(parts: ConstructorParameters<typeof ApiError>[0]): Fault {
  return { kind: 'error', error: new ApiError(parts) }
}

function limited(headers: Record<string, string>): Fault {
  return failing({ status: 429, message: MINUTE_LIMIT, type: 'tokens', code: 'rate_limit_exceeded', headers })
}
