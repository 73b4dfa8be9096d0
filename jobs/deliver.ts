import { deliver } from '../src/domain/deliver.ts'
import type { JobHandler } from '../src/domain/job-handler.ts'
import { signWebhook } from '../src/signing/index.ts'

export const deliverHandler: JobHandler<'deliver'> = ({ deliveryId, targetId }, { app, signal }) =>
  deliver(app, { deliveryId, targetId, sign: signWebhook, signal })
