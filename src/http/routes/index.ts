import { receiverDocs } from '../receiver/receiver-docs.ts'
import type { Route, RouteDoc } from '../route.ts'
import { continueJobRoute } from './actions.ts'
import { artifactContentRoute } from './artifact-content.ts'
import { artifactLinkRoute, sharedArtifactRoute } from './artifact-link.ts'
import { getArtifactRoute, listArtifactsRoute } from './artifacts.ts'
import { getCallbackSecretRoute, rotateCallbackSecretRoute } from './callbacks.ts'
import { cancelJobRoute } from './cancel-job.ts'
import { getDeliveryRoute, listDeliveriesRoute, redeliverRoute } from './deliveries.ts'
import { descriptionRoutes } from './description.ts'
import { rotateEndpointSecretRoute, testEndpointRoute } from './endpoint-actions.ts'
import { changeEndpointRoute, createEndpointRoute, deleteEndpointRoute, getEndpointRoute, listEndpointsRoute } from './endpoints.ts'
import { healthRoute, readinessRoute } from './health.ts'
import { listInboxRoute } from './inbox.ts'
import { listItemsRoute } from './items.ts'
import { jobResponseRoute } from './job-response.ts'
import { deleteJobRoute, getJobRoute, listEventsRoute } from './jobs.ts'
import { listJobsRoute } from './list-jobs.ts'
import { metricsRoute } from './metrics.ts'
import { getReplayRoute, listReplaysRoute, startReplayRoute } from './replays.ts'
import { reportRoute } from './report.ts'
import { submitJobRoute } from './submit-job.ts'
import { getUsageRoute } from './usage.ts'

export const workerRoutes: readonly Route[] = [healthRoute, readinessRoute, metricsRoute]

/** Every ordinary route: the router and the document are both made from this table. */
export const routes: readonly Route[] = [
  submitJobRoute,
  listJobsRoute,
  getJobRoute,
  cancelJobRoute,
  continueJobRoute,
  deleteJobRoute,
  listEventsRoute,
  jobResponseRoute,
  reportRoute,
  listItemsRoute,
  listArtifactsRoute,
  getArtifactRoute,
  artifactContentRoute,
  artifactLinkRoute,
  sharedArtifactRoute,
  createEndpointRoute,
  listEndpointsRoute,
  getEndpointRoute,
  changeEndpointRoute,
  deleteEndpointRoute,
  rotateEndpointSecretRoute,
  testEndpointRoute,
  getCallbackSecretRoute,
  rotateCallbackSecretRoute,
  startReplayRoute,
  listReplaysRoute,
  getReplayRoute,
  listDeliveriesRoute,
  getDeliveryRoute,
  redeliverRoute,
  listInboxRoute,
  getUsageRoute,
  ...workerRoutes,
  ...descriptionRoutes(() => allDocs),
]

/** With the receiver, which is mounted in its own way. */
export const allDocs: readonly RouteDoc[] = [...routes, ...receiverDocs]
