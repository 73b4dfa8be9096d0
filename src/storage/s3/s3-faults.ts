import { S3ServiceException } from '@aws-sdk/client-s3'

/** A bucket that is not there is a fault; an object that is not there is none. */
export function isNoSuchKey(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== 'NoSuchBucket'
}

export function isBeyondTheEnd(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 416
}

export function explainS3Fault(error: unknown, bucket: string): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return new Error(`Cannot write to the bucket ${bucket}: ${name}${message === '' || message === name ? '' : `: ${message}`}`, {
    cause: error,
  })
}
