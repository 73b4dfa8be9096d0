import { isObjectKey } from './object-keys.ts'
import type { S3Config } from './storage-config.ts'

export type ParsedStorageUrl = { ok: true; config: S3Config } | { ok: false; faults: string[] }

const shape = /^s3:\/\/(?<bucket>[^/?#]*)(?:\/(?<prefix>[^?#]*))?(?:\?(?<query>[^#]*))?$/
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const known = ['region', 'endpoint', 'path_style', 'checksums', 'access_key_id', 'secret_access_key'] as const
type Parameter = (typeof known)[number]

/** Reads `s3://bucket/prefix?region=…`. No fault repeats a value: one of them may be the secret. */
export function parseStorageUrl(url: string): ParsedStorageUrl {
  const match = shape.exec(url.trim())
  if (match?.groups === undefined) {
    return {
      ok: false,
      faults: ['must look like s3://bucket/prefix?region=…&endpoint=…; leave it unset to keep files in DATA_DIR/objects'],
    }
  }
  const { bucket = '', prefix: path = '', query = '' } = match.groups
  const { parameters, faults } = readQuery(query)
  const prefix = path.replace(/\/$/, '')
  const region = parameters.get('region')
  const endpoint = parameters.get('endpoint')
  const pathStyle = parameters.get('path_style')
  const checksums = parameters.get('checksums')
  const accessKeyId = parameters.get('access_key_id')
  const secretAccessKey = parameters.get('secret_access_key')

  if (bucket.includes('@')) faults.push('the keys belong in access_key_id and secret_access_key, not before an @')
  else if (!bucketName.test(bucket)) faults.push('the bucket must be 3 to 63 of a-z, 0-9, dot and hyphen')
  if (prefix !== '' && !isObjectKey(prefix))
    faults.push('the prefix must be segments of A-Z, a-z, 0-9, dot, _ and -, with no segment that starts with a dot')
  if (region !== undefined && !/^[A-Za-z0-9._-]{1,64}$/.test(region)) faults.push('region must be a name such as eu-central-1')
  if (endpoint !== undefined && !isEndpoint(endpoint))
    faults.push('endpoint must be an http:// or https:// address without user, query or fragment')
  if (pathStyle !== undefined && pathStyle !== 'true' && pathStyle !== 'false') faults.push('path_style must be true or false')
  if (checksums !== undefined && checksums !== 'always' && checksums !== 'when_required')
    faults.push('checksums must be always or when_required')
  if (accessKeyId !== undefined && secretAccessKey === undefined)
    faults.push('access_key_id is set without secret_access_key: give both or neither')
  if (accessKeyId === undefined && secretAccessKey !== undefined)
    faults.push('secret_access_key is set without access_key_id: give both or neither')
  if (faults.length > 0) return { ok: false, faults }

  return {
    ok: true,
    config: {
      kind: 's3',
      bucket,
      prefix,
      ...(region !== undefined && { region }),
      ...(endpoint !== undefined && { endpoint }),
      ...(pathStyle !== undefined && { pathStyle: pathStyle === 'true' }),
      ...(checksums !== undefined && { checksums: checksums === 'always' ? 'always' : 'when_required' }),
      ...(accessKeyId !== undefined && { accessKeyId, secretAccessKey }),
    },
  }
}

/** Not URLSearchParams: it turns the `+` of an unescaped AWS secret into a space. */
function readQuery(query: string): { parameters: Map<Parameter, string>; faults: string[] } {
  const parameters = new Map<Parameter, string>()
  const faults: string[] = []
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, equals)
    const value = decode(pair.slice(equals + 1))
    if (equals < 0) faults.push('a parameter has no value: write name=value, and % escapes for & and = inside a value')
    else if (!isParameter(name)) faults.push(`unknown parameter ${JSON.stringify(name.slice(0, 40))}: known are ${known.join(', ')}`)
    else if (parameters.has(name)) faults.push(`${name} is given twice`)
    else if (value === null || value === '') faults.push(`${name} is empty or not correctly % escaped`)
    else parameters.set(name, value)
  }
  return { parameters, faults }
}

function isParameter(name: string): name is Parameter {
  return known.some((one) => one === name)
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function isEndpoint(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  )
}
