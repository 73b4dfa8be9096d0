export interface Media {
  contentType: string
  extension: string
  width: number | null
  height: number | null
}

/** How many leading bytes are enough for a verdict: a JPEG may carry long metadata before its frame. */
export const SNIFF_BYTES = 65_536

/** What bytes are, told by themselves: the name or type that came with them is not believed. */
export function sniffMedia(head: Buffer): Media | null {
  if (head.length >= 24 && head.readUInt32BE(0) === 0x89504e47 && head.readUInt32BE(4) === 0x0d0a1a0a) {
    return { contentType: 'image/png', extension: 'png', width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
  }
  if (head.length >= 4 && head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) {
    return { contentType: 'image/jpeg', extension: 'jpg', ...jpegSize(head) }
  }
  const ascii = head.subarray(0, 16).toString('latin1')
  if (ascii.startsWith('RIFF') && ascii.slice(8, 12) === 'WEBP') return { contentType: 'image/webp', extension: 'webp', ...webpSize(head) }
  if (/^GIF8[79]a/.test(ascii) && head.length >= 10) {
    return { contentType: 'image/gif', extension: 'gif', width: head.readUInt16LE(6), height: head.readUInt16LE(8) }
  }
  if (ascii.startsWith('%PDF-')) return sized('application/pdf', 'pdf')
  if (ascii.startsWith('PK\u0003\u0004')) return sized('application/zip', 'zip')
  if (ascii.startsWith('RIFF') && ascii.slice(8, 12) === 'WAVE') return sized('audio/wav', 'wav')
  if (ascii.startsWith('OggS')) return sized('audio/ogg', 'ogg')
  if (ascii.startsWith('fLaC')) return sized('audio/flac', 'flac')
  if (ascii.startsWith('ID3') || (head.length >= 2 && head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2))
    return sized('audio/mpeg', 'mp3')
  if (
    /^\uFEFF?\s*(<\?xml[^>]*>\s*)?(<!--(?:(?!-->)[\s\S])*-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/i.test(
      head.subarray(0, 1024).toString('utf8'),
    )
  ) {
    return sized('image/svg+xml', 'svg')
  }
  return null
}

function sized(contentType: string, extension: string): Media {
  return { contentType, extension, width: null, height: null }
}

type Size = Pick<Media, 'width' | 'height'>
const UNKNOWN: Size = { width: null, height: null }

function jpegSize(head: Buffer): Size {
  let at = 2
  while (at + 9 < head.length) {
    if (head[at] !== 0xff) return UNKNOWN
    const marker = head[at + 1] ?? 0
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { height: head.readUInt16BE(at + 5), width: head.readUInt16BE(at + 7) }
    at += 2 + head.readUInt16BE(at + 2)
  }
  return UNKNOWN
}

function webpSize(head: Buffer): Size {
  if (head.length < 30) return UNKNOWN
  const chunk = head.subarray(12, 16).toString('latin1')
  if (chunk === 'VP8X') return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 }
  if (chunk === 'VP8 ') return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff }
  if (chunk !== 'VP8L') return UNKNOWN
  const bits = head.readUInt32LE(21)
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
}
