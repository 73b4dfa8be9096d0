import type { Exchange, TapPhase, Verdict } from '../tap.ts'

/** Where the exchange of a moment passes: to OpenAI, to the object store, from callers and OpenAI, to a callback's receiver. */
export type Place = 'openai' | 'objects' | 'front' | 'receiver'

export interface Moment {
  name: string
  place: Place
  method: string
  path: RegExp
  phase: TapPhase
}

const at = (name: string, place: Place, [method, path, phase]: [string, RegExp, TapPhase]): Moment => ({ name, place, method, path, phase })

const CREATE = /\/responses$/
const RETRIEVE = /\/responses\/resp_[^/]+\?/
const CANCEL = /\/responses\/resp_[^/]+\/cancel$/
const FILES = /\/files\?/
const CONTENT = /\/files\/[^/]+\/content/
const SUBMIT = /^\/v1\/jobs$/
const ACTIONS = /^\/v1\/jobs\/[^/]+\/actions$/
const WISH = /^\/v1\/jobs\/[^/]+\/cancel$/
const JOB = /^\/v1\/jobs\/[^/]+$/
const WEBHOOK = /^\/webhooks\/openai$/
const ANY = /^/

/** Every step of a job's life that can be seen from outside, before it, within it and after it. */
export const MOMENTS: readonly Moment[] = [
  at('as a submission arrives', 'front', ['POST', SUBMIT, 'arrived']),
  at('between a submission and its answer', 'front', ['POST', SUBMIT, 'answered']),
  at('once a submission was acknowledged', 'front', ['POST', SUBMIT, 'sent']),
  at('as a create leaves', 'openai', ['POST', CREATE, 'arrived']),
  at('between a create and its answer', 'openai', ['POST', CREATE, 'answered']),
  at('as the answer of a create arrives', 'openai', ['POST', CREATE, 'sent']),
  at('as a webhook arrives', 'front', ['POST', WEBHOOK, 'arrived']),
  at('between a webhook and its acknowledgement', 'front', ['POST', WEBHOOK, 'answered']),
  at('once a webhook was acknowledged', 'front', ['POST', WEBHOOK, 'sent']),
  at('as a retrieve leaves', 'openai', ['GET', RETRIEVE, 'arrived']),
  at('in the middle of a result', 'openai', ['GET', RETRIEVE, 'half_sent']),
  at('once a result was read', 'openai', ['GET', RETRIEVE, 'sent']),
  at('as the files of a container are listed', 'openai', ['GET', FILES, 'answered']),
  at('as a container file is asked for', 'openai', ['GET', CONTENT, 'arrived']),
  at('in the middle of a container file', 'openai', ['GET', CONTENT, 'half_sent']),
  at('once a container file was read', 'openai', ['GET', CONTENT, 'sent']),
  at('as an object is stored', 'objects', ['PUT', ANY, 'arrived']),
  at('between a stored object and its answer', 'objects', ['PUT', ANY, 'answered']),
  at('as objects are removed', 'objects', ['POST', ANY, 'answered']),
  at('as the answer to a required action arrives', 'front', ['POST', ACTIONS, 'answered']),
  at('as the wish to cancel is answered', 'front', ['POST', WISH, 'answered']),
  at('as a cancel leaves', 'openai', ['POST', CANCEL, 'arrived']),
  at('once a cancel was answered', 'openai', ['POST', CANCEL, 'sent']),
  at('as a deletion is answered', 'front', ['DELETE', JOB, 'answered']),
  at('as a callback arrives', 'receiver', ['POST', ANY, 'arrived']),
  at('once a callback was answered', 'receiver', ['POST', ANY, 'sent']),
]

/** The moment has come: kill, and end the exchange there. */
export function watchFor(moment: Moment, kill: () => void): (exchange: Exchange) => Verdict {
  let struck = false
  return ({ method, path, phase }) => {
    if (struck || method !== moment.method || phase !== moment.phase || !moment.path.test(path)) return undefined
    struck = true
    kill()
    return phase === 'sent' ? undefined : 'drop'
  }
}
