export interface JobUrls {
  self: string
  events: string
  response: string
  report: string
  cancel: string
}

export function jobUrls(publicUrl: string, jobId: string): JobUrls {
  const self = `${publicUrl}/v1/jobs/${jobId}`
  return { self, events: `${self}/events`, response: `${self}/response`, report: `${self}/report`, cancel: `${self}/cancel` }
}

/** Where a job that requires an action is answered. */
export function actionsUrl(publicUrl: string, jobId: string): string {
  return `${publicUrl}/v1/jobs/${jobId}/actions`
}

/** Opens without a key for as long as it says. */
export function artifactLinkUrl(
  publicUrl: string,
  { artifactId, expires, signature }: { artifactId: string; expires: number; signature: string },
): string {
  return `${publicUrl}/v1/shared/${artifactId}?expires=${expires}&signature=${signature}`
}
