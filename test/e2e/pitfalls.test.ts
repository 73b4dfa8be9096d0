import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Body } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { requests } from '../support/requests.ts'
import { startSetup } from '../support/setups.ts'
import type { SetupHost } from '../support/setups.ts'
import { startTestApp } from '../support/start-app.ts'
import type { TestApp } from '../support/start-app.ts'

type Kind = keyof typeof requests
type Check = (job: Body) => void | Promise<void>

const failed = (code: string, retryable: boolean): object => ({ status: 'failed', error: { code, retryable } })
const incomplete = (reason: string): object => ({ status: 'incomplete', incomplete_details: { reason }, error: null })
const COMPLETED = { status: 'completed', error: null }

/** What OpenAI does, as a sandbox scenario, and the job that comes of it. */
const cases: [name: string, kind: Kind, scenario: string, expected: object, check?: Check][] = [
  [
    'a create that was taken and answered with 500 is found again by its webhook, and is no second one',
    'text',
    'create_500_after',
    COMPLETED,
  ],
  ['a create whose answer is labelled as a page is read or found again, and is no second one', 'text', 'create_mislabelled', COMPLETED],
  [
    'a project that may not run in the background fails its job with what OpenAI said, unsent',
    'text',
    'create_eu_region',
    failed('invalid_request', false),
  ],
  ['a model that is gone fails its job at once and for good', 'text', 'create_model_not_found', failed('model_not_found', false)],
  ['a conversation that is locked is waited for, and the job is sent again', 'text', 'create_conversation_locked', COMPLETED, waited],
  ['a response that is final or still running in the answer to its create is followed by its status', 'text', 'create_final', COMPLETED],
  ['a response that runs though nobody asked for the background is followed by its status', 'text', 'create_foreground', COMPLETED],
  [
    'a model is asked for by its alias, and what ran is told beside it',
    'text',
    'partial_output',
    { ...COMPLETED, model: 'gpt-5.5' },
    ({ turns }) => expect(turns).toMatchObject([{ model: expect.stringMatching(/^gpt-5\.5-20\d\d-/) }]),
  ],
  ['an internal fault with a wfr_ id is told as one of OpenAI, with its words', 'text', 'fail_internal', failed('upstream_error', true)],
  [
    'a policy that stops one end user is a failure for good, not a fault to retry',
    'text',
    'fail_bio_policy',
    failed('content_policy', false),
  ],
  ['retrieves that break off end no job and create nothing', 'text', 'retrieve_reset:2', COMPLETED],
  ['retrieves that answer with a page end no job and create nothing', 'text', 'retrieve_html:1', COMPLETED],
  [
    'thinking that ate all the tokens is incomplete with nothing to show, and is billed',
    'text',
    'incomplete_empty',
    { ...incomplete('max_output_tokens'), output_text: '' },
    ({ cost_usd: cost, usage }) => {
      expect(usage.output_tokens).toBeGreaterThan(0)
      expect(cost).toBeGreaterThan(0)
    },
  ],
  [
    'incomplete for a reason that no list names is incomplete, with that reason',
    'text',
    'incomplete_unknown_reason',
    incomplete('steered'),
  ],
  ['completed with an empty output is completed', 'text', 'empty_output', { ...COMPLETED, output_text: '', artifacts: [] }],
  ['completed with a refusal alone has its words', 'text', 'refusal', { ...COMPLETED, refusal: expect.stringContaining('sorry') }],
  [
    'completed with an approval that nobody gave requires action',
    'text',
    'mcp_approval',
    { status: 'requires_action', required_action: { approvals: [{ approval_request_id: expect.stringMatching(/^mcpr_/) }] } },
  ],
  [
    'a picture that still says generating is kept whole',
    'image',
    'image_generating',
    { ...COMPLETED, artifacts: [{ status: 'stored', content_type: 'image/png', width: 256 }] },
  ],
  [
    'dozens of searches without an action are items like any other',
    'research',
    'empty_action:12',
    COMPLETED,
    async ({ id }) => expect((await itemsOf(id)).counts.web_search_call).toBeGreaterThanOrEqual(12),
  ],
  ['a page without an address and a source of another type fail no finished job', 'research', 'null_url', COMPLETED],
  [
    'items of a type that nobody knows are kept and counted',
    'text',
    'unknown_item',
    COMPLETED,
    async ({ id }) => expect((await itemsOf(id)).unknown).toBeGreaterThan(0),
  ],
  ['errors of tools are read as text and as objects', 'text', 'mcp_errors', COMPLETED],
  ['citations out of range, 0/0 or without a type point into the text or nowhere', 'research', 'citations_odd', COMPLETED, citationsFit],
  ['a picture of many megabytes is an object in the store, and a line in the response', 'image', 'image_huge:6000000', COMPLETED, isNoRow],
  ['a picture that is no base64 stays in the response as it came', 'image', 'image_broken_base64', { ...COMPLETED, artifacts: [] }],
  [
    'base64 with dirt in it is a failed artifact, not a broken picture',
    'image',
    'image_dirty_base64',
    { ...COMPLETED, artifacts: [{ status: 'failed' }] },
  ],
  ['a picture that is base64 of something else makes no picture', 'image', 'image_not_an_image', { ...COMPLETED, artifacts: [] }],
  ['an SVG with a script that calls itself PNG is a download that runs nothing', 'image', 'image_svg_lie', COMPLETED, neverShown],
  [
    'a picture that moderation held back is a blocked artifact of a completed job',
    'image',
    'image_moderation_blocked',
    { ...COMPLETED, artifacts: [{ status: 'blocked' }] },
  ],
  [
    'files of a container that died are expired, and the job completes with the rest',
    'code',
    'container_expired',
    COMPLETED,
    ({ artifacts }) => expect(new Set(artifacts.map(({ status }: Body) => status))).toEqual(new Set(['expired', 'stored'])),
  ],
  [
    'a link to a file that was made up makes no file, and the listed ones are kept uncited',
    'code',
    'file_link_made_up',
    COMPLETED,
    ({ artifacts, output_text: text }) => {
      expect(text).toContain('sandbox:')
      expect(artifacts.map(({ filename }: Body) => filename)).toContain('notes.json')
    },
  ],
  ['names that a model gave its files are names, and never a path or a key', 'code', 'file_names_odd', COMPLETED, namesAreNames],
  ['usage that is missing costs an unknown sum, never nothing', 'text', 'usage_missing', { ...COMPLETED, usage: null, cost_usd: null }],
]

let host: SetupHost
let here: TestApp
let ids: Map<string, string>

beforeAll(async () => {
  host = await startSetup('embedded')
  here = await startTestApp(host)
  ids = new Map(
    await Promise.all(
      cases.map(async ([name, kind, scenario]) => {
        const { id } = await here.api.submit({ request: requests[kind]({ sandbox_scenario: scenario }) })
        return [name, id as string] as const
      }),
    ),
  )
}, 120_000)
afterAll(async () => {
  for (const part of [here, host]) await part?.[Symbol.asyncDispose]()
})

describe('through the whole service', () => {
  test.each(cases)('%s', async (name, _kind, _scenario, expected, check) => {
    const id = ids.get(name) ?? ''
    const job = await here.api.settled(id)
    expect(job).toMatchObject(expected)
    expect(here.sandbox.state.createsFor(id)).toBe(job.response_id === null ? 0 : 1)
    await check?.(job)
  })

  async function cancelled(scenario: string): Promise<Body> {
    const metadata = { sandbox_scenario: scenario, sandbox_delay_ms: '1000', sandbox_queue_ms: '0' }
    const { id } = await here.api.submit({ request: requests.image(metadata) })
    const { response_id: responseId } = await here.api.settled(id, ['in_progress'])
    expect((await here.api.call(`/v1/jobs/${id}/cancel`, { method: 'POST' })).status).toBe(200)
    await eventually(() => (here.sandbox.state.responses.get(responseId)?.body.status === 'completed' ? true : undefined))
    return here.api.settled(id)
  }

  test('a response that completes though its cancel was under way is completed', async () => {
    expect(await cancelled('cancel_race')).toMatchObject({ status: 'completed', artifacts: [{ status: 'stored' }] })
  })

  test('a response that says cancelled and then completed ends its job once, and that stays', async () => {
    const { id, status, response_id: responseId } = await cancelled('cancel_then_completed')
    expect(['cancelled', 'completed']).toContain(status)
    await eventually(async () => {
      const { data } = (await here.api.call('/v1/inbox?limit=100')).body
      const handled = data.filter((one: Body) => one.response_id === responseId && one.outcome === 'handled')
      return handled.some((one: Body) => one.event_type === 'response.completed') ? true : undefined
    })
    expect((await here.api.call(`/v1/jobs/${id}`)).body.status).toBe(status)
    const types: string[] = (await here.api.call(`/v1/jobs/${id}/events`)).body.data.map(({ type }: Body) => type)
    expect(types.filter((type) => ['job.cancelled', 'job.completed'].includes(type))).toEqual([`job.${status}`])
  })
})

async function itemsOf(id: string): Promise<Body> {
  return (await here.api.call(`/v1/jobs/${id}/items`)).body
}

function waited({ turns }: Body): void {
  expect(turns).toMatchObject([{ submit_attempts: 2 }])
}

async function isNoRow({ id, response_id: responseId, artifacts }: Body): Promise<void> {
  const [truth] = here.sandbox.state.artifacts.get(responseId) ?? []
  expect(artifacts).toMatchObject([{ status: 'stored', bytes: 6_000_000, sha256: truth?.sha256 }])
  const [turn] = await here.app.context.store.turns.listForJob(id)
  const result = await here.app.context.store.results.getForTurn(turn?.id ?? '')
  expect(result?.body.length).toBeLessThan(10_000)
}

function citationsFit({ citations, output_text: text }: Body): void {
  expect(citations.length).toBeGreaterThan(0)
  for (const { start_index: start, end_index: end } of citations) {
    if (start === null) continue
    expect(start).toBeGreaterThanOrEqual(0)
    expect(start).toBeLessThanOrEqual(text.length)
    expect(end).toBeGreaterThanOrEqual(0)
    expect(end).toBeLessThanOrEqual(text.length)
  }
}

async function neverShown({ artifacts }: Body): Promise<void> {
  expect(artifacts).toHaveLength(1)
  const { headers } = await here.api.bytes(`/v1/artifacts/${artifacts[0].id}/content`)
  expect(headers.get('content-disposition')).toMatch(/^attachment/)
  expect(headers.get('content-security-policy')).toContain('sandbox')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
}

async function namesAreNames({ id, artifacts }: Body): Promise<void> {
  const files = artifacts.filter(({ kind }: Body) => kind === 'file')
  expect(files.length).toBeGreaterThan(5)
  for (const { filename, status } of files) {
    expect(status).toBe('stored')
    // oxlint-disable-next-line no-control-regex
    expect(filename).not.toMatch(/[/\\\u0000-\u001f]/)
  }
  const keys = await eventually(() => Array.fromAsync(here.app.context.objects.list(`ten_default/${id}/`)))
  for (const { key } of keys) expect(key).toMatch(/^ten_default\/job_\w+\/art_\w+\.\w+$/)
}
