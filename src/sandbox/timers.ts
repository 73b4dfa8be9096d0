// Every wait of the sandbox goes through here, so that closing it leaves no timer behind.
export class Timers implements Disposable {
  readonly #closing = new AbortController()
  #waiting = 0

  get closed(): boolean {
    return this.#closing.signal.aborted
  }

  get signal(): AbortSignal {
    return this.#closing.signal
  }

  get waiting(): number {
    return this.#waiting
  }

  /** Resolves after `ms`, and at once when `hurry` is aborted or the sandbox closes. */
  async sleep(ms: number, hurry?: AbortSignal): Promise<void> {
    if (ms <= 0 || this.closed || hurry?.aborted === true) return
    this.#waiting += 1
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#closing.signal.removeEventListener('abort', done)
        hurry?.removeEventListener('abort', done)
        this.#waiting -= 1
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#closing.signal.addEventListener('abort', done)
      hurry?.addEventListener('abort', done)
    })
  }

  [Symbol.dispose](): void {
    this.#closing.abort()
  }
}
