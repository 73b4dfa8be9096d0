/** What an endpoint may subscribe to through the API. */
export const EVENT_TYPES = [
  'batch.completed',
  'batch.failed',
  'batch.expired',
  'batch.cancelled',
  'response.completed',
  'response.failed',
  'response.cancelled',
  'response.incomplete',
  'eval.run.succeeded',
  'eval.run.failed',
  'eval.run.canceled',
  'fine_tuning.job.succeeded',
  'fine_tuning.job.failed',
  'fine_tuning.job.cancelled',
  'realtime.call.incoming',
  'video.completed',
  'video.failed',
  'agent.environment.ready',
  'agent.environment.failed',
  'agent.environment.suspended',
  'agent.environment.expired',
  'agent.session.created',
  'agent.session.action_required',
  'agent.session.in_progress',
  'agent.session.idle',
  'agent.session.failed',
  'safety.alert.created',
] as const

const SAMPLE_IDS: Readonly<Record<string, string>> = {
  batch: 'batch_abc123',
  response: 'resp_abc123',
  eval: 'evalrun_abc123',
  fine_tuning: 'ftjob-abc123',
  video: 'video_abc123',
  agent: 'agent_abc123',
  safety: 'alert_abc123',
}

/** The data of a test event: ids that no retrieve knows. */
export function sampleData(type: string): Record<string, unknown> {
  if (type === 'realtime.call.incoming')
    return { call_id: 'rtc_abc123', sip_headers: [{ name: 'From', value: 'sip:+15550100@example.com' }] }
  const id = SAMPLE_IDS[type.split('.')[0] ?? ''] ?? 'sample_abc123'
  if (!type.startsWith('agent.session.')) return { id }
  if (type === 'agent.session.action_required') return { id, required_action: { type: 'function_call' } }
  return { id, environment_type: 'none' }
}
