import { createDice, type Dice } from './dice.ts'
import { createRaster, fillBelow, fillBox, fillEllipse, hsl, mix, type Raster, type Rgb } from './raster.ts'

export interface Scene {
  /** Fixes the land: an edit keeps its parent's. */
  prompt: string
  /** Each edit gives the land another light and adds something to it. */
  edits: readonly string[]
  seed: number
}

interface Mood {
  skyTop: Rgb
  skyLow: Rgb
  sun: Rgb
  hills: readonly [far: Rgb, near: Rgb]
  stars: boolean
  snow: boolean
}

export function paintScene(scene: Scene, { width, height, transparent }: { width: number; height: number; transparent: boolean }): Raster {
  const raster = createRaster(width, height)
  const land = createDice(`land ${scene.seed} ${scene.prompt}`)
  const mood = moodOf(scene.edits.at(-1) ?? scene.prompt, scene.seed)
  if (!transparent) paintSky(raster, mood)
  if (mood.stars) paintStars(raster, createDice(`stars ${scene.prompt}`))
  paintSun(raster, { mood, dice: land })
  if (!transparent) paintClouds(raster, { mood, dice: land })
  paintHills(raster, { mood, dice: land })
  for (const edit of scene.edits) paintBalloons(raster, createDice(`edit ${scene.seed} ${edit}`))
  return raster
}

function moodOf(words: string, seed: number): Mood {
  const dice = createDice(`mood ${seed} ${words}`)
  const hue = dice.between(0, 360)
  const ground = dice.between(70, 190)
  const night = /night|dark|moon|star|noir/i.test(words)
  const warm = /sunset|dusk|dawn|autumn|warm|desert/i.test(words) || dice.whole(0, 2) === 0
  const snow = /snow|winter|ice|cold|arctic/i.test(words)
  const land = warm ? 25 : ground
  const far = snow ? hsl(210, 0.3, 0.8) : hsl(land, 0.35, night ? 0.22 : 0.62)
  const near = snow ? hsl(205, 0.35, 0.93) : hsl(land, 0.5, night ? 0.08 : 0.26)
  if (night)
    return {
      skyTop: hsl(hue / 6 + 220, 0.6, 0.08),
      skyLow: hsl(hue / 6 + 230, 0.5, 0.3),
      sun: hsl(50, 0.3, 0.9),
      hills: [far, near],
      stars: true,
      snow,
    }
  const skyTop = warm ? hsl(265 + hue / 9, 0.45, 0.38) : hsl(195 + hue / 12, 0.6, 0.52)
  const skyLow = warm ? hsl(20 + hue / 18, 0.85, 0.72) : hsl(190 + hue / 9, 0.6, 0.86)
  return { skyTop, skyLow, sun: hsl(30 + hue / 18, 0.95, warm ? 0.66 : 0.8), hills: [far, near], stars: false, snow }
}

function paintSky(raster: Raster, mood: Mood): void {
  for (let y = 0; y < raster.height; y += 1) {
    const colour = mix(mood.skyTop, mood.skyLow, (y / raster.height) ** 0.8)
    fillBox(raster, { x: 0, y, width: raster.width, height: 1, colour })
  }
}

function paintStars(raster: Raster, dice: Dice): void {
  for (let n = 0; n < 90; n += 1) {
    const radius = dice.between(0.5, 1.4) * (raster.height / 1_024) + 0.3
    fillEllipse(raster, {
      x: dice.between(0, raster.width),
      y: dice.between(0, raster.height * 0.6),
      rx: radius,
      ry: radius,
      colour: [255, 252, 235],
    })
  }
}

function paintSun(raster: Raster, { mood, dice }: { mood: Mood; dice: Dice }): void {
  const { width, height } = raster
  const [x, y] = [width * dice.between(0.2, 0.8), height * dice.between(0.16, 0.45)]
  const radius = Math.min(width, height) * dice.between(0.06, 0.1)
  for (const ring of [2.6, 1.9, 1.4]) {
    fillEllipse(raster, { x, y, rx: radius * ring, ry: radius * ring, colour: mood.sun, strength: 0.16 })
  }
  fillEllipse(raster, { x, y, rx: radius, ry: radius, colour: mood.sun })
}

function paintClouds(raster: Raster, { mood, dice }: { mood: Mood; dice: Dice }): void {
  const { width, height } = raster
  const colour = mix(mood.skyLow, [255, 255, 255], mood.stars ? 0.1 : 0.7)
  for (let cloud = dice.whole(2, 4); cloud > 0; cloud -= 1) {
    const [x, y, size] = [width * dice.between(0, 1), height * dice.between(0.08, 0.38), height * dice.between(0.02, 0.04)]
    for (let puff = -2; puff <= 2; puff += 1) {
      const radius = size * (1.5 - Math.abs(puff) * 0.35)
      fillEllipse(raster, {
        x: x + puff * size * 1.3,
        y: y + dice.between(-0.2, 0.2) * size,
        rx: radius * 1.5,
        ry: radius * 0.8,
        colour,
        strength: 0.85,
      })
    }
  }
}

function paintHills(raster: Raster, { mood, dice }: { mood: Mood; dice: Dice }): void {
  const { width, height } = raster
  const layers = dice.whole(3, 5)
  for (let layer = 0; layer < layers; layer += 1) {
    const near = layer / (layers - 1)
    const base = height * (0.52 + 0.34 * near)
    const waves = [1, 2.3, 5.1].map((pace) => ({
      pace: pace * dice.between(0.7, 1.3),
      shift: dice.between(0, 6.3),
      tall: (height * dice.between(0.03, 0.09)) / pace,
    }))
    const lineAt = (x: number): number =>
      waves.reduce((y, wave) => y + Math.sin((x / width) * 6.3 * wave.pace + wave.shift) * wave.tall, base)
    const top = mix(mix(mood.hills[0], mood.skyLow, 0.35 * (1 - near)), mood.hills[1], near)
    fillBelow(raster, { lineAt, top, bottom: mix(top, [10, 20, 30], 0.35) })
    if (layer >= layers - 2)
      paintTrees(raster, { dice, lineAt, size: height * (0.03 + 0.04 * near), colour: mix(top, [8, 24, 24], 0.55), snow: mood.snow })
  }
}

function paintTrees(
  raster: Raster,
  { dice, lineAt, size, colour, snow }: { dice: Dice; lineAt: (x: number) => number; size: number; colour: Rgb; snow: boolean },
): void {
  for (let tree = dice.whole(5, 11); tree > 0; tree -= 1) {
    const x = dice.between(0, raster.width)
    const [foot, tall] = [lineAt(x) + size * 0.15, size * dice.between(0.7, 1.3)]
    fillBox(raster, {
      x: x - size * 0.04,
      y: foot - tall * 0.3,
      width: size * 0.08,
      height: tall * 0.35,
      colour: mix(colour, [60, 40, 30], 0.5),
    })
    for (let step = 0; step < tall * 0.85; step += 1) {
      const half = (step / (tall * 0.85)) * size * 0.28
      const tip = snow && step < tall * 0.25
      fillBox(raster, { x: x - half, y: foot - tall + step, width: half * 2, height: 1, colour: tip ? [240, 246, 252] : colour })
    }
  }
}

function paintBalloons(raster: Raster, dice: Dice): void {
  const { width, height } = raster
  for (let balloon = dice.whole(1, 3); balloon > 0; balloon -= 1) {
    const [x, y, size] = [
      width * dice.between(0.12, 0.88),
      height * dice.between(0.12, 0.5),
      Math.min(width, height) * dice.between(0.03, 0.06),
    ]
    const colour = hsl(dice.between(0, 360), 0.75, 0.55)
    fillEllipse(raster, { x, y, rx: size, ry: size * 1.15, colour })
    fillEllipse(raster, { x, y, rx: size * 0.4, ry: size * 1.15, colour: mix(colour, [255, 255, 255], 0.45) })
    fillBox(raster, { x: x - size * 0.18, y: y + size * 1.35, width: size * 0.36, height: size * 0.28, colour: [96, 64, 40] })
  }
}
