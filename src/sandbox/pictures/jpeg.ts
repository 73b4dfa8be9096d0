import { acCode, dcCode, huffmanSegments, type HuffmanCode } from './jpeg-huffman.ts'
import { forwardDct, quantTable, quantise, ZIGZAG } from './jpeg-blocks.ts'
import type { Raster } from './raster.ts'

/** Baseline JPEG, colour at half the resolution. */
export function encodeJpeg(raster: Raster, { quality = 85 }: { quality?: number } = {}): Buffer {
  const tables = [quantTable('luma', quality), quantTable('chroma', quality)] as const
  const scan = new ScanWriter()
  const planes = [0, 1, 2].map(() => new Float32Array(256))
  const last = [0, 0, 0]
  const block = new Float32Array(64)
  const encode = (component: number, plane: Float32Array, corner: { x: number; y: number; step: number }): void => {
    gather(block, plane, corner)
    forwardDct(block)
    const colour = component === 0 ? 0 : 1
    last[component] = scan.block(quantise(block, tables[colour].divisors), { before: last[component] ?? 0, colour })
  }
  for (let y = 0; y < raster.height; y += 16) {
    for (let x = 0; x < raster.width; x += 16) {
      toYcc(raster, { x, y, planes })
      for (const corner of [
        { x: 0, y: 0 },
        { x: 8, y: 0 },
        { x: 0, y: 8 },
        { x: 8, y: 8 },
      ])
        encode(0, planes[0]!, { ...corner, step: 1 })
      for (const component of [1, 2]) encode(component, planes[component]!, { x: 0, y: 0, step: 2 })
    }
  }
  return Buffer.concat([head(raster, tables), scan.finish(), Buffer.from([0xff, 0xd9])])
}

/** A square of sixteen pixels in luma and two chromas, its edges repeated beyond the picture. */
function toYcc({ width, height, pixels }: Raster, { x, y, planes }: { x: number; y: number; planes: Float32Array[] }): void {
  const [luma, blueness, redness] = planes
  if (luma === undefined || blueness === undefined || redness === undefined) return
  for (let row = 0, out = 0; row < 16; row += 1) {
    const line = Math.min(y + row, height - 1) * width
    for (let column = 0; column < 16; column += 1, out += 1) {
      const at = (line + Math.min(x + column, width - 1)) * 4
      const [r, g, b] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!]
      luma[out] = 0.299 * r + 0.587 * g + 0.114 * b - 128
      blueness[out] = -0.168736 * r - 0.331264 * g + 0.5 * b
      redness[out] = 0.5 * r - 0.418688 * g - 0.081312 * b
    }
  }
}

function gather(block: Float32Array, plane: Float32Array, { x, y, step }: { x: number; y: number; step: number }): void {
  for (let row = 0, out = 0; row < 8; row += 1) {
    for (let column = 0; column < 8; column += 1, out += 1) {
      const at = (y + row * step) * 16 + x + column * step
      block[out] = step === 1 ? plane[at]! : (plane[at]! + plane[at + 1]! + plane[at + 16]! + plane[at + 17]!) / 4
    }
  }
}

function head({ width, height }: Raster, tables: readonly { bytes: Uint8Array }[]): Buffer {
  const size = [height >> 8, height & 255, width >> 8, width & 255]
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, [...Buffer.from('JFIF\0', 'latin1'), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...tables.map(({ bytes }, id) => segment(0xdb, [id, ...bytes])),
    segment(0xc0, [8, ...size, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]),
    ...huffmanSegments().map((bytes) => segment(0xc4, bytes)),
    segment(0xda, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]),
  ])
}

function segment(marker: number, bytes: readonly number[]): Buffer {
  const length = bytes.length + 2
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...bytes])
}

/** Huffman-coded blocks, the highest bit first, with a zero stuffed after every 0xff. */
class ScanWriter {
  #bytes = Buffer.allocUnsafe(65_536)
  #length = 0
  #hold = 0
  #held = 0

  block(coefficients: Int16Array, { before, colour }: { before: number; colour: 0 | 1 }): number {
    const first = coefficients[0] ?? 0
    this.#amount(dcCode(colour), 0, first - before)
    let zeros = 0
    for (let index = 1; index < 64; index += 1) {
      const value = coefficients[ZIGZAG[index]!]!
      if (value === 0) {
        zeros += 1
        continue
      }
      for (; zeros > 15; zeros -= 16) this.#code(acCode(colour), 0xf0)
      this.#amount(acCode(colour), zeros << 4, value)
      zeros = 0
    }
    if (zeros > 0) this.#code(acCode(colour), 0)
    return first
  }

  finish(): Buffer {
    if (this.#held > 0) this.#bits(0x7f, 8 - this.#held)
    return Buffer.from(this.#bytes.subarray(0, this.#length))
  }

  #amount(code: HuffmanCode, run: number, value: number): void {
    const size = 32 - Math.clz32(Math.abs(value))
    this.#code(code, run | size)
    this.#bits(value < 0 ? value + (1 << size) - 1 : value, size)
  }

  #code(code: HuffmanCode, symbol: number): void {
    this.#bits(code.codes[symbol] ?? 0, code.lengths[symbol] ?? 0)
  }

  #bits(value: number, count: number): void {
    this.#hold = (this.#hold << count) | (value & ((1 << count) - 1))
    this.#held += count
    while (this.#held >= 8) {
      this.#held -= 8
      const byte = (this.#hold >>> this.#held) & 0xff
      this.#push(byte)
      if (byte === 0xff) this.#push(0)
    }
    this.#hold &= (1 << this.#held) - 1
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.allocUnsafe(this.#length)])
    this.#bytes[this.#length] = byte
    this.#length += 1
  }
}
