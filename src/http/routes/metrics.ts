import { textAnswer } from '../answer.ts'
import { defineRoute } from '../route.ts'

export const metricsRoute = defineRoute({
  method: 'get',
  path: '/metrics',
  operation: 'getMetrics',
  tag: 'Operations',
  access: 'admin',
  summary: 'Metrics, as Prometheus reads them',
  description: 'Counts of this process since it began, and gauges of the whole service. Scrape it with an admin key as bearer token.',
  replies: { 200: { description: 'Prometheus’ text format.', contentTypes: ['text/plain'] } },
  async handler({ deps }) {
    const { contentType, text } = await deps.metrics()
    return textAnswer(200, text, { 'content-type': contentType })
  },
})
