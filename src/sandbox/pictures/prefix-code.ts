/** A canonical Huffman code: `lengths[symbol]` bits, and its bits reversed for a lowest-first writer. */
export interface PrefixCode {
  lengths: Uint8Array
  codes: Uint16Array
  used: number[]
}

export function buildPrefixCode(counts: Uint32Array, maxLength: number): PrefixCode {
  const used = [...counts.keys()].filter((symbol) => (counts[symbol] ?? 0) > 0)
  const flattened = Uint32Array.from(counts)
  let lengths = huffmanLengths(flattened, used)
  // Halving the counts flattens the tree until no code is too long.
  while (lengths.some((length) => length > maxLength)) {
    for (const symbol of used) flattened[symbol] = ((flattened[symbol] ?? 0) >>> 1) | 1
    lengths = huffmanLengths(flattened, used)
  }
  return { lengths, codes: canonicalCodes(lengths, maxLength), used }
}

interface Node {
  weight: number
  symbols: number[]
}

function huffmanLengths(counts: Uint32Array, used: readonly number[]): Uint8Array {
  const lengths = new Uint8Array(counts.length)
  const nodes: Node[] = used.map((symbol) => ({ weight: counts[symbol] ?? 0, symbols: [symbol] }))
  while (nodes.length > 1) {
    nodes.sort((a, b) => b.weight - a.weight)
    const [first, second] = [nodes.pop(), nodes.pop()]
    if (first === undefined || second === undefined) break
    const symbols = [...first.symbols, ...second.symbols]
    for (const symbol of symbols) lengths[symbol] = (lengths[symbol] ?? 0) + 1
    nodes.push({ weight: first.weight + second.weight, symbols })
  }
  return lengths
}

function canonicalCodes(lengths: Uint8Array, maxLength: number): Uint16Array {
  const codes = new Uint16Array(lengths.length)
  let code = 0
  for (let length = 1; length <= maxLength; length += 1) {
    for (let symbol = 0; symbol < lengths.length; symbol += 1) {
      if (lengths[symbol] !== length) continue
      codes[symbol] = reverse(code, length)
      code += 1
    }
    code <<= 1
  }
  return codes
}

function reverse(code: number, length: number): number {
  let reversed = 0
  for (let bit = 0; bit < length; bit += 1) reversed |= ((code >>> bit) & 1) << (length - 1 - bit)
  return reversed
}
