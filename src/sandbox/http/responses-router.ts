import { Router, type Request, type Response } from 'express'
import { ApiError, badRequest } from '../api-error.ts'
import { pageOf, readListQuery } from '../list-page.ts'
import { checkTools } from '../responses/check-tools.ts'
import { parseCreateRequest } from '../responses/create-request.ts'
import { createResponse } from '../responses/create-response.ts'
import { presentItem, presentResponse } from '../responses/present-response.ts'
import { streamResponse } from '../streaming/stream-response.ts'
import type { StoredResponse } from '../responses/stored-response.ts'
import { isFinal } from '../responses/wire.ts'
import { readScenario, type Scenario } from '../scenarios.ts'
import type { World } from '../world.ts'
import { createFaults, finalRetrieveFaults, retrieveFaults, serverError, type Fault } from './fault.ts'
import { playFault, replyJson, replyPayload, replySlowly } from './reply.ts'

const RESUMABLE_SECONDS = 300

export function createResponsesRouter(world: World): Router {
  const router = Router()
  router.post('/', async (req, res) => create(world, { req, res }))
  router.post('/input_tokens', (req, res) =>
    replyJson(res, { object: 'response.input_tokens', input_tokens: Math.ceil(JSON.stringify(req.body ?? '').length / 4) }),
  )
  router.get('/:id', async (req, res) => retrieve(world, { req, res }))
  router.post('/:id/cancel', async (req, res) => cancel(world, { req, res }))
  router.delete('/:id', (req, res) => remove(world, { req, res }))
  router.get('/:id/input_items', (req, res) => {
    const response = world.responses.get(req.params.id)
    const include = readInclude(req)
    const page = pageOf(response.inputItems, { query: readListQuery(req.query, { order: 'desc' }), idOf: (item) => String(item.id) })
    replyJson(res, { ...page, data: page.data.map((item) => presentItem(item, (value) => include.includes(value))) })
  })
  return router
}

interface Exchange {
  req: Request
  res: Response
}

async function create(world: World, { req, res }: Exchange): Promise<void> {
  const request = parseCreateRequest(req.body)
  const scenario = readScenario({ ...world.defaults.metadata, ...request.metadata })
  const job = request.metadata.longhaul_job ?? JSON.stringify(request.metadata)
  const struck = struckFault(scenario, {
    table: createFaults,
    strikes: (name) => world.strikes.take(`create ${job} ${name}`, scenario.n(name)),
  })
  if (struck?.when === 'before') return playFault(res, struck.fault)
  checkTools(request, world.containers)
  const response = createResponse(world, { request, scenario })
  world.countCreate(request.metadata.longhaul_job)
  const running = world.runner.start(response)
  world.activity.track(running)
  if (request.stream) return streamResponse(response, { res, after: -1 })
  await untilAnswerable({ world, response, running })
  await world.timers.sleep(scenario.n('create_late'))
  replyPayload(res, { body: presentResponse(response, { include: request.include }) }, struck?.fault)
}

async function untilAnswerable({
  world,
  response,
  running,
}: {
  world: World
  response: StoredResponse
  running: Promise<void>
}): Promise<void> {
  const { scenario, body } = response
  if (scenario.has('webhook_early')) return running
  if (scenario.has('create_foreground')) {
    while (body.status === 'queued') await response.changes.next()
    return
  }
  if (!body.background || scenario.has('create_final')) await world.runner.untilFinal(response)
}

async function retrieve(world: World, { req, res }: Exchange): Promise<void> {
  const response = world.responses.get(String(req.params.id))
  const { scenario, id } = response
  const final = isFinal(response.body.status)
  const strikes = (name: keyof typeof retrieveFaults): boolean => world.strikes.take(`retrieve ${id} ${name}`, scenario.n(name))
  if (strikes('retrieve_404_first') || (final && strikes('retrieve_404_final'))) throw gone(id)
  if (response.readsWhenFinal > 0 && strikes('retrieve_404_after_read')) throw gone(id)
  const fault = struckFault(scenario, { table: retrieveFaults, strikes })
  if (fault !== undefined) return playFault(res, fault)
  if (req.query.stream === 'true') return resume(world, { response, req, res })
  const include = readInclude(req)
  if (!final || strikes('retrieve_stale')) {
    const status = response.body.status === 'queued' ? 'queued' : 'in_progress'
    return replyPayload(res, { body: presentResponse(response, { include, status }) })
  }
  const payload = { body: presentResponse(response, { include }) }
  if (scenario.has('retrieve_slow')) await replySlowly(res, payload, { ms: scenario.n('retrieve_slow'), timers: world.timers })
  else {
    const spoilt = struckFault(scenario, { table: finalRetrieveFaults, strikes })
    replyPayload(res, payload, spoilt)
    if (spoilt !== undefined) return
  }
  response.readsWhenFinal += 1
}

async function resume({ clock }: World, { response, req, res }: Exchange & { response: StoredResponse }): Promise<void> {
  const refuse = (why: string): ApiError =>
    badRequest(`This response cannot be streamed because it was not created with ${why}=true.`, { param: 'stream' })
  if (!response.request.background) throw refuse('background')
  if (!response.request.stream) throw refuse('stream')
  if (clock.nowSeconds() - response.body.created_at > RESUMABLE_SECONDS) {
    throw badRequest('This response can no longer be streamed because it is more than 5 minutes old.', { param: 'stream' })
  }
  const after = req.query.starting_after === undefined ? -1 : Number(req.query.starting_after)
  await streamResponse(response, { res, after })
}

async function cancel(world: World, { req, res }: Exchange): Promise<void> {
  const response = world.responses.get(String(req.params.id))
  if (world.strikes.take(`cancel ${response.id}`, response.scenario.n('cancel_500'))) return playFault(res, serverError)
  await world.runner.cancel(response)
  const running = response.body.status === 'queued' || response.body.status === 'in_progress'
  replyPayload(res, { body: presentResponse(response, { include: [], ...(running ? { status: 'in_progress' } : {}) }) })
}

function remove(world: World, { req, res }: Exchange): void {
  const response = world.responses.get(String(req.params.id))
  if (world.strikes.take(`delete ${response.id}`, response.scenario.n('delete_500'))) return playFault(res, serverError)
  if (response.body.background && !isFinal(response.body.status)) throw badRequest('Cannot delete an in-flight response.')
  world.responses.remove(response.id)
  replyJson(res, { id: response.id, object: 'response', deleted: true })
}

/** The first fault of the table that was asked for and may still strike. */
function struckFault<F extends Fault | { fault: Fault }>(
  scenario: Scenario,
  { table, strikes }: { table: Partial<Record<Scenario['names'][number], F>>; strikes: (name: Scenario['names'][number]) => boolean },
): F | undefined {
  const name = scenario.names.find((each) => table[each] !== undefined && strikes(each))
  return name === undefined ? undefined : table[name]
}

function readInclude({ query }: Request): string[] {
  return [query.include, query['include[]']].flat().filter((value): value is string => typeof value === 'string')
}

function gone(id: string): ApiError {
  return new ApiError({ status: 404, message: `Response with id '${id}' not found.` })
}
