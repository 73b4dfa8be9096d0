import type { Job } from './model.ts'

export interface JobUrls {
  self: string
  events: string
  response: string
  report: string
  cancel: string
  /** Where a job that requires an action is answered. */
  actions?: string
}

export function jobUrls(publicUrl: string, { id, status }: Pick<Job, 'id' | 'status'>): JobUrls {
  const self = `${publicUrl}/v1/jobs/${id}`
  return {
    self,
    events: `${self}/events`,
    response: `${self}/response`,
    report: `${self}/report`,
    cancel: `${self}/cancel`,
    ...(status === 'requires_action' && { actions: `${self}/actions` }),
  }
}

/** Opens without a key for as long as it says. */
export function artifactLinkUrl(
  publicUrl: string,
  { artifactId, expires, signature }: { artifactId: string; expires: number; signature: string },
): string {
  return `${publicUrl}/v1/shared/${artifactId}?expires=${expires}&signature=${signature}`
}
