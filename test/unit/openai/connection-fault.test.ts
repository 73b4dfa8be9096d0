import { expect, test } from 'vitest'
import { connectionCodes, wasNeverSent } from '../../../src/openai/connection-fault.ts'

const fault = (fields: object, message = 'fault'): Error => Object.assign(new Error(message), fields)
const wrapped = (cause: Error): Error => new Error('Connection error.', { cause: new TypeError('fetch failed', { cause }) })

test.each([
  ['a refused connection', fault({ code: 'ECONNREFUSED', syscall: 'connect' })],
  ['an unknown name', fault({ code: 'ENOTFOUND', syscall: 'getaddrinfo' })],
  ['a name server that is away', fault({ code: 'EAI_AGAIN', syscall: 'getaddrinfo' })],
  ['no route', fault({ code: 'EHOSTUNREACH', syscall: 'connect' })],
  ['a connection that takes too long', fault({ code: 'UND_ERR_CONNECT_TIMEOUT' })],
  ['a connect that times out in the kernel', fault({ code: 'ETIMEDOUT', syscall: 'connect' })],
  ['a certificate for another name', fault({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })],
  ['no TLS at the other end', fault({ code: 'ERR_SSL_WRONG_VERSION_NUMBER' })],
  [
    'a reset in the handshake',
    fault({ code: 'ECONNRESET' }, 'Client network socket disconnected before secure TLS connection was established'),
  ],
  ['every address refused', new AggregateError([fault({ code: 'ECONNREFUSED' }), fault({ code: 'ENETUNREACH' })])],
  ['a port that fetch bars', new Error('bad port')],
  ['a key that no header can hold', new TypeError('Headers.append: "Bearer a\nb" is an invalid header value.')],
])('%s was never sent', (_, error) => {
  expect(wasNeverSent(wrapped(error))).toBe(true)
})

test.each([
  ['a reset', fault({ code: 'ECONNRESET', syscall: 'read' })],
  ['a broken pipe', fault({ code: 'EPIPE', syscall: 'write' })],
  ['a read that times out', fault({ code: 'ETIMEDOUT', syscall: 'read' })],
  ['the other side closing', fault({ code: 'UND_ERR_SOCKET' }, 'other side closed')],
  ['late headers', fault({ code: 'UND_ERR_HEADERS_TIMEOUT' })],
  ['an abort', new DOMException('This operation was aborted', 'AbortError')],
  ['one address of two that might have got it', new AggregateError([fault({ code: 'ECONNREFUSED' }), fault({ code: 'ECONNRESET' })])],
  ['an alert that may follow the request', fault({ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' })],
])('%s may have been sent', (_, error) => {
  expect(wasNeverSent(wrapped(error))).toBe(false)
})

test('what is no error was not surely unsent, and causes that go in circles end', () => {
  const circle = new Error('a')
  circle.cause = circle
  expect([wasNeverSent('text'), wasNeverSent(undefined), wasNeverSent(circle)]).toEqual([false, false, false])
})

test('codes are found at the bottom of the causes', () => {
  expect(connectionCodes(wrapped(fault({ code: 'ECONNRESET' })))).toEqual(['ECONNRESET'])
})
