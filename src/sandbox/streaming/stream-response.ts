import type { Response } from 'express'
import { presentResponse } from '../responses/present-response.ts'
import type { StoredResponse } from '../responses/stored-response.ts'
import { isFinal, type ResponseStatus, type WireResponse } from '../responses/wire.ts'
import { closingEvent, outputEvents } from './response-events.ts'

/** Tells the response as server-sent events, from the one after `after`; earlier ones can always be told again. */
export async function streamResponse(response: StoredResponse, { res, after }: { res: Response; after: number }): Promise<void> {
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  let number = 0
  const tell = (event: { type: string }): void => {
    if (number > after) res.write(`event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: number })}\n\n`)
    number += 1
  }
  const first = response.request.background ? 'queued' : 'in_progress'
  tell({ type: 'response.created', ...snapshot(response, first) })
  if (response.request.background) tell({ type: 'response.queued', ...snapshot(response, 'queued') })
  while (response.body.status === 'queued' && !res.destroyed) await response.changes.next()
  tell({ type: 'response.in_progress', ...snapshot(response, 'in_progress') })
  while (!isFinal(response.body.status) && !res.destroyed) await response.changes.next()
  const { response: whole } = snapshot(response)
  for (const event of outputEvents(whole.output)) tell(event)
  tell(closingEvent(whole))
  res.end()
}

function snapshot(response: StoredResponse, status?: ResponseStatus): { response: WireResponse } {
  const options = { include: response.request.include, ...(status === undefined ? {} : { status }) }
  return { response: JSON.parse(presentResponse(response, options)) as WireResponse }
}
