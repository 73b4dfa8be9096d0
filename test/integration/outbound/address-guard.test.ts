import { describe, expect, test } from 'vitest'
import { createCallbackSender } from '../../../src/outbound/index.ts'
import type { CallbackSenderOptions } from '../../../src/outbound/index.ts'

const request = { headers: {}, body: '{}', signal: new AbortController().signal }

function never(): never {
  throw new Error('Nothing may be looked up')
}

function objection(url: string, options: Partial<CallbackSenderOptions> = {}): string | null {
  return createCallbackSender({ allowPrivate: [], lookup: never, ...options }).objection(url)
}

describe('an address that is closed', () => {
  test.each([
    'https://127.0.0.1/',
    'https://127.0.0.1./',
    'https://127.0.0.1../',
    'https://127.1/',
    'https://127.255.255.254/',
    'https://2130706433/',
    'https://017700000001/',
    'https://0177.0.0.1/',
    'https://0x7f000001/',
    'https://0x7f.0.0.0x1/',
    'https://0/',
    'https://0.0.0.0/',
    'https://%31%32%37.0.0.1/',
    'https://１２７.0.0.1/',
    'https://127。0。0。1/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://localhost../',
    'https://any.localhost/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://2852039166/',
    'https://168.63.129.16/',
    'https://100.64.0.1/',
    'https://100.100.100.200/',
    'https://192.0.0.192/',
    'https://192.0.2.1/',
    'https://198.18.0.1/',
    'https://198.51.100.1/',
    'https://203.0.113.1/',
    'https://192.88.99.1/',
    'https://224.0.0.1/',
    'https://240.0.0.1/',
    'https://255.255.255.255/',
    'https://[::]/',
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::ffff:8.8.8.8]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[64:ff9b:1::1]/',
    'https://[100::1]/',
    'https://[2001::1]/',
    'https://[2001:db8::1]/',
    'https://[2002:7f00:1::]/',
    'https://[3fff::1]/',
    'https://[5f00::1]/',
    'https://[fc00::1]/',
    'https://[fd00:ec2::254]/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    'https://[ff02::1]/',
    'https://[ff05::1:3]/',
    'https://0x7f.1/',
    'https://127.0.1/',
    'https://3232235521/',
    'https://0300.0250.0.1/',
    'https://0xa9fea9fe/',
    'https://0251.0376.0251.0376/',
    'https://169.254.170.2/v2/credentials',
    'https://①②⑦.⓪.⓪.①/',
    'https://127.0.0.1\u00AD/',
    'https://127.0.0\u200B.1/',
    'https://127.0.0.1#@example.com/',
    'https://127.0.0.1\\@example.com/',
    'https://127.0.0.1:443?@example.com/',
    'https://[::ffff:0:127.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[0:0:0:0:0:ffff:0a00:0001]/',
    'https://[64:ff9b::169.254.169.254]/',
    'https://[64:ff9b::8.8.8.8]/',
    'https://[64:ff9b:1:7f00:0:100::]/',
    'https://[2002:a9fe:a9fe::1]/',
    'https://[2002:808:808::1]/',
    'https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
    'https://[2001:20::1]/',
    'https://[fd20:ce::254]/',
    'https://[fe80::a9fe:a9fe]/',
  ])('%s is refused before anything is looked up, and when it is sent to', async (url) => {
    expect(objection(url)).toMatch(/is not a public address; addresses listed in CALLBACK_ALLOW_PRIVATE/)
    await using sender = createCallbackSender({ allowPrivate: [], lookup: never })
    expect(await sender.send({ ...request, url })).toMatchObject({ outcome: 'failed', reason: 'blocked' })
  })
})

describe('an address that cannot be right', () => {
  test.each([
    ['', /must be an https/],
    ['example.com/hook', /must be an https/],
    ['//example.com', /must be an https/],
    ['https://', /must be an https/],
    ['https://1.2.3.4.5/', /must be an https/],
    ['https://256.1.1.1/', /must be an https/],
    ['https://[fe80::1%25eth0]/', /must be an https/],
    ['https://exa mple.com/', /must be an https/],
    [`https://example.com/${'x'.repeat(2048)}`, /at most 2048/],
    ['ftp://example.com/', /must start with https/],
    ['file:///etc/passwd', /must start with https/],
    ['javascript:alert(1)', /must start with https/],
    ['gopher://127.0.0.1:6379/_x', /must start with https/],
    ['http://example.com/', /must start with https/],
    ['https://user@example.com/', /user or password/],
    ['https://public.example@127.0.0.1/', /user or password/],
    ['https://example.com:22/', /port 22 is not allowed: use 443 or 8443/],
    ['https://example.com:80/', /port 80 is not allowed/],
    ['https://example.com:6379/', /port 6379 is not allowed/],
    ['https://example.com:0/', /port 0 is not allowed/],
    ['https://example.com:65536/', /must be an https/],
    ['https://127.0.0.1%00.example.com/', /must be an https/],
    ['https://:secret@example.com/', /user or password/],
    ['https://example.com%40127.0.0.1/', /must be an https/],
    ['ws://example.com/', /must start with https/],
    ['blob:https://example.com/x', /must start with https/],
  ])('%s is refused with a sentence that helps', (url, message) => {
    expect(objection(url)).toMatch(message)
  })
})

describe('an address that is public', () => {
  test.each([
    'https://example.com/hook?a=1',
    'https://example.com:8443/',
    'https://example.com./',
    'https://8.8.8.8/',
    'https://172.32.0.1/',
    'https://100.128.0.1/',
    'https://[2606:4700::1111]/',
    'https://localhost.example.com/',
    'https://127.0.0.1.example.com/',
  ])('%s is fine', (url) => {
    expect(objection(url)).toBeNull()
  })

  test('may use the ports that are listed', () => {
    expect(objection('https://example.com:9443/', { ports: [9443] })).toBeNull()
    expect(objection('https://example.com/', { ports: [9443] })).toMatch('port 443 is not allowed: use 9443')
  })
})

describe('an address the operator opened', () => {
  const opened = { allowPrivate: ['127.0.0.0/8', '10.1.0.0/16', 'fd00::/8', '192.168.1.7'] }

  test.each([
    'http://127.0.0.1:3000/hook',
    'http://localhost:3000/',
    'https://127.1:22/',
    'http://10.1.2.3/',
    'https://[fd12::1]:8080/',
    'http://192.168.1.7/',
    'http://[::ffff:10.1.2.3]/',
    'http://service.internal:8080/',
  ])('%s is fine, on any port and in plain http', (url) => {
    expect(objection(url, opened)).toBeNull()
  })

  test.each(['http://10.2.0.1/', 'https://192.168.1.8/', 'https://[fe80::1]/', 'http://8.8.8.8/', 'https://8.8.8.8:22/'])(
    '%s is not one of them',
    (url) => {
      expect(objection(url, opened)).not.toBeNull()
    },
  )

  test.each(['10.0.0.0/33', '10.0.0/8', '::/129', 'private', '', '10.0.0.0/-1', '10.0.0.0/8/8'])('%j is not a range', (text) => {
    expect(() => createCallbackSender({ allowPrivate: [text] })).toThrow('Not a range of addresses')
  })
})
