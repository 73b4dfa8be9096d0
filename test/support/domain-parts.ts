import type { CallbackSender, Clock, Queue, QueueEntry, SendOutcome } from '../../src/domain/ports.ts'

/** Stands still until it is told to go on. */
export class ManualClock implements Clock {
  #now: number
  readonly #repeats = new Set<{ every: number; next: number; call: () => void }>()

  constructor(start: Date) {
    this.#now = start.getTime()
  }

  now(): Date {
    return new Date(this.#now)
  }

  every(milliseconds: number, call: () => void): () => void {
    const repeat = { every: milliseconds, next: this.#now + milliseconds, call }
    this.#repeats.add(repeat)
    return () => this.#repeats.delete(repeat)
  }

  /** How many wait to be called: none may be left behind. */
  get repeats(): number {
    return this.#repeats.size
  }

  advance(seconds: number): void {
    const end = this.#now + seconds * 1000
    for (;;) {
      const next = [...this.#repeats].filter((repeat) => repeat.next <= end).toSorted((one, other) => one.next - other.next)[0]
      if (next === undefined) break
      this.#now = Math.max(this.#now, next.next)
      next.next += next.every
      next.call()
    }
    this.#now = end
  }
}

/** Keeps what was added; runs nothing. */
export class RecordingQueue implements Queue {
  entries: QueueEntry[] = []
  away = false

  async add(entries: QueueEntry[]): Promise<void> {
    if (this.away) throw new Error('the queue is away')
    this.entries.push(...entries)
  }

  get names(): string[] {
    return this.entries.map(({ name }) => name)
  }

  last(): QueueEntry {
    const entry = this.entries.at(-1)
    if (entry === undefined) throw new Error('nothing was queued')
    return entry
  }

  /** What was added since, which is forgotten. */
  clear(): QueueEntry[] {
    return this.entries.splice(0)
  }
}

type Request = Parameters<CallbackSender['send']>[0]

/** Answers with the outcomes it was given, the last one again and again. */
export class RecordingSender implements CallbackSender {
  readonly requests: Request[] = []
  outcomes: SendOutcome[] = []
  /** Runs while the request is under way. */
  during: (request: Request) => void | Promise<void> = () => undefined

  objection(): string | null {
    return null
  }

  async send(request: Request): Promise<SendOutcome> {
    this.requests.push(request)
    await this.during(request)
    const outcome = this.outcomes.length > 1 ? this.outcomes.shift() : this.outcomes[0]
    return outcome ?? replied(200)
  }
}

export function replied(status: number, headers: Record<string, string> = {}): SendOutcome {
  return { outcome: 'replied', status, headers, body: '', durationMs: 12.4 }
}

export function unreached(reason: string): SendOutcome {
  return { outcome: 'failed', reason, message: `it was ${reason}`, durationMs: 3 }
}
