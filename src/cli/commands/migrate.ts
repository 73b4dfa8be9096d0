import { migrateFrom } from '../../migrate-from.ts'

export async function migrateDatabase(env: Record<string, string | undefined>): Promise<number> {
  const report = await migrateFrom(env)
  if (!report.ok) {
    console.error(report.message)
    return 1
  }
  console.log(report.message)
  return 0
}
