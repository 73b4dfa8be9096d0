/** Gathers bits, the lowest first, as VP8L wants them. */
export class BitSink {
  #bytes = Buffer.allocUnsafe(65_536)
  #length = 0
  #hold = 0
  #held = 0

  put(value: number, bits: number): void {
    this.#hold |= value << this.#held
    this.#held += bits
    while (this.#held >= 8) {
      this.#push(this.#hold & 0xff)
      this.#hold >>>= 8
      this.#held -= 8
    }
  }

  finish(): Buffer {
    if (this.#held > 0) this.#push(this.#hold & 0xff)
    return Buffer.from(this.#bytes.subarray(0, this.#length))
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.allocUnsafe(this.#length)])
    this.#bytes[this.#length] = byte
    this.#length += 1
  }
}
