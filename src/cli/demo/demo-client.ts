export interface DemoArtifact {
  id: string
  kind: string
  status: string
  filename: string
  content_type: string
  bytes: number | null
  sha256: string | null
  width: number | null
  height: number | null
}

export interface DemoJob {
  id: string
  status: string
  output_text: string | null
  citations: { url: string | null }[]
  artifacts: DemoArtifact[]
  error: { message: string } | null
}

export interface DemoEvent {
  seq: number
  type: string
  data: Record<string, unknown>
}

export interface DemoClient {
  submit(body: Record<string, unknown>): Promise<DemoJob>
  /** The job once it has ended. */
  finished(id: string): Promise<DemoJob>
  events(id: string, after: number): Promise<DemoEvent[]>
  callbackSecret(): Promise<string>
}

/** Longhaul's own HTTP API, called as any program would call it. */
export function demoClient({ url, apiKey }: { url: string; apiKey: string }): DemoClient {
  async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await fetch(url + path, {
      ...init,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    })
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  return {
    submit: (body) => call('/v1/jobs', { method: 'POST', body: JSON.stringify(body) }),
    finished: (id) => call(`/v1/jobs/${id}`),
    events: async (id, after) => (await call<{ data: DemoEvent[] }>(`/v1/jobs/${id}/events?after=${after}`)).data,
    callbackSecret: async () => (await call<{ secret: string }>('/v1/callback-secret')).secret,
  }
}
