import { AppError } from '../domain/errors.ts'
import type { ErrorDetail } from '../domain/errors.ts'

/** A fault that only HTTP knows, with the headers that belong to its reply. */
export class HttpError extends AppError {
  override name = 'HttpError'
  readonly headers: Record<string, string>

  constructor(
    code: string,
    { headers = {}, ...rest }: { status: number; message: string; details?: ErrorDetail[]; headers?: Record<string, string> },
  ) {
    super(code, rest)
    this.headers = headers
  }
}

/** More than anybody mends at once; the reply must not grow with what was sent. */
const TOLD = 50
const FIELD_LENGTH = 200

export function invalidRequest(faults: ErrorDetail[]): AppError {
  const details = faults.slice(0, TOLD).map(({ field, message }) => ({ field: field.slice(0, FIELD_LENGTH), message }))
  const named = details.slice(0, 3).map(({ field, message }) => `${field} ${message}`)
  const more = faults.length > named.length ? `; and ${faults.length - named.length} more` : ''
  return new AppError('invalid_request', { status: 400, message: `The request is not valid: ${named.join('; ')}${more}.`, details })
}

/** The same words whether it never was, is gone, or belongs to somebody else. */
export function notFound(what: string): AppError {
  return new AppError('not_found', { status: 404, message: `There is no such ${what}.` })
}
