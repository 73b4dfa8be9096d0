import OpenAI from 'openai'
import type { Response, ResponseCreateParamsNonStreaming, ResponseIncludable } from 'openai/resources/responses/responses'
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../../src/sandbox/index.ts'

export interface SandboxClient extends AsyncDisposable {
  sandbox: Sandbox
  openai: OpenAI
  /** Creates in the background and reads it again when everything has settled. */
  run(request?: Partial<ResponseCreateParamsNonStreaming>, include?: ResponseIncludable[]): Promise<Response>
  create(request?: Partial<ResponseCreateParamsNonStreaming>): Promise<Response>
  /** A bare request, for what the client would hide. */
  fetch(path: string, init?: RequestInit): Promise<globalThis.Response>
}

export async function startSandboxClient(options: SandboxOptions = {}): Promise<SandboxClient> {
  const sandbox = await startSandbox({ defaultDelayMs: 5, retryScheduleMs: [5, 10, 20], ...options })
  const openai = new OpenAI({ baseURL: sandbox.url, apiKey: 'sk-test', maxRetries: 0 })
  const create: SandboxClient['create'] = (request = {}) =>
    openai.responses.create({ model: 'gpt-5.5-pro', input: 'A quiet lake', background: true, ...request, stream: false })
  return {
    sandbox,
    openai,
    create,
    run: async (request, include = []) => {
      const { id } = await create(request)
      await sandbox.state.settled()
      return openai.responses.retrieve(id, { include })
    },
    fetch: (path, init = {}) =>
      fetch(`${sandbox.url}${path}`, {
        ...init,
        headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json', ...Object.fromEntries(new Headers(init.headers)) },
      }),
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}

export function scenario(...names: readonly string[]): { metadata: Record<string, string> } {
  return { metadata: { sandbox_scenario: names.join(',') } }
}
