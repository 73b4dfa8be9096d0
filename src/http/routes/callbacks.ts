import { z } from 'zod'
import type { Context } from '../../domain/context.ts'
import { findDeliveries } from '../../domain/find-deliveries.ts'
import type { Tenant } from '../../domain/model.ts'
import { makeCallbackSecret } from '../../signing/index.ts'
import { jsonAnswer } from '../answer.ts'
import { idFilter } from '../fields.ts'
import { notFound } from '../http-error.ts'
import { deliveryListSchema, presentDelivery } from '../present/delivery.ts'
import { defineRoute } from '../route.ts'

export const callbackSecretSchema = z.object({ secret: z.string().describe('`whsec_…`, as Standard Webhooks has it.') })

export const getCallbackSecretRoute = defineRoute({
  method: 'get',
  path: '/v1/callback-secret',
  operation: 'getCallbackSecret',
  tag: 'Callbacks',
  access: 'key',
  summary: 'Get the secret that callbacks are signed with',
  description: '`new OpenAI().webhooks.unwrap(body, headers, secret)` verifies them.',
  replies: { 200: { description: 'The secret.', schema: callbackSecretSchema } },
  async handler({ app, principal }) {
    const { sealedCallbackSecret } = await tenantOf(app, principal)
    return jsonAnswer(200, { secret: app.vault.open(sealedCallbackSecret) })
  },
})

export const rotateCallbackSecretRoute = defineRoute({
  method: 'post',
  path: '/v1/callback-secret/rotate',
  operation: 'rotateCallbackSecret',
  tag: 'Callbacks',
  access: 'key',
  summary: 'Replace the secret that callbacks are signed with',
  description: 'The old one is dead at once: every attempt from now on is signed with the new one.',
  replies: { 200: { description: 'The new secret.', schema: callbackSecretSchema } },
  async handler({ app, principal }) {
    const { id } = await tenantOf(app, principal)
    const secret = makeCallbackSecret(app.random.bytes(32))
    await app.store.tenants.setCallbackSecret(id, { current: app.vault.seal(secret), retiring: null })
    return jsonAnswer(200, { secret })
  },
})

export const listDeliveriesRoute = defineRoute({
  method: 'get',
  path: '/v1/deliveries',
  operation: 'listDeliveries',
  tag: 'Callbacks',
  access: 'key',
  summary: 'List the callbacks of a job with every attempt, oldest first',
  query: z.strictObject({ job: idFilter('job').meta({ description: 'The job.' }) }),
  replies: { 200: { description: 'All of them.', schema: deliveryListSchema } },
  faults: { 404: 'There is no such job.' },
  async handler({ app, principal, query }) {
    const deliveries = await findDeliveries(app, { jobId: query.job, tenantId: principal.tenantId })
    if (deliveries === null) throw notFound('job')
    return jsonAnswer(200, { data: deliveries.map(presentDelivery), next_cursor: null })
  },
})

async function tenantOf(app: Context, { tenantId }: { tenantId: string }): Promise<Tenant> {
  const tenant = await app.store.tenants.get(tenantId)
  if (tenant === null) throw new Error(`tenant ${tenantId} of a valid key is missing`)
  return tenant
}
