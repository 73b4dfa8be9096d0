export interface ErrorDetail {
  field: string
  message: string
}

/** A fault the caller is told about, with its status and, where one is at fault, the field. */
export class AppError extends Error {
  override name = 'AppError'
  readonly code: string
  readonly status: number
  readonly details: ErrorDetail[]
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: string,
    {
      status,
      message,
      details = [],
      retryAfterSeconds,
    }: { status: number; message: string; details?: ErrorDetail[]; retryAfterSeconds?: number },
  ) {
    super(message)
    this.code = code
    this.status = status
    this.details = details
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The queue must not try this entry again. */
export class PermanentError extends Error {
  override name = 'PermanentError'
}

/** The database cannot be reached: the HTTP door answers 503. Thrown by the database adapter alone. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError'
}

/** The object store has no room. Thrown by the storage adapters alone; what could not be stored is tried again later. */
export class StorageFullError extends Error {
  override name = 'StorageFullError'
}

/** A payload that began as base64 and turned out not to be: thrown out of its body as it is read. */
export class BrokenPayloadError extends Error {
  override name = 'BrokenPayloadError'
}
