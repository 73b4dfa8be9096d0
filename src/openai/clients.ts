import { OpenAI } from 'openai'
import { fetchBounded } from './fetch-bounded.ts'

export interface Account {
  apiKey: string
  baseUrl?: string | undefined
}

export class UnknownAccountError extends Error {
  override name = 'UnknownAccountError'
}

/** One client an account. What the SDK would read from the environment is set here: configuration has one source. */
export function createClients(accounts: Record<string, Account>): (account: string) => OpenAI {
  const clients = new Map(Object.entries(accounts).map(([name, account]) => [name, createClient(account)]))
  return (name) => {
    const client = clients.get(name)
    if (client === undefined) throw new UnknownAccountError(`there is no OpenAI account named "${name}"`)
    return client
  }
}

function createClient({ apiKey, baseUrl }: Account): OpenAI {
  return new OpenAI({
    apiKey,
    baseURL: baseUrl ?? 'https://api.openai.com/v1',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    logLevel: 'off',
    fetch: fetchBounded,
  })
}
