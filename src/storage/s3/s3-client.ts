import { S3Client } from '@aws-sdk/client-s3'
import type { S3Config } from '../storage-config.ts'

const connectMs = 5_000
const idleMs = 30_000
const tries = 3

export function createS3Client(config: S3Config): S3Client {
  const { endpoint, accessKeyId, secretAccessKey } = config
  const custom = endpoint !== undefined
  const checksums = (config.checksums ?? (custom ? 'when_required' : 'always')) === 'always' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'
  const region = config.region ?? (custom ? 'us-east-1' : undefined)
  return new S3Client({
    ...(custom && { endpoint }),
    ...(region !== undefined && { region }),
    ...(accessKeyId !== undefined && secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey } }),
    forcePathStyle: config.pathStyle ?? custom,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    requestHandler: { connectionTimeout: connectMs, socketTimeout: idleMs },
    maxAttempts: tries,
  })
}
