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
