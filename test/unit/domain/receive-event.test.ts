import { expect, test } from 'vitest'
import type { Context } from '../../../src/domain/context.ts'
import { inboxEntry } from '../../../src/domain/receive-event.ts'
import { T0 } from '../../support/database-rows.ts'

const app = { clock: { now: () => T0 }, ids: { next: () => 'inb_1' } } as unknown as Context

function receive(body: string | Uint8Array) {
  return inboxEntry(app, { account: 'default', webhookId: 'wh_1', sentAt: T0, rawBody: Buffer.from(body as string) })
}

test('a webhook is read for what it is about and kept as it came', () => {
  const body = '{"id": "evt_1", "type": "response.completed", "data": {"id": "resp_1"}}'
  expect(receive(body)).toMatchObject({
    body,
    eventType: 'response.completed',
    responseId: 'resp_1',
    dueAt: T0,
    handledAt: null,
    outcome: null,
    attempts: 0,
  })
})

test.each(['', 'not json', '{', '[]', '[{"type":"x"}]', 'null', '"x"', '7', 'true'])('a body of %j is set aside', (body) => {
  expect(receive(body)).toMatchObject({ body, eventType: null, responseId: null, dueAt: null, handledAt: T0, outcome: 'quarantined' })
})

test.each([
  ['{}', null, null],
  ['{"type":7,"data":{"id":7}}', null, null],
  ['{"type":"x","data":[]}', 'x', null],
  ['{"type":"x","data":null}', 'x', null],
  ['{"type":"x","data":{"id":""}}', 'x', null],
  ['{"type":"","data":{"id":"a"}}', null, 'a'],
  ['{"__proto__":{"type":"x","data":{"id":"a"}}}', null, null],
  ['{"data":{"__proto__":{"id":"a"}},"type":"constructor"}', 'constructor', null],
  [`{"type":"x","data":{"id":"${'a'.repeat(257)}"}}`, 'x', null],
])('of %s only what is plain text and short is believed', (body, eventType, responseId) => {
  expect(receive(body)).toMatchObject({ eventType, responseId, outcome: null, dueAt: T0 })
})

test('bytes that are no UTF-8 are kept as far as text can', () => {
  expect(receive(Buffer.from([0x7b, 0xff, 0x7d]))).toMatchObject({ body: '{\uFFFD}', outcome: 'quarantined' })
})
