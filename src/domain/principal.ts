/** Who calls: the key that was shown, and whose data it may see. */
export interface Principal {
  keyId: string
  tenantId: string
  scopes: string[]
}

export const DEFAULT_TENANT = 'ten_default'
export const DEFAULT_ACCOUNT = 'default'
export const ADMIN_SCOPE = 'admin'
