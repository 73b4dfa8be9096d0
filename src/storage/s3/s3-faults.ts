import { S3ServiceException } from '@aws-sdk/client-s3'
import { StorageFullError } from '../../domain/errors.ts'

/** A bucket that is not there is a fault; an object that is not there is none. */
export function isNoSuchKey(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== 'NoSuchBucket'
}

export function isBeyondTheEnd(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 416
}

/** A quota or a disk of the store is used up, in the words of Ceph, MinIO and others. */
const FULL_NAMES = /^(?:QuotaExceeded\w*|XMinioStorageFull|XMinioAdminBucketQuotaExceeded|InsufficientStorage\w*)$/

export function isFull(error: unknown): boolean {
  return error instanceof S3ServiceException && (error.$metadata.httpStatusCode === 507 || FULL_NAMES.test(error.name))
}

export function explainS3Fault(error: unknown, bucket: string): Error {
  if (isFull(error))
    return new StorageFullError(`Cannot write to the bucket ${bucket}: it has no room (${nameOf(error)})`, { cause: error })
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return new Error(`Cannot write to the bucket ${bucket}: ${name}${message === '' || message === name ? '' : `: ${message}`}`, {
    cause: error,
  })
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
