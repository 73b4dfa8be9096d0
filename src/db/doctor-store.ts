import type { DoctorStore } from '../domain/doctor/doctor-store.ts'
import type { Database } from './database.ts'
import { createDoctorRepository } from './repositories/doctor.ts'
import { poolSession } from './session.ts'
import { guarded } from './store.ts'

export function createDoctorStore(database: Pick<Database, 'db' | 'pool'>): DoctorStore {
  return guarded(createDoctorRepository(poolSession(database)))
}
