export type Rgb = readonly [red: number, green: number, blue: number]

/** RGBA, eight bits each, row by row. */
export interface Raster {
  width: number
  height: number
  pixels: Uint8Array
}

export function createRaster(width: number, height: number): Raster {
  return { width, height, pixels: new Uint8Array(width * height * 4) }
}

export function fillBox(raster: Raster, box: { x: number; y: number; width: number; height: number; colour: Rgb }): void {
  const { width, height, pixels } = raster
  const [red, green, blue] = box.colour
  const right = Math.min(width, Math.round(box.x + box.width))
  const bottom = Math.min(height, Math.round(box.y + box.height))
  for (let y = Math.max(0, Math.round(box.y)); y < bottom; y += 1) {
    for (let x = Math.max(0, Math.round(box.x)); x < right; x += 1) {
      const at = (y * width + x) * 4
      pixels[at] = red
      pixels[at + 1] = green
      pixels[at + 2] = blue
      pixels[at + 3] = 255
    }
  }
}

/** Lays a colour over one pixel; `cover` from 0 to 1. */
export function blend(raster: Raster, at: number, paint: { colour: Rgb; cover: number }): void {
  const { pixels } = raster
  const cover = paint.cover >= 1 ? 1 : paint.cover
  if (cover <= 0) return
  for (let channel = 0; channel < 3; channel += 1) {
    const under = pixels[at + channel] ?? 0
    pixels[at + channel] = Math.round(under + ((paint.colour[channel] ?? 0) - under) * cover)
  }
  pixels[at + 3] = Math.max(pixels[at + 3] ?? 0, Math.round(cover * 255))
}

/** An ellipse with a soft edge of `soft` pixels. */
export function fillEllipse(
  raster: Raster,
  {
    x,
    y,
    rx,
    ry,
    colour,
    soft = 1,
    strength = 1,
  }: { x: number; y: number; rx: number; ry: number; colour: Rgb; soft?: number; strength?: number },
): void {
  const { width, height } = raster
  const reach = soft + 1
  for (let row = Math.max(0, Math.floor(y - ry - reach)); row < Math.min(height, y + ry + reach); row += 1) {
    for (let column = Math.max(0, Math.floor(x - rx - reach)); column < Math.min(width, x + rx + reach); column += 1) {
      const distance = Math.hypot((column - x) / rx, (row - y) / ry)
      const cover = ((1 - distance) * Math.min(rx, ry)) / soft + 0.5
      if (cover > 0) blend(raster, (row * width + column) * 4, { colour, cover: Math.min(1, cover) * strength })
    }
  }
}

/** Fills below a line given for every column; its edge is smoothed. */
export function fillBelow(raster: Raster, { lineAt, top, bottom }: { lineAt: (x: number) => number; top: Rgb; bottom: Rgb }): void {
  const { width, height, pixels } = raster
  const line = Float32Array.from({ length: width }, (_, x) => lineAt(x))
  const first = Math.max(0, Math.floor(Math.min(...line)))
  for (let y = first; y < height; y += 1) {
    const colour = mix(top, bottom, (y - first) / Math.max(1, height - first))
    const [red, green, blue] = [Math.round(colour[0]), Math.round(colour[1]), Math.round(colour[2])]
    for (let x = 0; x < width; x += 1) {
      const depth = y - (line[x] ?? 0)
      if (depth <= -1) continue
      const at = (y * width + x) * 4
      if (depth < 0) {
        blend(raster, at, { colour, cover: 1 + depth })
        continue
      }
      pixels[at] = red
      pixels[at + 1] = green
      pixels[at + 2] = blue
      pixels[at + 3] = 255
    }
  }
}

export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share, from[2] + (to[2] - from[2]) * share]
}

export function hsl(hue: number, saturation: number, lightness: number): Rgb {
  const amount = saturation * Math.min(lightness, 1 - lightness)
  const channel = (n: number): number => {
    const k = (n + hue / 30) % 12
    return 255 * (lightness - amount * Math.max(-1, Math.min(k - 3, 9 - k, 1)))
  }
  return [channel(0), channel(8), channel(4)]
}
