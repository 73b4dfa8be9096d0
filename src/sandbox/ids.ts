import { randomBytes } from 'node:crypto'

export type IdPrefix =
  | 'resp'
  | 'msg'
  | 'rs'
  | 'ws'
  | 'ig'
  | 'ci'
  | 'fc'
  | 'call'
  | 'fs'
  | 'mcp'
  | 'mcpl'
  | 'mcpr'
  | 'ctc'
  | 'cu'
  | 'sh'
  | 'odd'
  | 'cntr'
  | 'cfile'
  | 'wh'
  | 'evt'
  | 'whe'
  | 'req'

export function newId(prefix: IdPrefix): string {
  return `${prefix}_${randomBytes(24).toString('hex')}`
}
