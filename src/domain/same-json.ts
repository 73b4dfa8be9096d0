import type { Json } from './model.ts'

/** Whether two values are the same JSON, however their keys are ordered. */
export function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return one === other
  if (Array.isArray(one) || Array.isArray(other)) return Array.isArray(one) && Array.isArray(other) && sameItems(one, other)
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => sameJson(one[key], other[key]))
}

function sameItems(one: Json[], other: Json[]): boolean {
  return one.length === other.length && one.every((item, index) => sameJson(item, other[index]))
}
