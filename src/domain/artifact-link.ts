import type { Context } from './context.ts'
import { isId } from './ids.ts'
import type { Artifact } from './model.ts'
import { artifactLinkUrl } from './job-urls.ts'

export const DEFAULT_LINK_SECONDS = 3_600
export const MAX_LINK_SECONDS = 7 * 86_400

/** Written in one way only, so that there is one text to sign. */
const WHEN = /^[1-9]\d{9}$/

export interface ArtifactLink {
  url: string
  expiresAt: Date
}

/** An address of the bytes that needs no key until it expires; whoever has it may read. */
export function linkToArtifact(app: Context, artifactId: string, { seconds }: { seconds: number }): ArtifactLink {
  const expires = Math.floor(app.clock.now().getTime() / 1000) + seconds
  const signature = app.links.sign(signedText(artifactId, String(expires)))
  return { url: artifactLinkUrl(app.publicUrl, { artifactId, expires, signature }), expiresAt: new Date(expires * 1000) }
}

export type FollowedLink =
  | { outcome: 'found'; artifact: Artifact } // 200
  | { outcome: 'refused' } // 403: expired, altered, or never ours; which of them is not told
  | { outcome: 'gone' } // 404: it was ours, and the artifact was deleted since

export async function followLink(
  app: Context,
  { artifactId, expires, signature }: { artifactId: string; expires: string; signature: string },
): Promise<FollowedLink> {
  const isOurs = app.links.isSigned(signedText(artifactId, expires), signature)
  const isOpen = WHEN.test(expires) && Number(expires) * 1000 > app.clock.now().getTime()
  if (!isOurs || !isOpen || !isId('art', artifactId)) return { outcome: 'refused' }
  const artifact = await app.store.artifacts.getForLink(artifactId)
  return artifact === null ? { outcome: 'gone' } : { outcome: 'found', artifact }
}

function signedText(artifactId: string, expires: string): string {
  return `artifact\n${artifactId}\n${expires}`
}
