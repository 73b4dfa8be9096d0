export interface HuffmanCode {
  codes: Uint16Array
  lengths: Uint8Array
}

interface Table {
  id: number
  perLength: readonly number[]
  symbols: readonly number[]
}

const DC_SYMBOLS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]

// The example tables of the standard (annex K), as nearly every encoder ships them.
const TABLES = {
  dcLuma: { id: 0x00, perLength: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], symbols: DC_SYMBOLS },
  acLuma: {
    id: 0x10,
    perLength: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    symbols: hex(
      '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a43444546474849' +
        '4a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4' +
        'c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
    ),
  },
  dcChroma: { id: 0x01, perLength: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], symbols: DC_SYMBOLS },
  acChroma: {
    id: 0x11,
    perLength: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
    symbols: hex(
      '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748' +
        '494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2' +
        'c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa',
    ),
  },
} as const satisfies Record<string, Table>

const DC = [codeOf(TABLES.dcLuma), codeOf(TABLES.dcChroma)] as const
const AC = [codeOf(TABLES.acLuma), codeOf(TABLES.acChroma)] as const

export function dcCode(colour: 0 | 1): HuffmanCode {
  return DC[colour]
}

export function acCode(colour: 0 | 1): HuffmanCode {
  return AC[colour]
}

export function huffmanSegments(): number[][] {
  return Object.values(TABLES).map(({ id, perLength, symbols }) => [id, ...perLength, ...symbols])
}

function codeOf({ perLength, symbols }: Table): HuffmanCode {
  const [codes, lengths] = [new Uint16Array(256), new Uint8Array(256)]
  let [code, next] = [0, 0]
  for (const [index, count] of perLength.entries()) {
    for (let n = 0; n < count; n += 1, next += 1, code += 1) {
      const symbol = symbols[next] ?? 0
      codes[symbol] = code
      lengths[symbol] = index + 1
    }
    code <<= 1
  }
  return { codes, lengths }
}

function hex(text: string): number[] {
  return [...Buffer.from(text, 'hex')]
}
