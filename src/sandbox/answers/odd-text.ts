import { newId } from '../ids.ts'
import type { Scenario } from '../scenarios.ts'
import type { Item } from '../responses/wire.ts'
import { messageItem, type Annotation } from './message-draft.ts'

const ODD =
  'NUL:\u0000 lone:\ud800 rtl:\u202egnirts\u202c emoji:👩‍👩‍👧‍👦🎈 markup:<img src=x onerror=alert(1)> link:[click](javascript:alert(1)) end'

/** Items that only a scenario asks for, to stand beside the honest ones. */
export function oddItems(scenario: Scenario): Item[] {
  const items: Item[] = []
  if (scenario.has('unknown_item')) {
    items.push(
      { id: newId('odd'), type: 'telepathy_call', status: 'completed', thought: { depth: 3 } },
      {
        type: 'hologram',
        frames: [
          [1, 2],
          [3, 4],
        ],
      },
    )
  }
  if (scenario.has('text_odd')) items.push(messageItem(ODD))
  if (scenario.has('text_huge'))
    items.push(messageItem('All work and no play. '.repeat(Math.ceil(scenario.n('text_huge') / 22)).slice(0, scenario.n('text_huge'))))
  if (scenario.has('citations_odd')) items.push(oddCitations())
  return items
}

function oddCitations(): Item {
  const text = 'Four citations stand here, and none of them where it should.'
  const annotations = [
    { url: 'https://example.org/untyped', title: 'No type', start_index: 0, end_index: 4 },
    { type: 'url_citation', url: 'https://example.org/far', title: 'Out of range', start_index: 9_000, end_index: 9_100 },
    { type: 'url_citation', url: 'https://example.org/back', title: 'Backwards', start_index: 20, end_index: 3 },
    { type: 'url_citation', url: 'javascript:alert(1)', title: 'Not a web address', start_index: 0, end_index: 0 },
    {
      type: 'container_file_citation',
      container_id: 'cntr_gone',
      file_id: 'cfile_gone',
      filename: 'cfile_gone.png',
      start_index: 0,
      end_index: 0,
      index: null,
    },
    { type: 'star_citation', star: 'Vega' },
  ]
  return messageItem(text, { annotations: annotations as Annotation[] })
}
