import { z } from 'zod'
import { findArtifact, findArtifacts } from '../../domain/find-artifacts.ts'
import { ARTIFACT_KINDS } from '../../domain/model.ts'
import type { ArtifactFilter } from '../../domain/store.ts'
import { jsonAnswer } from '../answer.ts'
import { idFilter, idParam, pageFields, timeFilters } from '../fields.ts'
import { notFound } from '../http-error.ts'
import { artifactListSchema, artifactSchema, presentArtifact } from '../present/artifact.ts'
import { defineRoute } from '../route.ts'

export const artifactParams = z.object({ id: idParam('art') })

export const getArtifactRoute = defineRoute({
  method: 'get',
  path: '/v1/artifacts/{id}',
  operation: 'getArtifact',
  tag: 'Artifacts',
  access: 'key',
  summary: 'Get what is known of an artifact',
  params: artifactParams,
  replies: { 200: { description: 'The artifact.', schema: artifactSchema } },
  async handler({ app, principal, params }) {
    const artifact = await findArtifact(app, { id: params.id, tenantId: principal.tenantId })
    if (artifact === null) throw notFound('artifact')
    return jsonAnswer(200, presentArtifact(artifact, app))
  },
})

export const listArtifactsRoute = defineRoute({
  method: 'get',
  path: '/v1/artifacts',
  operation: 'listArtifacts',
  tag: 'Artifacts',
  access: 'key',
  summary: 'List artifacts, newest first',
  query: z.strictObject({
    kind: z.array(z.enum(ARTIFACT_KINDS)).optional().meta({ description: 'One or several, separated by commas.' }),
    job: idFilter('job').optional().meta({ description: 'Only those of this job.' }),
    ...timeFilters,
    ...pageFields,
  }),
  replies: { 200: { description: 'A page of artifacts.', schema: artifactListSchema } },
  async handler({ app, principal, query }) {
    const filter: ArtifactFilter = {
      tenantId: principal.tenantId,
      ...(query.kind && { kind: query.kind }),
      ...(query.job !== undefined && { jobId: query.job }),
      ...(query.created_after && { createdAfter: query.created_after }),
      ...(query.created_before && { createdBefore: query.created_before }),
    }
    const { rows, nextCursor } = await findArtifacts(app, { filter, page: { limit: query.limit, before: query.cursor ?? null } })
    return jsonAnswer(200, { data: rows.map((artifact) => presentArtifact(artifact, app)), next_cursor: nextCursor })
  },
})
