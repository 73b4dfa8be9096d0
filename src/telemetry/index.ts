export { createLogger } from './logger.ts'
export { createMeter } from './meter.ts'
