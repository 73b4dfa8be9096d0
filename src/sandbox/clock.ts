// Objects are dated by this clock, so a test can let containers and stored responses age without waiting.
export interface Clock {
  nowMs(): number
  nowSeconds(): number
  advance(ms: number): void
}

export function createClock(): Clock {
  let offset = 0
  const nowMs = (): number => Date.now() + offset
  return {
    nowMs,
    nowSeconds: () => Math.floor(nowMs() / 1000),
    advance: (ms) => {
      offset += ms
    },
  }
}
