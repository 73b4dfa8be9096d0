import { encodeJpeg } from './jpeg.ts'
import { encodePng } from './png.ts'
import { paintScene, type Scene } from './scene.ts'
import { encodeWebp } from './webp.ts'

export type PictureFormat = 'png' | 'jpeg' | 'webp'

export interface PictureSpec extends Scene {
  width: number
  height: number
  format: PictureFormat
  transparent: boolean
  compression: number
  /** A PNG is filled up to this many bytes. */
  padTo: number
}

export function drawPicture(spec: PictureSpec): Buffer {
  const raster = paintScene(spec, spec)
  switch (spec.format) {
    case 'png':
      return encodePng(raster, { alpha: spec.transparent, padTo: spec.padTo })
    case 'jpeg':
      return encodeJpeg(raster, { quality: Math.max(1, Math.min(92, spec.compression)) })
    case 'webp':
      return encodeWebp(raster)
    default:
      return spec.format satisfies never
  }
}
