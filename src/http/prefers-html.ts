/** Whether an `Accept` header would rather have HTML than Markdown, which is what one gets without any wish. */
export function prefersHtml(accept: string | undefined): boolean {
  const wishes = (accept ?? '*/*').split(',').slice(0, 50).map(readWish)
  return quality(wishes, 'text/html') > quality(wishes, 'text/markdown')
}

interface Wish {
  range: string
  weight: number
}

function readWish(text: string): Wish {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1)
  return { range, weight: Number.isNaN(weight) ? 0 : weight }
}

/** The closest range says. */
function quality(wishes: Wish[], type: string): number {
  const ranges = [type, `${type.split('/')[0]}/*`, '*/*']
  for (const range of ranges) {
    const wish = wishes.find((one) => one.range === range)
    if (wish !== undefined) return wish.weight
  }
  return 0
}
