export { REPORT_POLICY } from './report-style.ts'
export { renderReport } from './render-report.ts'
