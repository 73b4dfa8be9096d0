export const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57,
  50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
]

const LUMA = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22,
  37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]

const CHROMA_CORNER = [17, 18, 24, 47, 18, 21, 26, 66, 24, 26, 56, 99, 47, 66, 99, 99]

/** COSINES[frequency * 8 + place], already scaled to be orthonormal. */
const COSINES = Float32Array.from({ length: 64 }, (_, index) => {
  const [frequency, place] = [index >> 3, index & 7]
  return Math.cos(((2 * place + 1) * frequency * Math.PI) / 16) * (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5
})

const across = new Float32Array(64)

export function forwardDct(block: Float32Array): void {
  for (let row = 0; row < 64; row += 8) transform(block, across, { from: row, step: 1 })
  for (let column = 0; column < 8; column += 1) transform(across, block, { from: column, step: 8 })
}

/** Even frequencies from sums of mirrored pairs, odd ones from differences: half the products. */
function transform(input: Float32Array, output: Float32Array, { from, step }: { from: number; step: number }): void {
  const at = (index: number): number => input[from + index * step]!
  const [a, b, c, d] = [at(0), at(1), at(2), at(3)]
  const [h, g, f, e] = [at(7), at(6), at(5), at(4)]
  for (let frequency = 0; frequency < 8; frequency += 1) {
    const cosine = frequency * 8
    const sum =
      (frequency & 1) === 0
        ? (a + h) * COSINES[cosine]! + (b + g) * COSINES[cosine + 1]! + (c + f) * COSINES[cosine + 2]! + (d + e) * COSINES[cosine + 3]!
        : (a - h) * COSINES[cosine]! + (b - g) * COSINES[cosine + 1]! + (c - f) * COSINES[cosine + 2]! + (d - e) * COSINES[cosine + 3]!
    output[from + frequency * step] = sum
  }
}

export function quantTable(kind: 'luma' | 'chroma', quality: number): { bytes: Uint8Array; divisors: Uint8Array } {
  const scale = quality < 50 ? 5_000 / Math.max(1, quality) : 200 - 2 * quality
  const base = kind === 'luma' ? LUMA : chroma()
  const divisors = Uint8Array.from(base, (value) => Math.max(1, Math.min(255, Math.floor((value * scale + 50) / 100))))
  return { divisors, bytes: Uint8Array.from(ZIGZAG, (at) => divisors[at] ?? 1) }
}

function chroma(): number[] {
  return Array.from({ length: 64 }, (_, at) => (at >> 3 < 4 && (at & 7) < 4 ? (CHROMA_CORNER[(at >> 3) * 4 + (at & 7)] ?? 99) : 99))
}

const quantised = new Int16Array(64)

export function quantise(block: Float32Array, divisors: Uint8Array): Int16Array {
  for (let at = 0; at < 64; at += 1) quantised[at] = Math.round(block[at]! / divisors[at]!)
  return quantised
}
