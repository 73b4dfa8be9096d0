import { parentPort } from 'node:worker_threads'
import { drawPicture, type PictureSpec } from './draw-picture.ts'

export interface DrawOrder {
  id: number
  spec: PictureSpec
}

export interface DrawnPicture {
  id: number
  bytes: Uint8Array
}

parentPort?.on('message', ({ id, spec }: DrawOrder) => {
  const drawn: DrawnPicture = { id, bytes: drawPicture(spec) }
  parentPort?.postMessage(drawn)
})
