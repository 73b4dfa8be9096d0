import { crc32, deflateSync } from 'node:zlib'
import type { Raster } from './raster.ts'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

export function encodePng(raster: Raster, { alpha = false, padTo = 0 }: { alpha?: boolean; padTo?: number } = {}): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(raster.width, 0)
  header.writeUInt32BE(raster.height, 4)
  header.set([8, alpha ? 6 : 2, 0, 0, 0], 8)
  const data = deflateSync(filterRows(raster, alpha ? 4 : 3), { level: 3 })
  const parts = [SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]
  const missing = padTo - parts.reduce((sum, part) => sum + part.length, 0)
  if (missing > 12) parts.splice(2, 0, chunk('paDd', noise(missing - 12)))
  return Buffer.concat(parts)
}

/** Filter type 1: each byte less its left neighbour. */
function filterRows({ width, height, pixels }: Raster, channels: 3 | 4): Buffer {
  const rows = Buffer.allocUnsafe(height * (1 + width * channels))
  let out = 0
  for (let y = 0; y < height; y += 1) {
    rows[out] = 1
    out += 1
    let at = y * width * 4
    for (let x = 0; x < width; x += 1, at += 4) {
      for (let channel = 0; channel < channels; channel += 1) {
        const left = x === 0 ? 0 : (pixels[at + channel - 4] ?? 0)
        rows[out] = (pixels[at + channel] ?? 0) - left
        out += 1
      }
    }
  }
  return rows
}

function chunk(type: string, data: Buffer): Buffer {
  const whole = Buffer.allocUnsafe(data.length + 12)
  whole.writeUInt32BE(data.length, 0)
  whole.write(type, 4, 'latin1')
  whole.set(data, 8)
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + data.length)), 8 + data.length)
  return whole
}

/** Bytes that do not compress, so that a huge picture is huge on every wire. */
function noise(length: number): Buffer {
  const block = Buffer.allocUnsafe(Math.min(length, 65_521))
  for (let at = 0, state = 0x9e3779b9; at < block.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    block[at] = state >>> 24
  }
  return Buffer.alloc(length, block)
}
