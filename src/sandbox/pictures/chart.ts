import { createDice } from './dice.ts'
import { encodePng } from './png.ts'
import { createRaster, fillBox, hsl, type Rgb } from './raster.ts'

const INK: Rgb = [60, 66, 80]
const GRID: Rgb = [226, 230, 238]

/** A plain bar chart of the values, as a PNG. */
export function drawChart(
  values: readonly number[],
  { width = 640, height = 400, title = '' }: { width?: number; height?: number; title?: string } = {},
): Buffer {
  const raster = createRaster(width, height)
  const [left, bottom, top] = [48, height - 40, 32]
  const most = Math.max(1, ...values)
  const hue = createDice(title).between(0, 360)
  fillBox(raster, { x: 0, y: 0, width, height, colour: [255, 255, 255] })
  for (let line = 0; line <= 4; line += 1) {
    fillBox(raster, { x: left, y: bottom - (line / 4) * (bottom - top), width: width - left - 24, height: 1, colour: GRID })
  }
  const slot = (width - left - 40) / Math.max(1, values.length)
  for (const [index, value] of values.entries()) {
    const tall = (Math.max(0, value) / most) * (bottom - top)
    fillBox(raster, {
      x: left + 12 + index * slot,
      y: bottom - tall,
      width: slot * 0.7,
      height: tall,
      colour: hsl(hue, 0.55, 0.42 + (index % 2) * 0.1),
    })
    fillBox(raster, { x: left + 12 + index * slot + slot * 0.35, y: bottom, width: 1, height: 6, colour: INK })
  }
  fillBox(raster, { x: left, y: bottom, width: width - left - 24, height: 2, colour: INK })
  fillBox(raster, { x: left, y: top, width: 2, height: bottom - top + 2, colour: INK })
  return encodePng(raster)
}
