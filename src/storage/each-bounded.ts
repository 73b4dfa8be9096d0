/** Tries every item, at most `limit` at a time, and only then throws what failed. */
export async function eachBounded<T>(
  items: Iterable<T>,
  { limit, run }: { limit: number; run: (item: T) => Promise<void> },
): Promise<void> {
  const queue = items[Symbol.iterator]()
  const failures: unknown[] = []
  const work = async (): Promise<void> => {
    for (let step = queue.next(); step.done !== true; step = queue.next()) {
      await run(step.value).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: limit }, work))
  if (failures.length === 1) throw failures[0]
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} of the objects could not be handled`)
}
