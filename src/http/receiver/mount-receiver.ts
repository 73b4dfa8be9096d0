import type { Express, Request, RequestHandler, Response } from 'express'
import { createBatcher } from '../../domain/batcher.ts'
import { AppError } from '../../domain/errors.ts'
import type { InboxEntry } from '../../domain/model.ts'
import { DEFAULT_ACCOUNT } from '../../domain/principal.ts'
import { inboxEntry, receiveEvents } from '../../domain/receive-event.ts'
import { verifyWebhook } from '../../signing/index.ts'
import type { Secret } from '../../signing/index.ts'
import type { HttpDeps } from '../deps.ts'
import { notFound } from '../http-error.ts'
import { allowedMethods, expressPath, refuseMethod } from '../mount-routes.ts'
import { readBody } from '../read-body.ts'
import { MAX_WEBHOOK_BYTES, receiverDocs } from './receiver-docs.ts'
import { createRefusedTrace } from './refused-trace.ts'

/** As many as one insert takes at once. */
const BATCH = 500
const ACCEPTED = '{"received":true}'
const ACCEPTED_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'content-length': ACCEPTED.length,
  'cache-control': 'no-store',
}

/** OpenAI's door. */
export function mountReceiver(express: Express, deps: HttpDeps): void {
  const receive = createReceiver(deps)
  for (const { path } of receiverDocs) express.post(expressPath(path), receive)
  for (const [path, allow] of allowedMethods(receiverDocs)) express.all(expressPath(path), refuseMethod(allow))
}

function createReceiver({ app, accounts, webhookSecrets }: HttpDeps): RequestHandler<{ account?: string }> {
  const inbox = createBatcher<InboxEntry>({ maxSize: BATCH, write: (entries) => receiveEvents(app, entries) })
  const noteRefused = createRefusedTrace(app)

  return async (req, res) => {
    const account = req.params.account ?? DEFAULT_ACCOUNT
    if (!accounts.includes(account)) throw notFound('account')
    const secrets = webhookSecrets[account] ?? []
    if (secrets.length === 0) throw unset()
    const address = req.socket.remoteAddress ?? null
    const rawBody = await readBody(req, { maxBytes: MAX_WEBHOOK_BYTES }).catch((error: unknown) => {
      if (error instanceof AppError) noteRefused({ account, reason: error.code, webhookId: null, ageSeconds: null, address })
      throw error
    })
    await receive({ req, res, account, secrets, rawBody, address })
  }

  async function receive({ req, res, account, secrets, rawBody, address }: Delivered): Promise<void> {
    const verified = verifyWebhook({ rawBody, headers: req.headers, secrets, now: app.clock.now() })
    if (verified.outcome === 'refused') {
      noteRefused({ account, reason: verified.reason, webhookId: verified.id, ageSeconds: verified.ageSeconds, address })
      throw new AppError('bad_request', { status: 400, message: 'Bad request' })
    }
    await inbox.add(inboxEntry(app, { account, webhookId: verified.id, sentAt: verified.timestamp, rawBody }))
    res.writeHead(200, ACCEPTED_HEADERS).end(ACCEPTED)
  }
}

interface Delivered {
  req: Request<{ account?: string }>
  res: Response
  account: string
  secrets: readonly Secret[]
  rawBody: Buffer
  address: string | null
}

function unset(): AppError {
  const message = 'No webhook secret is set for this account: set OPENAI_WEBHOOK_SECRET.'
  return new AppError('webhooks_not_configured', { status: 503, message, retryAfterSeconds: 60 })
}
