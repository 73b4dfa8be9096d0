import type { Log, OpenAi } from '../domain/ports.ts'
import { type Call, TIMEOUTS, type Timeouts } from './call.ts'
import { type Account, createClients } from './clients.ts'
import { containerFile, listContainerFiles } from './container-files.ts'
import { createResponse } from './create-response.ts'
import { cancelResponse, removeResponse } from './end-response.ts'
import { retrieveResponse } from './retrieve-response.ts'
import { createErrorDescriber } from './upstream-error.ts'

export interface OpenAiOptions {
  accounts: Record<string, Account>
  timeouts?: Partial<Timeouts>
  log?: Log
}

export function createOpenAi({ accounts, timeouts, log }: OpenAiOptions): OpenAi {
  const clientFor = createClients(accounts)
  const tell = createErrorDescriber(Object.values(accounts).map(({ apiKey }) => apiKey))

  function call({ account, signal }: { account: string; signal: AbortSignal }): Call {
    return {
      client: () => clientFor(account),
      signal,
      timeouts: { ...TIMEOUTS, ...timeouts },
      describe(error) {
        const upstream = tell(error)
        log?.debug({ account, upstream }, 'a call to OpenAI failed')
        return upstream
      },
    }
  }

  return {
    create: (body, options) => createResponse(call(options), body),
    retrieve: (id, { sink, ...options }) => retrieveResponse(call(options), { id, sink }),
    cancel: (id, options) => cancelResponse(call(options), id),
    remove: (id, options) => removeResponse(call(options), id),
    listContainerFiles: (id, options) => listContainerFiles(call(options), id),
    containerFile: (ref, options) => containerFile(call(options), ref),
  }
}
