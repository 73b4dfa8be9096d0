import type { Dice } from '../pictures/dice.ts'
import type { MessageDraft } from './message-draft.ts'

export interface Source {
  url: string
  title: string
}

const FINDINGS = [
  'adoption has grown in each of the last three years, most of all in mid-sized organisations',
  'the main cost is not the tooling but the time people spend waiting for one another',
  'small pilots with one clear measure were twice as likely to be continued',
  'the published figures differ by method, and the lower estimate is the better documented',
  'reliability is named first by buyers, ahead of price and of speed',
  'regional rules differ enough to change the order in which projects should start',
  'most failures were found late, because nobody owned the hand-over',
  'training paid for itself within a year wherever it was planned from the start',
] as const

const QUESTIONS = ['Where it stands today', 'What it costs and who pays', 'What goes wrong, and how soon that shows'] as const

/** A long Markdown report with headings, lists, a table and a citation behind every claim. */
export function writeReport(
  message: MessageDraft,
  { topic, sources, dice }: { topic: string; sources: readonly Source[]; dice: Dice },
): void {
  const shift = dice.whole(0, FINDINGS.length - 1)
  const finding = (index: number): string => FINDINGS[(index + shift) % FINDINGS.length] ?? FINDINGS[0]
  const cite = (index: number): void => {
    const source = sources[index % sources.length]
    if (source === undefined) return
    message.cite(`([${new URL(source.url).hostname}](${source.url}))`, { type: 'url_citation', url: source.url, title: source.title })
  }

  message.write(`# ${topic}\n\n**In short:** ${finding(0)}; ${finding(1)}. `)
  cite(0)
  for (const [index, question] of QUESTIONS.entries()) {
    message.write(`\n\n## ${question}\n\nThe sources agree on one thing: ${finding(index + 2)}. `)
    cite(index)
    message.write(' They part where the method differs, and the difference is worth more attention than the average.\n\n')
    for (let point = 1; point <= 3; point += 1) {
      message.write(`- **Point ${index + 1}.${point}.** It is well supported that ${finding(index * 2 + point)} `)
      cite(index + point)
      message.write('\n')
    }
  }
  writeTable(message, { dice, cite })
  message.write(
    `\n## How sure this is\n\n> Two of the ${sources.length} sources disagree with the rest; read together they still point one way.\n\nThe weakest link is that ${finding(5)}. `,
  )
  cite(6)
  message.write(
    '\n\n### Next steps\n\n1. Repeat the comparison on your own figures.\n2. Ask the owners of the lower estimate for their method.\n3. Decide on one measure before starting. ',
  )
  cite(7)
  message.write('\n')
}

function writeTable(message: MessageDraft, { dice, cite }: { dice: Dice; cite: (index: number) => void }): void {
  message.write('\n## Figures side by side\n\n| Year | Low estimate | High estimate | Source |\n| --- | ---: | ---: | --- |\n')
  for (let row = 0; row < 4; row += 1) {
    const low = dice.whole(12, 30) + row * 9
    message.write(`| ${2_023 + row} | ${low} % | ${low + dice.whole(4, 18)} % | `)
    cite(row + 3)
    message.write(' |\n')
  }
}
