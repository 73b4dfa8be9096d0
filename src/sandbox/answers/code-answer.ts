import type { Container, ContainerFile } from '../containers/container-store.ts'
import { newId } from '../ids.ts'
import { drawChart } from '../pictures/chart.ts'
import { createDice } from '../pictures/dice.ts'
import type { Item } from '../responses/wire.ts'
import { toolOf, type AnswerContext } from './answer-context.ts'
import type { MessageDraft } from './message-draft.ts'
import { topicOf } from './research-answer.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug'] as const

const CODE = `import pandas as pd
import matplotlib.pyplot as plt

table = pd.DataFrame({"month": months, "value": values})
table.to_csv("/mnt/data/table.csv", index=False)
table.plot.bar(x="month", y="value")
plt.savefig("/mnt/data/chart.png")
print(table.describe())`

/** Runs "code": a call with logs and a figure, real files in a container, and words that cite them. */
export function codeAnswer(context: AnswerContext, message: MessageDraft): Item[] {
  const { response, truth } = context
  const container = containerFor(context)
  response.containerId = container.id
  const topic = topicOf(context.prompt)
  const dice = createDice(`figures ${context.seed} ${context.prompt}`)
  const values = MONTHS.map(() => dice.whole(20, 95))
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const itemId = newId('ci')
  const figure = drawChart(values, { width: 480, height: 300, title: topic })
  truth.note({ responseId: response.id, kind: 'figure', itemId, contentType: 'image/png' }, figure)

  message.write(`I computed the figures for "${topic}". The mean over ${values.length} months is ${mean.toFixed(1)}.\n\n`)
  const add = (file: { path: string; content: Buffer; cited: boolean }): ContainerFile => addFile(context, { container, itemId, ...file })
  const chart = add({ path: '/mnt/data/chart.png', content: drawChart(values, { title: topic }), cited: true })
  const csv = ['month,value', ...MONTHS.map((month, index) => `${month},${values[index]}`), ''].join('\n')
  const table = add({ path: '/mnt/data/table.csv', content: Buffer.from(csv), cited: true })
  add({ path: '/mnt/data/notes.json', content: Buffer.from(JSON.stringify({ topic, mean }, null, 2)), cited: false })
  message.write('![chart](')
  citeFile(message, chart)
  message.write(')\n\nThe numbers are in [table.csv](')
  citeFile(message, table)
  message.write(').\n')
  if (response.scenario.has('file_link_made_up')) message.write('\nThe full [report](sandbox:/mnt/data/final_report.xlsx) is attached.\n')
  addOddFiles({ context, container, itemId, message })

  const logs = `count ${values.length}\nmean ${mean.toFixed(3)}\nmin ${Math.min(...values)}\nmax ${Math.max(...values)}\n`
  const outputs = [
    { type: 'logs', logs },
    { type: 'image', url: `data:image/png;base64,${figure.toString('base64')}` },
  ]
  return [{ id: itemId, type: 'code_interpreter_call', status: 'completed', code: CODE, container_id: container.id, outputs }]
}

interface NewFile {
  container: Container
  itemId: string
  path: string
  content: Buffer
  cited: boolean
}

function addFile({ containers, truth, response }: AnswerContext, { container, itemId, path, content, cited }: NewFile): ContainerFile {
  const file = containers.addFile(container, { path, content, source: 'assistant' })
  const contentType = path.endsWith('.png') ? 'image/png' : 'application/octet-stream'
  const filename = path.slice('/mnt/data/'.length)
  truth.note(
    { responseId: response.id, kind: 'file', itemId, containerId: container.id, fileId: file.id, filename, cited, contentType },
    content,
  )
  return file
}

function citeFile(message: MessageDraft, file: ContainerFile): void {
  const filename = file.path.slice('/mnt/data/'.length)
  message.cite(`sandbox:${file.path}`, {
    type: 'container_file_citation',
    container_id: file.containerId,
    file_id: file.id,
    filename,
    index: null,
  })
}

function addOddFiles({
  context,
  container,
  itemId,
  message,
}: {
  context: AnswerContext
  container: Container
  itemId: string
  message: MessageDraft
}): void {
  const { scenario } = context.response
  for (let n = 1; n <= scenario.n('files_many'); n += 1) {
    addFile(context, {
      container,
      itemId,
      path: `/mnt/data/part-${String(n).padStart(3, '0')}.txt`,
      content: Buffer.from(`part ${n}\n`),
      cited: false,
    })
  }
  const odd = scenario.has('file_names_odd')
    ? ['../../etc/passwd', 'réport 日本語 🎈.txt', 'table.csv', ' ', `${'long'.repeat(60)}.txt`, 'page.html', 'quote".txt']
    : []
  for (const [index, name] of odd.entries()) {
    addFile(context, {
      container,
      itemId,
      path: `/mnt/data/${name}`,
      content: Buffer.from(`<script>alert(${index})</script>\n`),
      cited: false,
    })
  }
  if (!scenario.has('file_huge')) return
  const huge = addFile(context, {
    container,
    itemId,
    path: '/mnt/data/huge.bin',
    content: Buffer.alloc(scenario.n('file_huge'), 'longhaul '),
    cited: true,
  })
  citeFile(message, huge)
}

/** The container named by the request, that of the conversation if it still lives, or a new one. */
function containerFor(context: AnswerContext): Container {
  const { containers, response } = context
  const asked = toolOf(context, 'code_interpreter')?.container
  if (typeof asked === 'string') return containers.open(asked)
  const earlier = response.parent?.containerId
  if (earlier !== undefined && containers.find(earlier)?.expired === false) return containers.open(earlier)
  const limit =
    typeof asked === 'object' && asked !== null && 'memory_limit' in asked && typeof asked.memory_limit === 'string'
      ? asked.memory_limit
      : '1g'
  return containers.create({ name: 'CodeInterpreter Container', memoryLimit: limit, scenario: response.scenario })
}
