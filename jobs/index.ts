import type { JobHandlers } from '../src/domain/job-handler.ts'
import { cancelJobHandler } from './cancel-job.ts'
import { collectTurnHandler } from './collect-turn.ts'
import { deliverHandler } from './deliver.ts'
import { handleEventHandler } from './handle-event.ts'
import { keepAliveHandler } from './keep-alive.ts'
import { purgeJobHandler } from './purge-job.ts'
import { replayCallbacksHandler } from './replay-callbacks.ts'
import { submitJobHandler } from './submit-job.ts'

/** Name to handler: a name of the catalog without one does not compile. */
export const handlers = {
  'submit-job': submitJobHandler,
  'handle-event': handleEventHandler,
  'collect-turn': collectTurnHandler,
  'keep-alive': keepAliveHandler,
  'cancel-job': cancelJobHandler,
  deliver: deliverHandler,
  'replay-callbacks': replayCallbacksHandler,
  'purge-job': purgeJobHandler,
} satisfies JobHandlers
