import { z } from 'zod'
import type { Context } from '../../domain/context.ts'
import type { Tenant } from '../../domain/model.ts'
import { rotateTenantSecret } from '../../domain/rotate-secret.ts'
import { jsonAnswer } from '../answer.ts'
import { time } from '../present/shapes.ts'
import { defineRoute } from '../route.ts'
import { rotationSchema } from './endpoint-fields.ts'
import { readSecret } from './read-endpoint.ts'

export const callbackSecretSchema = z.object({ secret: z.string().describe('`whsec_…`, as Standard Webhooks has it.') })

const rotatedCallbackSecretSchema = callbackSecretSchema.extend({
  previous_until: time.nullable().describe('Until then the old one signs as well; null: it is dead at once.'),
})

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
  description: 'Until the overlap ends, a day unless told otherwise, every callback is signed with the new one and with the old one.',
  body: rotationSchema,
  exampleBody: { overlap_seconds: 86_400 },
  replies: { 200: { description: 'The new secret.', schema: rotatedCallbackSecretSchema } },
  async handler({ app, principal: { tenantId }, body }) {
    const secret = readSecret(app, { secret: body.secret, signature: 'v1' })
    const { previousUntil } = await rotateTenantSecret(app, { tenantId, rotation: { secret, overlapSeconds: body.overlap_seconds } })
    return jsonAnswer(200, { secret, previous_until: previousUntil })
  },
})

async function tenantOf(app: Context, { tenantId }: { tenantId: string }): Promise<Tenant> {
  const tenant = await app.store.tenants.get(tenantId)
  if (tenant === null) throw new Error(`tenant ${tenantId} of a valid key is missing`)
  return tenant
}
