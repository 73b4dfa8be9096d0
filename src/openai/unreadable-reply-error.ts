/** The reply is cut, no JSON, or past our bounds. */
export class UnreadableReplyError extends Error {
  override name = 'UnreadableReplyError'
}
