import * as http from 'node:http'
import * as https from 'node:https'

const ANSWER_WITHIN_MS = 5_000

export interface PostedWebhook {
  status: number | null
  error: string | null
}

/** Posts once. Redirects are not followed; the answer's body is thrown away. */
export interface WebhookPoster extends Disposable {
  post(url: string, message: { headers: Record<string, string>; body: string; signal: AbortSignal }): Promise<PostedWebhook>
}

export function createWebhookPoster(): WebhookPoster {
  const agents = {
    http: new http.Agent({ keepAlive: true, maxSockets: 256 }),
    https: new https.Agent({ keepAlive: true, maxSockets: 256 }),
  }
  return {
    post: (url, { headers, body, signal }) =>
      new Promise((resolve) => {
        const secure = url.startsWith('https:')
        const client = secure ? https : http
        const request = client.request(url, {
          method: 'POST',
          agent: secure ? agents.https : agents.http,
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
          signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
        })
        request.on('error', (error) => resolve({ status: null, error: error.message }))
        request.on('response', (response) => {
          response.resume()
          resolve({ status: response.statusCode ?? null, error: null })
        })
        request.end(body)
      }),
    [Symbol.dispose]: () => {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}
