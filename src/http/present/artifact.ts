import { z } from 'zod'
import type { ArtifactLink } from '../../domain/artifact-link.ts'
import type { Artifact } from '../../domain/model.ts'
import { ARTIFACT_KINDS, ARTIFACT_STATUSES } from '../../domain/model.ts'
import { anyObject, iso, listOf, time } from './shapes.ts'

export const artifactSchema = z
  .object({
    id: z.string(),
    object: z.literal('artifact'),
    job_id: z.string(),
    kind: z.enum(ARTIFACT_KINDS),
    status: z
      .enum(ARTIFACT_STATUSES)
      .describe(
        'Only `stored` ones have bytes (an input named by file id has them at OpenAI). `expired`: OpenAI no longer had it; `blocked`: its moderation kept it back.',
      ),
    filename: z.string(),
    content_type: z.string().describe('As its first bytes tell, whatever its name says.'),
    bytes: z.int().nullable(),
    sha256: z.string().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    source: z.object({
      item_id: z.string().nullable(),
      item_type: z.string(),
      container_id: z.string().nullable(),
      file_id: z.string().nullable(),
    }),
    revised_prompt: z.string().nullable(),
    params: anyObject.describe('How an image was made: size, quality, format and the like.'),
    error: z.string().nullable().describe('Why it is not stored.'),
    url: z.string().nullable().describe('Its bytes; null when none are stored.'),
    created_at: time,
  })
  .describe('One thing worth keeping from a response, or sent in with the request (`input`).')
export const artifactListSchema = listOf(artifactSchema)

export const artifactLinkSchema = z
  .object({
    object: z.literal('artifact_link'),
    url: z.string().describe('Opens the bytes without a key. Whoever has it may read them.'),
    expires_at: time,
  })
  .describe('A signed link.')

export type PublicArtifact = z.infer<typeof artifactSchema>

export function presentArtifact(artifact: Artifact, { publicUrl }: { publicUrl: string }): PublicArtifact {
  return {
    id: artifact.id,
    object: 'artifact',
    job_id: artifact.jobId,
    kind: artifact.kind,
    status: artifact.status,
    filename: artifact.filename,
    content_type: artifact.contentType,
    bytes: artifact.bytes,
    sha256: artifact.sha256,
    width: artifact.width,
    height: artifact.height,
    source: { item_id: artifact.itemId, item_type: artifact.itemType, container_id: artifact.containerId, file_id: artifact.fileId },
    revised_prompt: artifact.revisedPrompt,
    params: artifact.params,
    error: artifact.error,
    url: artifact.objectKey === null ? null : `${publicUrl}/v1/artifacts/${artifact.id}/content`,
    created_at: iso(artifact.createdAt),
  }
}

export function presentArtifactLink({ url, expiresAt }: ArtifactLink): z.infer<typeof artifactLinkSchema> {
  return { object: 'artifact_link', url, expires_at: iso(expiresAt) }
}
