import { handleEvent } from '../src/domain/handle-event.ts'
import type { JobHandler } from '../src/domain/job-handler.ts'

export const handleEventHandler: JobHandler<'handle-event'> = ({ inboxId }, { app, signal }) => handleEvent(app, { inboxId, signal })
