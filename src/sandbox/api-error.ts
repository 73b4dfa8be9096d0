export interface ApiErrorParts {
  status: number
  message: string
  type?: string
  param?: string | null
  code?: string | null
  headers?: Record<string, string>
}

/** An error as OpenAI words and shapes it. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: { error: { message: string; type: string; param: string | null; code: string | null } }

  constructor({ status, message, type = 'invalid_request_error', param = null, code = null, headers = {} }: ApiErrorParts) {
    super(message)
    this.status = status
    this.headers = headers
    this.body = { error: { message, type, param, code } }
  }
}

export function badRequest(message: string, { param, code }: { param?: string; code?: string } = {}): ApiError {
  return new ApiError({ status: 400, message, param: param ?? null, code: code ?? null })
}

export function notFound(thing: string, id: string): ApiError {
  return new ApiError({ status: 404, message: `${thing} with id '${id}' not found.` })
}
