/** Appends, and drops the oldest tenth once the log is full. */
export function appendBounded<T>(log: T[], entry: T, max: number): void {
  log.push(entry)
  if (log.length > max) log.splice(0, Math.ceil(max / 10))
}

/** Sets the key as the newest, and forgets the oldest one beyond `max`. */
export function setBounded<K, V>(map: Map<K, V>, { key, value, max }: { key: K; value: V; max: number }): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= max) return
  const [oldest] = map.keys()
  if (oldest !== undefined) map.delete(oldest)
}
