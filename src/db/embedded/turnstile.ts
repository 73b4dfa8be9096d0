/** Lets one through at a time, in the order they came. */
export class Turnstile {
  #busy = false
  readonly #waiting: (() => void)[] = []

  /** Resolves with the way out. Rejects when the turn does not come in time. */
  async enter(options: { timeoutMs: number }): Promise<() => void> {
    if (this.#busy) await this.#turn(options.timeoutMs)
    this.#busy = true
    return () => this.#leave()
  }

  #turn(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        clearTimeout(timer)
        resolve()
      }
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1)
        reject(new TurnTimeoutError())
      }
      const timer = setTimeout(giveUp, timeoutMs)
      this.#waiting.push(enter)
    })
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#busy = false
    else next()
  }
}

export class TurnTimeoutError extends Error {
  override name = 'TurnTimeoutError'
  override message =
    'The embedded database was busy with another transaction for too long. ' +
    'A transaction that waits for a query outside of itself would never end.'
}
