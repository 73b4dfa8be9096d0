type Pool = readonly [string, ...string[]]

/**
 * The sandbox's faults that a job may meet, by what they strike. Faults of the whole account (quota, key, spend limit)
 * are not among them: they would keep all other jobs waiting, which is right and no matter for this suite.
 */
export const SCENARIOS = {
  none: [''],
  create: [
    'create_reset',
    'create_500',
    'create_502_html',
    'create_503',
    'create_429',
    'create_conversation_locked',
    'create_late:400',
    'create_reset_after',
    'create_500_after',
    'create_truncated',
    'create_mislabelled',
    'create_final',
  ],
  hang: ['create_hang', 'create_hang_after', 'retrieve_hang'],
  retrieve: [
    'retrieve_404_first:1',
    'retrieve_stale:1',
    'retrieve_429:1',
    'retrieve_500:1',
    'retrieve_reset:1',
    'retrieve_truncated:1',
    'retrieve_mislabelled:1',
    'retrieve_html:1',
    'retrieve_slow:400',
  ],
  webhook: [
    'webhook_none',
    'webhook_duplicate',
    'webhook_copy',
    'webhook_early',
    'webhook_late:600',
    'webhook_out_of_order:1500',
    'webhook_wrong_type',
    'webhook_stale',
    'webhook_future',
    'webhook_forged',
    'webhook_unsigned',
    'webhook_two_signatures',
    'webhook_unknown_type',
    'webhook_foreign',
    'webhook_not_json',
    'webhook_huge:50000',
  ],
  image: [
    'images:3',
    'image_generating',
    'image_dirty_base64',
    'image_moderation_blocked',
    'image_failed',
    'image_broken_base64',
    'image_not_an_image',
    'image_svg_lie',
    'image_gif_lie',
  ],
  container: ['container_list_500:1', 'container_expired', 'container_gone', 'files_many:6', 'file_names_odd', 'file_link_made_up'],
  content: ['content_404', 'content_500:1', 'content_slow:300', 'content_truncated:1', 'content_reset:1'],
  action: ['function_call', 'function_call:2', 'custom_tool_call', 'mcp_approval'],
  failing: [
    'create_invalid_prompt',
    'create_model_not_found_400',
    'fail_server_error',
    'fail_rate_limit',
    'fail_content_policy',
    'fail_partial',
    'incomplete',
    'incomplete_content_filter',
    'cancelled_upstream',
    'refusal',
    'empty_output',
  ],
  stuck: ['stuck_queued', 'stuck_in_progress', 'cancel_race', 'cancel_slow:300', 'cancel_then_completed', 'cancel_500'],
  late: ['stuck_queued', 'stuck_in_progress'],
} as const satisfies Record<string, Pool>

export type ScenarioGroup = keyof typeof SCENARIOS

/** Their pictures and files cannot all be had, whatever dies. */
const LOSING = /^(?:image_|container_expired|container_gone|content_404)/
export function losesFiles(scenarios: readonly string[]): boolean {
  return scenarios.some((name) => LOSING.test(name))
}

/** Nothing would speak of a response whose create was lost sight of. */
// With two signatures the sandbox sends once: a service that is down just then is not told again.
const SILENT = /^(?:webhook_none|webhook_two_signatures|retrieve_)/
export function staysSilent(scenarios: readonly string[]): boolean {
  return scenarios.some((name) => SILENT.test(name))
}
