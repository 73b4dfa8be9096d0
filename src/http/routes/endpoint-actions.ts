import { findEndpoint } from '../../domain/find-endpoints.ts'
import { rotateEndpointSecret } from '../../domain/rotate-secret.ts'
import { testEndpoint } from '../../domain/test-endpoint.ts'
import { signWebhook } from '../../signing/index.ts'
import { jsonAnswer } from '../answer.ts'
import { notFound } from '../http-error.ts'
import { deliverySchema, presentDelivery } from '../present/delivery.ts'
import { presentRotated, rotatedSchema } from '../present/endpoint.ts'
import { defineRoute } from '../route.ts'
import { exampleSchema, rotationSchema } from './endpoint-fields.ts'
import { endpointParams } from './endpoints.ts'
import { readSecret } from './read-endpoint.ts'

export const rotateEndpointSecretRoute = defineRoute({
  method: 'post',
  path: '/v1/endpoints/{id}/rotate-secret',
  operation: 'rotateEndpointSecret',
  tag: 'Callbacks',
  access: 'key',
  summary: 'Replace the secret of an endpoint',
  description: 'Until the overlap ends, a day unless told otherwise, every callback is signed with the new one and with the old one.',
  params: endpointParams,
  body: rotationSchema,
  exampleBody: { overlap_seconds: 86_400 },
  replies: { 200: { description: 'The new secret, or the new public key.', schema: rotatedSchema } },
  async handler({ app, principal: { tenantId }, params: { id }, body }) {
    const endpoint = await findEndpoint(app, { id, tenantId })
    if (endpoint === null) throw notFound('endpoint')
    const secret = readSecret(app, { secret: body.secret, signature: endpoint.signature })
    const rotated = await rotateEndpointSecret(app, { id, tenantId, rotation: { secret, overlapSeconds: body.overlap_seconds } })
    if (rotated === null) throw notFound('endpoint')
    return jsonAnswer(200, presentRotated(rotated))
  },
})

export const testEndpointRoute = defineRoute({
  method: 'post',
  path: '/v1/endpoints/{id}/test',
  operation: 'testEndpoint',
  tag: 'Callbacks',
  access: 'key',
  summary: 'Send an example to an endpoint',
  description:
    'At once and once, signed and guarded as real callbacks are; its body says `"test": true`. Answers when the attempt is over, 15 seconds at most. A disabled endpoint can be tried out too.',
  params: endpointParams,
  body: exampleSchema,
  exampleBody: { type: 'job.completed' },
  replies: { 200: { description: 'What was sent, and what came of it.', schema: deliverySchema } },
  async handler({ app, principal: { tenantId }, params: { id }, body: { type } }) {
    const tested = await testEndpoint(app, { id, tenantId, type, sign: signWebhook })
    if (tested === null) throw notFound('endpoint')
    return jsonAnswer(200, presentDelivery(tested))
  },
})
