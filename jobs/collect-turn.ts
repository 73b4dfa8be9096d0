import { collectTurn } from '../src/domain/collect-turn.ts'
import type { JobHandler } from '../src/domain/job-handler.ts'

export const collectTurnHandler: JobHandler<'collect-turn'> = ({ turnId }, { app, job, signal }) =>
  collectTurn(app, { turnId, signal, lastTry: job.isLast })
