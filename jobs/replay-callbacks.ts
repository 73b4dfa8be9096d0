import type { JobHandler } from '../src/domain/job-handler.ts'
import { replayCallbacks } from '../src/domain/replay-callbacks.ts'

export const replayCallbacksHandler: JobHandler<'replay-callbacks'> = ({ replayId }, { app, signal }) =>
  replayCallbacks(app, { replayId, signal })
