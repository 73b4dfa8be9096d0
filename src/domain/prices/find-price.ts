const SNAPSHOT = /-\d{4}-\d{2}-\d{2}$/

/**
 * The row of a table that holds for a model at a time: by its exact name, else by that name without its date.
 * Never by likeness: a model nobody priced has no price.
 */
export function findPrice<Price extends { model: string; from: string }>(
  table: readonly Price[],
  { model, at }: { model: string; at: Date },
): { price: Price; early: boolean } | null {
  const named = (name: string): Price[] => table.filter((row) => row.model === name)
  const exact = named(model)
  return priceAt(exact.length > 0 ? exact : named(model.replace(SNAPSHOT, '')), at)
}

/** Of rows that go forward in time. `early`: none holds yet, so the first one serves as a guess. */
export function priceAt<Price extends { from: string }>(rows: readonly Price[], at: Date): { price: Price; early: boolean } | null {
  const day = at.toISOString().slice(0, 10)
  const current = rows.findLast(({ from }) => from <= day)
  const price = current ?? rows[0]
  return price === undefined ? null : { price, early: current === undefined }
}
