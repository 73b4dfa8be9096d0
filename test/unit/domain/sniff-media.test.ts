import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sniffMedia, SNIFF_BYTES } from '../../../src/domain/sniff-media.ts'
import { encodeJpeg } from '../../../src/sandbox/pictures/jpeg.ts'
import { encodePng } from '../../../src/sandbox/pictures/png.ts'
import { createRaster } from '../../../src/sandbox/pictures/raster.ts'
import { encodeWebp } from '../../../src/sandbox/pictures/webp.ts'

const size = { width: 37, height: 21 }
const raster = createRaster(size.width, size.height)
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const ascii = (text: string): Buffer => Buffer.from(text, 'latin1')

/** A JPEG with `length` bytes of camera data before its frame. */
function withExif(jpeg: Buffer, length: number): Buffer {
  const parts = [jpeg.subarray(0, 2)]
  for (let left = length; left > 0; left -= 65_533) {
    const body = Buffer.alloc(Math.min(left, 65_533), 0xff)
    const head = Buffer.from([0xff, 0xe1, 0, 0])
    head.writeUInt16BE(body.length + 2, 2)
    parts.push(head, body)
  }
  return Buffer.concat([...parts, jpeg.subarray(2)])
}

function webp(chunk: string, body: Buffer): Buffer {
  return Buffer.concat([ascii('RIFF\0\0\0\0WEBP'), ascii(chunk), Buffer.alloc(4), body, Buffer.alloc(30)])
}

describe('real pictures are known with their size', () => {
  test.each([
    ['png', 'image/png', encodePng(raster)],
    ['jpg', 'image/jpeg', encodeJpeg(raster)],
    ['jpg', 'image/jpeg', withExif(encodeJpeg(raster), 60_000)],
    ['webp', 'image/webp', encodeWebp(raster)],
    ['webp', 'image/webp', webp('VP8X', hex('00000000 240000 140000'))],
    ['webp', 'image/webp', webp('VP8 ', hex('000000 9d012a 2500 1500'))],
    ['gif', 'image/gif', Buffer.concat([ascii('GIF89a'), hex('2500 1500 00')])],
  ])('%s', (extension, contentType, picture) => {
    expect(sniffMedia(picture.subarray(0, SNIFF_BYTES))).toEqual({ contentType, extension, ...size })
  })

  test('but for a jpeg whose frame lies too far in: that is a jpeg of unknown size', () => {
    const far = withExif(encodeJpeg(raster), 200_000).subarray(0, SNIFF_BYTES)
    expect(sniffMedia(far)).toEqual({ contentType: 'image/jpeg', extension: 'jpg', width: null, height: null })
  })
})

test.each([
  ['application/pdf', ascii('%PDF-1.7\n')],
  ['application/zip', ascii('PK\u0003\u0004....')],
  ['audio/wav', ascii('RIFF\0\0\0\0WAVEfmt ')],
  ['audio/ogg', ascii('OggS\0')],
  ['audio/flac', ascii('fLaC\0')],
  ['audio/mpeg', ascii('ID3\u0004')],
  ['audio/mpeg', hex('fffb9064')],
  ['image/svg+xml', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['image/svg+xml', Buffer.from('\uFEFF<?xml version="1.0"?>\n<!-- a --><!-- b -->\n<!DOCTYPE svg PUBLIC "x" "y">\n<SVG\n>')],
])('%s is known by its first bytes', (contentType, head) => {
  expect(sniffMedia(head)).toMatchObject({ contentType })
})

test.each([
  '',
  'a,b\n1,2\n',
  '{"a":1}',
  '<html><svg></svg></html>',
  '<svgx>',
  '\u00ff\u00fea\0',
  'RIFF',
  'GIF89',
  'PK',
  '%PDF',
  '<!-- <svg> -->',
])('of %j nothing is claimed', (text) => {
  expect(sniffMedia(ascii(text))).toBeNull()
})

describe('hostile bytes', () => {
  const pictures = [
    encodePng(raster),
    encodeJpeg(raster),
    encodeWebp(raster),
    webp('VP8X', hex('00')),
    webp('VP8L', hex('2f')),
    ascii('GIF89a\u0001'),
  ]

  test('cut off anywhere never throw', () => {
    for (const picture of pictures) {
      for (let length = 0; length <= Math.min(picture.length, 700); length += 1)
        expect(() => sniffMedia(picture.subarray(0, length))).not.toThrow()
    }
  })

  test('of any kind behind any head never throw', () => {
    const head = fc.constantFrom('ffd8ff', 'ffd8ffe0', '89504e470d0a1a0a', '52494646000000005745425056503858', '474946383961', '')
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        expect(() => sniffMedia(Buffer.concat([hex(start), rest]))).not.toThrow()
      }),
    )
  })

  test('in a jpeg whose lengths are zero do not hold the walk up', () => {
    const zeros = Buffer.concat([hex('ffd8'), Buffer.alloc(SNIFF_BYTES - 2, hex('ffe00000'))])
    expect(sniffMedia(zeros)).toMatchObject({ contentType: 'image/jpeg', width: null })
  })

  test.each(['<!---->', '<!-- -->', '<!--a-->\n'])('of many comments (%j) are looked through in no time', (comment) => {
    const started = performance.now()
    expect(sniffMedia(Buffer.from(comment.repeat(145)))).toBeNull()
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
