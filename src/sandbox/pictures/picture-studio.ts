import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { setBounded } from '../bounded.ts'
import { drawPicture, type PictureSpec } from './draw-picture.ts'
import type { DrawnPicture, DrawOrder } from './picture-worker.ts'

const MOST_KEPT = 64
// A picture this small is drawn sooner than the thread would start.
const SMALL_PIXELS = 256 * 256

/** Draws in a thread of its own, which starts with the first picture of some size. */
export class PictureStudio implements AsyncDisposable {
  readonly #waiting = new Map<number, (bytes: Buffer) => void>()
  readonly #drawn = new Map<string, Promise<Buffer>>()
  #worker: Worker | undefined
  #orders = 0

  draw(spec: PictureSpec): Promise<Buffer> {
    const key = JSON.stringify(spec)
    const known = this.#drawn.get(key)
    if (known !== undefined) return known
    const small = spec.width * spec.height <= SMALL_PIXELS && spec.padTo === 0
    const drawing = small ? Promise.resolve(drawPicture(spec)) : this.#order(spec)
    setBounded(this.#drawn, { key, value: drawing, max: MOST_KEPT })
    return drawing
  }

  #order(spec: PictureSpec): Promise<Buffer> {
    this.#worker ??= this.#open()
    const id = (this.#orders += 1)
    const drawing = new Promise<Buffer>((resolve) => this.#waiting.set(id, resolve))
    this.#worker.postMessage({ id, spec } satisfies DrawOrder)
    return drawing
  }

  #open(): Worker {
    const worker = new Worker(join(import.meta.dirname, 'picture-worker.ts'))
    worker.on('message', ({ id, bytes }: DrawnPicture) => {
      this.#waiting.get(id)?.(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      this.#waiting.delete(id)
    })
    return worker
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate()
    for (const resolve of this.#waiting.values()) resolve(Buffer.alloc(0))
    this.#waiting.clear()
  }
}
