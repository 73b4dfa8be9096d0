/** Faults that can only come before a byte of the request has left: name, route, connection, handshake. */
const BEFORE_SENDING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'ERR_SSL_TLSV1_UNRECOGNIZED_NAME',
  'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
])

/** Fetch, or the headers it is given, refusing to begin: a port or scheme that is barred, a key no header can hold. */
const NOT_BEGUN = /^(?:bad port|unknown scheme|invalid url)$|is an invalid header value|to a ByteString|URL that includes credentials/i

/**
 * True when the request never left. A reset is no proof, least of all on a connection used before, unless it came while
 * the secure connection was being made.
 */
export function wasNeverSent(error: unknown): boolean {
  const faults = rootFaults(error)
  return faults.length > 0 && faults.every(isBeforeSending)
}

export function connectionCodes(error: unknown): string[] {
  return rootFaults(error).flatMap((fault) => ('code' in fault && typeof fault.code === 'string' ? [fault.code] : []))
}

function isBeforeSending(fault: Error): boolean {
  if ('code' in fault && typeof fault.code === 'string' && BEFORE_SENDING.has(fault.code)) return true
  if ('syscall' in fault && (fault.syscall === 'connect' || fault.syscall === 'getaddrinfo')) return true
  if (NOT_BEGUN.test(fault.message)) return true
  return fault.message.includes('before secure TLS connection was established')
}

/** What lies at the bottom of the causes; several where several addresses were tried. */
function rootFaults(error: unknown, depth = 0): Error[] {
  if (!(error instanceof Error) || depth > 8) return []
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.flatMap((each: unknown) => rootFaults(each, depth + 1))
  }
  return error.cause instanceof Error ? rootFaults(error.cause, depth + 1) : [error]
}
