import { findArtifact } from '../../domain/find-artifacts.ts'
import { answerBytes, BYTES_FAULTS, BYTES_REPLIES, bytesRequestHeaders } from '../answer-bytes.ts'
import { notFound } from '../http-error.ts'
import { defineRoute } from '../route.ts'
import { artifactParams } from './artifacts.ts'

export const artifactContentRoute = defineRoute({
  method: 'get',
  path: '/v1/artifacts/{id}/content',
  operation: 'getArtifactContent',
  tag: 'Artifacts',
  access: 'key',
  summary: 'Get the bytes of an artifact',
  description: 'PNG, JPEG, WebP and GIF are shown in place; everything else is a download that no browser runs in our origin.',
  params: artifactParams,
  headers: bytesRequestHeaders,
  replies: BYTES_REPLIES,
  faults: BYTES_FAULTS,
  async handler({ app, principal, params, headers, isHead, signal }) {
    const artifact = await findArtifact(app, { id: params.id, tenantId: principal.tenantId })
    if (artifact === null) throw notFound('artifact')
    return answerBytes(app, { artifact, headers, isHead, signal })
  },
})
