import { NOT_OURS, objectOwner } from '../object-owner.ts'
import { createPayloadSink } from '../store-payload.ts'
import type { Turn } from '../model.ts'
import type { StoredObject } from '../ports.ts'
import type { KeptObject } from './doctor-store.ts'
import type { Exam, Mend } from './exam.ts'

const LOST = 'The object is no longer in the store.'

/** Puts an object back from where it came, if it is there still and the same; else its artifact says that it is lost. */
export async function restoreObject(exam: Exam, kept: KeptObject): Promise<Mend> {
  if (!exam.offline && (await fetchAgain(exam, kept))) return 'fetched it again from OpenAI'
  // A store that is the wrong one, or not mounted, must not cost every artifact its status.
  if ((await objectOwner(exam.app)) !== 'us') return { left: NOT_OURS }
  await exam.cases.markLost(kept.id, LOST)
  return 'noted on the artifact that it is lost (status failed)'
}

async function fetchAgain(exam: Exam, kept: KeptObject): Promise<boolean> {
  const { app, signal } = exam
  const turn = await app.store.turns.get(kept.turnId)
  if (turn === null) return false
  try {
    const stored = kept.fileId === null ? await fromResponse(exam, { kept, turn }) : await fromContainer(exam, { kept, turn })
    return stored !== null && (kept.sha256 === null || stored.sha256 === kept.sha256)
  } catch (error) {
    signal.throwIfAborted()
    app.log.warn({ error, artifact_id: kept.id }, 'doctor.not_fetched')
    return false
  }
}

/** Reading a response again writes its payloads under the keys that they had. */
async function fromResponse({ app, signal }: Exam, { kept, turn }: { kept: KeptObject; turn: Turn }): Promise<StoredObject | null> {
  if (turn.responseId === null || kept.path === null) return null
  const read = createPayloadSink(app, { turn, signal })
  await app.openai.retrieve(turn.responseId, { account: turn.account, signal, sink: read.sink })
  return read.kept.find(({ artifactId }) => artifactId === kept.id)?.stored ?? null
}

async function fromContainer({ app, signal }: Exam, { kept, turn }: { kept: KeptObject; turn: Turn }): Promise<StoredObject | null> {
  const { containerId, fileId, objectKey } = kept
  if (containerId === null || fileId === null) return null
  const content = await app.openai.containerFile({ containerId, fileId }, { account: turn.account, signal })
  if (content.outcome !== 'found') return null
  return app.objects.put(objectKey, content.body, { contentType: 'application/octet-stream', signal })
}
