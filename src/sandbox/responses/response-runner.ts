import type { Activity } from '../activity.ts'
import type { AnswerDeps } from '../answers/answer-context.ts'
import { composeAnswer, type Answer } from '../answers/compose-answer.ts'
import { badRequest } from '../api-error.ts'
import type { Clock } from '../clock.ts'
import type { Timers } from '../timers.ts'
import type { Announcer } from '../webhooks/announce.ts'
import type { ResponseStore } from './response-store.ts'
import { outcomeOf, partialOutput } from './outcome.ts'
import type { StoredResponse } from './stored-response.ts'
import { isFinal, type WireResponse } from './wire.ts'

export interface ResponseRunner {
  /** Resolves when the response is final and its event has been sent once, or is stuck for ever. */
  start(response: StoredResponse): Promise<void>
  /** Ends the response now, however long it would have taken. */
  finish(response: StoredResponse): Promise<void>
  /** Throws OpenAI's 400 where a response cannot be cancelled. */
  cancel(response: StoredResponse): Promise<void>
  untilFinal(response: StoredResponse): Promise<void>
}

export interface RunnerDeps {
  timers: Timers
  activity: Activity
  clock: Clock
  announcer: Announcer
  answers: AnswerDeps
  responses: ResponseStore
  defaultDelayMs: number
}

export function createResponseRunner({
  timers,
  activity,
  clock,
  announcer,
  answers,
  responses,
  defaultDelayMs,
}: RunnerDeps): ResponseRunner {
  function change(response: StoredResponse, fields: Partial<WireResponse>): void {
    Object.assign(response.body, fields)
    if (isFinal(response.body.status)) {
      response.finalAtMs = clock.nowMs()
      response.body.completed_at = response.body.status === 'completed' ? clock.nowSeconds() : null
      // What was asked may be `auto`; what is told in the end is the tier that served it.
      if (response.body.service_tier === 'auto') response.body.service_tier = 'default'
    }
    response.changes.fire()
  }

  async function compose(response: StoredResponse): Promise<Partial<WireResponse>> {
    const nothing: Answer = { output: [], usage: null, toolUsage: undefined }
    try {
      return outcomeOf(response, await composeAnswer(answers, response))
    } catch (error) {
      return { ...outcomeOf(response, nothing), status: 'failed', error: { code: 'server_error', message: String(error) } }
    }
  }

  async function end(response: StoredResponse, fields: Partial<WireResponse>): Promise<void> {
    change(response, fields)
    responses.weigh(response)
    const { containerId, scenario } = response
    if (containerId !== undefined && scenario.has('container_expired')) answers.containers.expire(containerId)
    if (containerId !== undefined && scenario.has('container_gone')) answers.containers.forget(containerId)
    if (response.body.background) await announcer.announce(response)
  }

  async function start(response: StoredResponse): Promise<void> {
    const { scenario, hurry, body } = response
    if (scenario.has('stuck_queued')) return
    const atOnce = scenario.has('create_final') || scenario.has('webhook_early')
    const total = atOnce ? 0 : scenario.number('sandbox_delay_ms', defaultDelayMs)
    const queued = Math.min(total, scenario.number('sandbox_queue_ms', Math.min(total * 0.2, 1_000)))
    await timers.sleep(queued, hurry.signal)
    if (isFinal(body.status) || timers.closed) return
    change(response, { status: 'in_progress', output: scenario.has('partial_output') ? partialOutput() : [] })
    if (scenario.has('stuck_in_progress')) return
    const [outcome] = await Promise.all([compose(response), timers.sleep(total - queued, hurry.signal)])
    if (isFinal(body.status) || timers.closed) return
    await end(response, outcome)
  }

  async function cancel(response: StoredResponse): Promise<void> {
    const { body, scenario } = response
    if (!body.background) throw badRequest('Cannot cancel a synchronous response.')
    if (isFinal(body.status)) {
      if (scenario.has('cancel_400') && body.status !== 'cancelled')
        throw badRequest(`Cannot cancel ${body.status === 'incomplete' ? 'an' : 'a'} ${body.status} response.`)
      return
    }
    const stop = async (): Promise<void> => {
      if (isFinal(body.status)) return
      const ended = end(response, { status: 'cancelled', output: [], usage: null })
      response.hurry.abort()
      await ended
    }
    if (scenario.has('cancel_race')) activity.track(finish(response))
    else if (scenario.has('cancel_slow')) activity.track(timers.sleep(scenario.n('cancel_slow')).then(stop))
    else if (scenario.has('cancel_then_completed')) activity.track(stop().then(async () => end(response, await compose(response))))
    else activity.track(stop())
  }

  async function finish(response: StoredResponse): Promise<void> {
    if (isFinal(response.body.status)) return
    const stuck = response.scenario.has('stuck_queued') || response.scenario.has('stuck_in_progress')
    if (!stuck) return response.hurry.abort()
    change(response, { status: 'in_progress' })
    await end(response, await compose(response))
  }

  return {
    start,
    finish,
    cancel,
    untilFinal: async (response) => {
      while (!isFinal(response.body.status)) await response.changes.next()
    },
  }
}
