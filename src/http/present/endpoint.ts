import { z } from 'zod'
import { endpointHeaders, openSecrets } from '../../domain/callback-secrets.ts'
import { DISABLED_REASONS, SIGNATURE_SCHEMES } from '../../domain/callback-model.ts'
import type { Endpoint } from '../../domain/callback-model.ts'
import type { Context } from '../../domain/context.ts'
import type { Rotated } from '../../domain/rotate-secret.ts'
import { publicKeyOf } from '../../signing/index.ts'
import { iso, isoOrNull, listOf, textMap, time } from './shapes.ts'

const publicKey = z.string().nullable().describe('Of `v1a`, to verify with: `whpk_…`.')
const secret = z
  .string()
  .nullable()
  .describe('Of `v1`: `whsec_…`, shown here and never again. Of `v1a` null: `public_key` is all you need.')

const fields = {
  id: z.string(),
  object: z.literal('endpoint'),
  url: z.string(),
  description: z.string(),
  event_types: z.array(z.string()).nullable().describe('Null: the four final events and `job.requires_action`.'),
  labels: textMap.describe('Only jobs that carry all of these.'),
  header_names: z.array(z.string()).describe('Of your own headers; their values are not shown.'),
  rate_per_second: z.int().nullable(),
  signature: z.enum(SIGNATURE_SCHEMES),
  public_key: publicKey,
  disabled: z.boolean().describe('Nothing is planned for it while it is.'),
  disabled_at: time.nullable(),
  disabled_reason: z
    .enum(DISABLED_REASONS)
    .nullable()
    .describe('`by_owner`: you did; `gone`: it answered 410; `failing`: it took nothing for days.'),
  created_at: time,
  updated_at: time,
}

export const endpointSchema = z.object(fields).describe('A registered address that callbacks go to.')
export const createdEndpointSchema = z.object({ ...fields, secret }).describe('A new endpoint, with its secret.')
export const endpointListSchema = listOf(endpointSchema)
export const rotatedSchema = z
  .object({
    secret,
    public_key: publicKey,
    previous_until: time.nullable().describe('Until then every callback carries signatures of the old one too; null: it is dead at once.'),
  })
  .describe('What took the place of a secret.')

type PublicEndpoint = z.infer<typeof endpointSchema>

export function presentEndpoint(endpoint: Endpoint, app: Pick<Context, 'vault'>): PublicEndpoint {
  return {
    id: endpoint.id,
    object: 'endpoint',
    url: endpoint.url,
    description: endpoint.description,
    event_types: endpoint.eventTypes,
    labels: endpoint.labels,
    header_names: Object.keys(endpointHeaders(app, endpoint)),
    rate_per_second: endpoint.ratePerSecond,
    signature: endpoint.signature,
    public_key: currentPublicKey(endpoint, app),
    disabled: endpoint.disabledAt !== null,
    disabled_at: isoOrNull(endpoint.disabledAt),
    disabled_reason: endpoint.disabledReason,
    created_at: iso(endpoint.createdAt),
    updated_at: iso(endpoint.updatedAt),
  }
}

export function presentRotated({ scheme, secret: made, previousUntil }: Rotated): z.infer<typeof rotatedSchema> {
  return {
    secret: scheme === 'v1' ? made : null,
    public_key: scheme === 'v1a' ? publicKeyOf(made) : null,
    previous_until: previousUntil,
  }
}

function currentPublicKey({ signature, sealedSecrets }: Endpoint, { vault }: Pick<Context, 'vault'>): string | null {
  if (signature !== 'v1a') return null
  const [current] = openSecrets(vault, sealedSecrets)
  return current === undefined ? null : publicKeyOf(current.secret)
}
