import { z } from 'zod'
import { DEFAULT_LINK_SECONDS, followLink, linkToArtifact, MAX_LINK_SECONDS } from '../../domain/artifact-link.ts'
import { AppError } from '../../domain/errors.ts'
import { findArtifact } from '../../domain/find-artifacts.ts'
import { jsonAnswer } from '../answer.ts'
import { answerBytes, BYTES_FAULTS, BYTES_REPLIES, bytesRequestHeaders, storedArtifact } from '../answer-bytes.ts'
import { notFound } from '../http-error.ts'
import { artifactLinkSchema, presentArtifactLink } from '../present/artifact.ts'
import { defineRoute } from '../route.ts'
import { artifactParams } from './artifacts.ts'

export const artifactLinkRoute = defineRoute({
  method: 'get',
  path: '/v1/artifacts/{id}/link',
  operation: 'getArtifactLink',
  tag: 'Artifacts',
  access: 'key',
  summary: 'Get a signed link to the bytes of an artifact',
  description: 'The link needs no key until it expires. It cannot be called back: deleting the job ends it.',
  params: artifactParams,
  query: z.strictObject({
    expires_in: z.coerce
      .number()
      .int()
      .min(1)
      .max(MAX_LINK_SECONDS)
      .default(DEFAULT_LINK_SECONDS)
      .meta({ description: 'For how many seconds it opens.' }),
  }),
  replies: { 200: { description: 'The link.', schema: artifactLinkSchema } },
  async handler({ app, principal, params, query }) {
    const artifact = await findArtifact(app, { id: params.id, tenantId: principal.tenantId })
    if (artifact === null) throw notFound('artifact')
    const { id } = storedArtifact(artifact)
    return jsonAnswer(200, presentArtifactLink(linkToArtifact(app, id, { seconds: query.expires_in })))
  },
})

const part = (description: string) => z.string().max(200).catch('').meta({ description })

export const sharedArtifactRoute = defineRoute({
  method: 'get',
  path: '/v1/shared/{id}',
  operation: 'getSharedArtifact',
  tag: 'Artifacts',
  access: 'public',
  summary: 'Follow a signed link',
  description: 'The bytes, as `/v1/artifacts/{id}/content` gives them, without a key: the link is the proof.',
  params: artifactParams,
  // Mail programs hang their own fields on a link.
  query: z.object({ expires: part('When the link ends, in seconds since 1970.'), signature: part('What the link was signed with.') }),
  headers: bytesRequestHeaders,
  replies: BYTES_REPLIES,
  faults: {
    ...BYTES_FAULTS,
    403: 'The link has expired, was altered, or is not one of ours; which of them is not told.',
    503: 'The database or the object store cannot be reached just now.',
  },
  async handler({ app, params, query, headers, isHead, signal }) {
    const followed = await followLink(app, { artifactId: params.id, ...query })
    switch (followed.outcome) {
      case 'found': {
        const answer = await answerBytes(app, { artifact: followed.artifact, headers, isHead, signal })
        // It is there to be shown in pages of others, such as a report that was saved.
        return { ...answer, headers: { ...answer.headers, 'cross-origin-resource-policy': 'cross-origin' } }
      }
      case 'refused':
        throw new AppError('link_refused', {
          status: 403,
          message: 'This link is not valid: it has expired or was altered. Ask for a new one with GET /v1/artifacts/{id}/link.',
        })
      case 'gone':
        throw notFound('artifact')
      default:
        return followed satisfies never
    }
  },
})
