import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { drawChart } from '../../../src/sandbox/pictures/chart.ts'
import { drawPicture, type PictureSpec } from '../../../src/sandbox/pictures/draw-picture.ts'
import { encodePng } from '../../../src/sandbox/pictures/png.ts'
import { buildPrefixCode } from '../../../src/sandbox/pictures/prefix-code.ts'
import { paintScene } from '../../../src/sandbox/pictures/scene.ts'

const spec: PictureSpec = {
  prompt: 'a fox',
  edits: [],
  seed: 1,
  width: 160,
  height: 96,
  format: 'png',
  transparent: false,
  compression: 100,
  padTo: 0,
}

describe('png', () => {
  test('decodes back to the pixels that were painted', () => {
    const raster = paintScene(spec, spec)
    const { width, height, rgb } = decodePng(encodePng(raster))
    expect([width, height]).toEqual([160, 96])
    expect(rgb.equals(withoutAlpha(raster.pixels))).toBe(true)
  })

  test('is filled up to the size asked for and still decodes', () => {
    const bytes = drawPicture({ ...spec, padTo: 200_000 })
    expect(bytes.length).toBe(200_000)
    expect(decodePng(bytes).rgb.equals(decodePng(drawPicture(spec)).rgb)).toBe(true)
  })

  test('a chart is a png', () => {
    expect(decodePng(drawChart([3, 1, 2]))).toMatchObject({ width: 640, height: 400 })
  })
})

test('a jpeg starts and ends with its markers and tells its size', () => {
  const bytes = drawPicture({ ...spec, format: 'jpeg', width: 170, height: 99 })
  expect(bytes.subarray(0, 3).toString('hex')).toBe('ffd8ff')
  expect(bytes.subarray(-2).toString('hex')).toBe('ffd9')
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]))
  expect([bytes.readUInt16BE(frame + 7), bytes.readUInt16BE(frame + 5)]).toEqual([170, 99])
})

test('a webp is lossless and tells its size', () => {
  const bytes = drawPicture({ ...spec, format: 'webp' })
  expect(bytes.subarray(8, 16).toString('latin1')).toBe('WEBPVP8L')
  expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8)
  const size = bytes.readUInt32LE(21)
  expect([(size & 0x3fff) + 1, ((size >>> 14) & 0x3fff) + 1]).toEqual([160, 96])
})

test('a prefix code is complete and no longer than allowed, however uneven the counts', () => {
  const counts = Uint32Array.from({ length: 40 }, (_, index) => Math.floor(1.9 ** Math.min(index, 33)))
  const { lengths } = buildPrefixCode(counts, 15)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(15)
  expect([...lengths].reduce((sum, length) => sum + 2 ** -length, 0)).toBe(1)
})

test('the same words and seed draw the same picture, others another', () => {
  expect(drawPicture(spec).equals(drawPicture({ ...spec }))).toBe(true)
  expect(drawPicture(spec).equals(drawPicture({ ...spec, seed: 2 }))).toBe(false)
  expect(drawPicture(spec).equals(drawPicture({ ...spec, prompt: 'a hare' }))).toBe(false)
})

test('an edit keeps the land and changes the picture', () => {
  const size = { width: 160, height: 96, transparent: true }
  const land = outline(paintScene(spec, size).pixels)
  const edited = paintScene({ ...spec, edits: ['make it winter'] }, size).pixels
  expect(Buffer.from(edited).equals(paintScene(spec, size).pixels)).toBe(false)
  expect(sameShare(land, outline(edited))).toBeGreaterThan(0.97)
  expect(sameShare(land, outline(paintScene({ ...spec, prompt: 'a hare' }, size).pixels))).toBeLessThan(0.97)
})

test('a transparent picture has pixels to see through and others not', () => {
  const alphas = new Set(paintScene(spec, { ...spec, transparent: true }).pixels.filter((_, index) => index % 4 === 3))
  expect([alphas.has(0), alphas.has(255)]).toEqual([true, true])
})

function decodePng(bytes: Buffer): { width: number; height: number; rgb: Buffer } {
  expect(bytes.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a')
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const rows = inflateSync(chunkOf(bytes, 'IDAT'))
  const rgb = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y += 1) {
    const start = y * (width * 3 + 1)
    expect(rows[start]).toBe(1)
    for (let at = 0; at < width * 3; at += 1)
      rgb[y * width * 3 + at] = (rows[start + 1 + at] ?? 0) + (at < 3 ? 0 : (rgb[y * width * 3 + at - 3] ?? 0))
  }
  return { width, height, rgb }
}

function chunkOf(bytes: Buffer, type: string): Buffer {
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at) + 12) {
    if (bytes.toString('latin1', at + 4, at + 8) === type) return bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at))
  }
  throw new Error(`no ${type} chunk`)
}

function withoutAlpha(pixels: Uint8Array): Buffer {
  return Buffer.from(pixels.filter((_, index) => index % 4 !== 3))
}

function outline(pixels: Uint8Array): boolean[] {
  return Array.from({ length: pixels.length / 4 }, (_, index) => pixels[index * 4 + 3] === 255)
}

function sameShare(left: readonly boolean[], right: readonly boolean[]): number {
  return left.filter((value, index) => value === right[index]).length / left.length
}
