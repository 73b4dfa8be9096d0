// What is under way: runs that will end by themselves and webhook deliveries with their retries.
export class Activity {
  readonly #running = new Set<Promise<unknown>>()

  track(work: Promise<unknown>): void {
    const tracked = work.catch(() => undefined).finally(() => this.#running.delete(tracked))
    this.#running.add(tracked)
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
