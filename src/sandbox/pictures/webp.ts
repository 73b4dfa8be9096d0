import { BitSink } from './bit-sink.ts'
import { buildPrefixCode, type PrefixCode } from './prefix-code.ts'
import type { Raster } from './raster.ts'

const MAX_RUN = 4_096
const LENGTH_BASE = 256
const CODE_LENGTH_ORDER = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]

/** Lossless WebP (VP8L): green subtracted, left predictor, copies from the left and from above. */
export function encodeWebp(raster: Raster): Buffer {
  const { width, height } = raster
  const sink = new BitSink()
  sink.put(0x2f, 8)
  sink.put(width - 1, 14)
  sink.put(height - 1, 14)
  sink.put(1, 1)
  sink.put(0, 3)
  sink.put(0b101, 3) // transform: subtract green
  sink.put(0b001, 3) // transform: predictor
  sink.put(7, 3) // one mode for each block of 512 pixels
  sink.put(0, 1)
  for (const mode of [1, 0, 0, 0, 0]) putSingleSymbol(sink, mode)
  sink.put(0, 3) // no more transforms, no colour cache, one group of codes
  putPixels(sink, { residuals: predictLeft(raster), width })
  return riff(sink.finish())
}

/** Each pixel packed as alpha, red, green, blue, less its neighbour. */
function predictLeft({ width, height, pixels }: Raster): Uint32Array {
  const residuals = new Uint32Array(width * height)
  let before = [0, 0, 0, 255]
  for (let y = 0; y < height; y += 1) {
    let rowStart = before
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 4
      const green = pixels[at + 1] ?? 0
      const now = [((pixels[at] ?? 0) - green) & 255, green, ((pixels[at + 2] ?? 0) - green) & 255, pixels[at + 3] ?? 0]
      const difference = (channel: number): number => ((now[channel] ?? 0) - (before[channel] ?? 0)) & 255
      residuals[y * width + x] = ((difference(3) << 24) | (difference(0) << 16) | (difference(1) << 8) | difference(2)) >>> 0
      if (x === 0) rowStart = now
      before = now
    }
    before = rowStart // the first pixel of a row is predicted from the one above it
  }
  return residuals
}

interface Copy {
  run: number
  above: boolean
}

function findCopy(residuals: Uint32Array, at: number, width: number): Copy {
  const runFrom = (distance: number): number => {
    if (at < distance) return 0
    let run = 0
    while (run < MAX_RUN && at + run < residuals.length && residuals[at + run] === residuals[at + run - distance]) run += 1
    return run
  }
  const [left, above] = [runFrom(1), runFrom(width)]
  return above > left ? { run: above, above: true } : { run: left, above: false }
}

function putPixels(sink: BitSink, { residuals, width }: { residuals: Uint32Array; width: number }): void {
  const counts = {
    green: new Uint32Array(280),
    red: new Uint32Array(256),
    blue: new Uint32Array(256),
    alpha: new Uint32Array(256),
    distance: new Uint32Array(40),
  }
  const tokens: (Copy | number)[] = []
  for (let at = 0; at < residuals.length;) {
    const copy = findCopy(residuals, at, width)
    if (copy.run >= 4) {
      tokens.push(copy)
      count(counts.green, LENGTH_BASE + prefix(copy.run).symbol)
      count(counts.distance, copy.above ? 0 : 1)
      at += copy.run
      continue
    }
    const pixel = residuals[at] ?? 0
    tokens.push(pixel)
    count(counts.green, (pixel >>> 8) & 255)
    count(counts.red, (pixel >>> 16) & 255)
    count(counts.blue, pixel & 255)
    count(counts.alpha, pixel >>> 24)
    at += 1
  }
  const [green, red, blue, alpha, distance] = [counts.green, counts.red, counts.blue, counts.alpha, counts.distance].map((each) =>
    putCode(sink, each),
  )
  for (const token of tokens) {
    if (typeof token === 'number') {
      putSymbol(sink, green, (token >>> 8) & 255)
      putSymbol(sink, red, (token >>> 16) & 255)
      putSymbol(sink, blue, token & 255)
      putSymbol(sink, alpha, token >>> 24)
      continue
    }
    const { symbol, bits, extra } = prefix(token.run)
    putSymbol(sink, green, LENGTH_BASE + symbol)
    sink.put(extra, bits)
    putSymbol(sink, distance, token.above ? 0 : 1)
  }
}

function count(counts: Uint32Array, symbol: number): void {
  counts[symbol] = (counts[symbol] ?? 0) + 1
}

function prefix(value: number): { symbol: number; bits: number; extra: number } {
  if (value <= 4) return { symbol: value - 1, bits: 0, extra: 0 }
  const rest = value - 1
  const high = 31 - Math.clz32(rest)
  const bits = high - 1
  return { symbol: 2 * high + ((rest >>> bits) & 1), bits, extra: rest & ((1 << bits) - 1) }
}

function putSymbol(sink: BitSink, code: PrefixCode | undefined, symbol: number): void {
  if (code === undefined || code.used.length < 2) return
  sink.put(code.codes[symbol] ?? 0, code.lengths[symbol] ?? 0)
}

function putSingleSymbol(sink: BitSink, symbol: number): void {
  sink.put(0b101, 3) // a simple code, one symbol, in eight bits
  sink.put(symbol, 8)
}

function putCode(sink: BitSink, counts: Uint32Array): PrefixCode {
  const code = buildPrefixCode(counts, 15)
  if (code.used.length < 2) {
    putSingleSymbol(sink, code.used[0] ?? 0)
    return code
  }
  const lengthCounts = new Uint32Array(19)
  for (const length of code.lengths) count(lengthCounts, length)
  // A code over lengths needs two symbols to be written in full.
  if (lengthCounts.filter((each) => each > 0).length < 2) count(lengthCounts, lengthCounts[0] === 0 ? 0 : 1)
  const lengthCode = buildPrefixCode(lengthCounts, 7)
  sink.put(0, 1)
  sink.put(CODE_LENGTH_ORDER.length - 4, 4)
  for (const symbol of CODE_LENGTH_ORDER) sink.put(lengthCode.lengths[symbol] ?? 0, 3)
  sink.put(0, 1)
  for (const length of code.lengths) putSymbol(sink, lengthCode, length)
  return code
}

function riff(bits: Buffer): Buffer {
  const payload = bits.length % 2 === 0 ? bits : Buffer.concat([bits, Buffer.alloc(1)])
  const header = Buffer.alloc(20)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(12 + payload.length, 4)
  header.write('WEBPVP8L', 8, 'latin1')
  header.writeUInt32LE(bits.length, 16)
  return Buffer.concat([header, payload])
}
