const WIDEST = 16
/** Of those beyond it the rows remember. */
const MOST_WAITING = 200

/** What one process sends to one target: how many at once, and what waits for its turn. */
export class Lane {
  readonly targetId: string
  /** Rows wait that are not in `waiting`. */
  more = false
  /** Deliveries in a row that turned out not to be ours to send. */
  misses = 0
  readonly #waiting = new Set<string>()
  readonly #sending = new Set<string>()
  #width = 1
  #runners = 0

  constructor(targetId: string) {
    this.targetId = targetId
  }

  get isIdle(): boolean {
    return this.#runners === 0
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0 && !this.more
  }

  get needsRefill(): boolean {
    return this.#waiting.size === 0 && this.more
  }

  /** A place to send from; false: the delivery waits in line instead, and costs nobody a place meanwhile. */
  begin(deliveryId: string): boolean {
    if (this.#runners >= this.#width || this.#sending.has(deliveryId)) {
      this.line(deliveryId)
      return false
    }
    this.#waiting.delete(deliveryId)
    this.#runners += 1
    this.#sending.add(deliveryId)
    return true
  }

  end(): void {
    this.#runners -= 1
  }

  sent(deliveryId: string): void {
    this.#sending.delete(deliveryId)
  }

  line(deliveryId: string): void {
    if (this.#sending.has(deliveryId)) return
    if (this.#waiting.size < MOST_WAITING) this.#waiting.add(deliveryId)
    else this.more = true
  }

  /** The next for one who has a place already, unless there are too many of them now. */
  next(): string | null {
    return this.#runners > this.#width ? null : this.#shift()
  }

  /** The next for one more, where there is a place. */
  join(): string | null {
    if (this.#runners >= this.#width) return null
    const next = this.#shift()
    if (next !== null) this.#runners += 1
    return next
  }

  peek(): string | null {
    const [next = null] = this.#waiting
    return next
  }

  /** A target earns its width: one that hangs or fails never takes more than one place from the others. */
  took(): void {
    this.#width = Math.min(WIDEST, this.#width * 2)
  }

  failed(): void {
    this.#width = 1
  }

  /** The rows are asked what is due instead. */
  forget({ more }: { more: boolean }): void {
    this.#waiting.clear()
    this.more = more
  }

  #shift(): string | null {
    const next = this.peek()
    if (next === null) return null
    this.#waiting.delete(next)
    this.#sending.add(next)
    return next
  }
}

/** The lanes in use; one that is empty is forgotten, with the width it had. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>()

  of(targetId: string): Lane {
    const lane = this.#lanes.get(targetId) ?? new Lane(targetId)
    this.#lanes.set(targetId, lane)
    return lane
  }

  tidy(lane: Lane): void {
    if (lane.isIdle && lane.isEmpty) this.#lanes.delete(lane.targetId)
  }
}
