import { StorageFullError } from '../../domain/errors.ts'

const full: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the limit on the size of a file is reached',
}

const meanings: Record<string, string> = {
  EROFS: 'the disk is mounted read-only',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  ENOTDIR: 'a part of the path is a file',
}

/** Absent, or not reachable as a file: for an object store all of it is "there is none". */
export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error))
}

/** Says in words what an operator can mend; anything else stays as it is. */
export function explainFileFault(error: unknown, dir: string): unknown {
  const noRoom = full[codeOf(error)]
  if (noRoom !== undefined) return new StorageFullError(`Cannot write to ${dir}: ${noRoom}`, { cause: error })
  const meaning = meanings[codeOf(error)]
  return meaning === undefined ? error : new Error(`Cannot write to ${dir}: ${meaning}`, { cause: error })
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
