import { describe, expect, test } from 'vitest'
import { parseStorageUrl } from '../../../src/storage/index.ts'

describe('a storage URL', () => {
  test('needs no more than a bucket', () => {
    expect(parseStorageUrl('s3://my-bucket')).toEqual({ ok: true, config: { kind: 's3', bucket: 'my-bucket', prefix: '' } })
    expect(parseStorageUrl('s3://my-bucket/')).toEqual({ ok: true, config: { kind: 's3', bucket: 'my-bucket', prefix: '' } })
  })

  test('carries everything', () => {
    const url =
      's3://my.bucket-1/some/prefix/?region=eu-central-1&endpoint=http%3A%2F%2F127.0.0.1:9000&path_style=false&checksums=always&access_key_id=test:tester&secret_access_key=a%26b'
    expect(parseStorageUrl(url)).toEqual({
      ok: true,
      config: {
        kind: 's3',
        bucket: 'my.bucket-1',
        prefix: 'some/prefix',
        region: 'eu-central-1',
        endpoint: 'http://127.0.0.1:9000',
        pathStyle: false,
        checksums: 'always',
        accessKeyId: 'test:tester',
        secretAccessKey: 'a&b',
      },
    })
  })

  test('keeps the plus and the slash of an AWS secret that was pasted unescaped', () => {
    const parsed = parseStorageUrl(
      's3://bucket/p?access_key_id=AKIA&secret_access_key=wJalr+XUtn/FEMI+bPx==&endpoint=https://s3.example.com/base',
    )
    expect(parsed.ok && parsed.config.secretAccessKey).toBe('wJalr+XUtn/FEMI+bPx==')
    expect(parsed.ok && parsed.config.endpoint).toBe('https://s3.example.com/base')
  })

  test.each([
    ['http://bucket/prefix', /must look like s3:/],
    ['bucket', /must look like s3:/],
    ['s3://bucket/prefix#part', /must look like s3:/],
    ['s3://', /the bucket must be/],
    ['s3://No_Capitals', /the bucket must be/],
    ['s3://key:secret@bucket', /not before an @/],
    ['s3://bucket/../other', /the prefix must be/],
    ['s3://bucket//double', /the prefix must be/],
    ['s3://bucket/a b', /the prefix must be/],
    ['s3://bucket?zone=eu', /unknown parameter "zone": known are region, endpoint/],
    ['s3://bucket?region=', /region is empty/],
    ['s3://bucket?region=%ff', /region is empty or not correctly % escaped/],
    ['s3://bucket?region=a&region=b', /region is given twice/],
    ['s3://bucket?region=a b', /region must be/],
    ['s3://bucket?region', /a parameter has no value/],
    ['s3://bucket?endpoint=ftp://host', /endpoint must be an http/],
    ['s3://bucket?endpoint=host:9000', /endpoint must be an http/],
    ['s3://bucket?endpoint=http://user:pass@host', /endpoint must be an http/],
    ['s3://bucket?path_style=1', /path_style must be true or false/],
    ['s3://bucket?checksums=never', /checksums must be always or when_required/],
    ['s3://bucket?access_key_id=abc', /access_key_id is set without secret_access_key/],
    ['s3://bucket?secret_access_key=abc', /secret_access_key is set without access_key_id/],
  ])('%s is refused', (url, fault) => {
    const parsed = parseStorageUrl(url)
    expect(parsed.ok ? [] : parsed.faults).toEqual([expect.stringMatching(fault)])
  })

  test('all its faults are told at once, and none repeats the secret', () => {
    const parsed = parseStorageUrl('s3://B/..?zone=1&secret_access_key=hunter2-hunter2&endpoint=hunter2-hunter2&region=hunter2 hunter2')
    expect(parsed.ok ? [] : parsed.faults).toHaveLength(6)
    expect(JSON.stringify(parsed)).not.toContain('hunter2')
  })
})
