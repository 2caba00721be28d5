/* A client's registration between its metadata, as the server keeps them, and the fields of the form. */

export type Metadata = Record<string, unknown>
export type Use = { name: string; purpose: string; purposeEn: string; required: boolean }
type Texts = {
  id: string
  name: string
  nameEn: string
  owner: string
  ownerEn: string
  purpose: string
  purposeEn: string
  profile: string
  method: string
  kind: string
  level: string
  redirects: string
  jwksUri: string
  accepts: string
}
export type ClientText = keyof Texts
export type Fields = Texts & { grants: string[]; uses: Use[] }

export const emptyFields: Fields = {
  id: '',
  name: '',
  nameEn: '',
  owner: '',
  ownerEn: '',
  purpose: '',
  purposeEn: '',
  profile: 'baseline',
  method: 'client_secret_basic',
  kind: 'web',
  level: '1',
  redirects: '',
  jwksUri: '',
  accepts: 'person',
  grants: ['authorization_code'],
  uses: [],
}

const text = (value: unknown, otherwise = '') => (typeof value === 'string' ? value : otherwise)
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function useOf(item: unknown): Use {
  const use = item as Metadata
  return {
    name: text(use.name),
    purpose: text(use.purpose),
    purposeEn: text(use['purpose#en']),
    required: use.required === true,
  }
}

/** What is not said in the metadata is what the server takes it for. */
export function fieldsOf(metadata: Metadata): Fields {
  return {
    id: text(metadata.client_id),
    name: text(metadata.client_name),
    nameEn: text(metadata['client_name#en']),
    owner: text(metadata.danh_owner),
    ownerEn: text(metadata['danh_owner#en']),
    purpose: text(metadata.danh_purpose),
    purposeEn: text(metadata['danh_purpose#en']),
    profile: text(metadata.danh_profile, 'baseline'),
    method: text(metadata.token_endpoint_auth_method, 'private_key_jwt'),
    kind: text(metadata.application_type, 'web'),
    level: String(metadata.danh_acr_min ?? 1),
    redirects: list(metadata.redirect_uris).join('\n'),
    jwksUri: text(metadata.jwks_uri),
    accepts: metadata.danh_accepts === undefined ? 'person' : list(metadata.danh_accepts).join(' '),
    grants: metadata.grant_types === undefined ? ['authorization_code'] : list(metadata.grant_types).map(String),
    uses: list(metadata.danh_attributes).map(useOf),
  }
}

const linesOf = (value: string) =>
  value
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

/** The whole registration: members of `before` that have no field stay, those that have one follow the form. */
export function metadataOf(form: Fields, before: Metadata): Metadata {
  const bound = before.dpop_bound_access_tokens === true || before.tls_client_certificate_bound_access_tokens === true
  const whole: Metadata = {
    ...before,
    client_id: form.id,
    client_name: form.name,
    'client_name#en': form.nameEn,
    danh_owner: form.owner,
    'danh_owner#en': form.ownerEn,
    danh_purpose: form.purpose,
    'danh_purpose#en': form.purposeEn,
    danh_profile: form.profile,
    token_endpoint_auth_method: form.method,
    application_type: form.kind,
    danh_acr_min: Number(form.level),
    grant_types: form.grants,
    redirect_uris: form.grants.includes('authorization_code') ? linesOf(form.redirects) : [],
    jwks_uri: form.jwksUri,
    ...(form.accepts === 'person' && before.danh_accepts === undefined
      ? {}
      : { danh_accepts: form.accepts.split(' ') }),
    ...(form.profile === 'baseline' || bound ? {} : { dpop_bound_access_tokens: true }),
    danh_attributes: form.uses.map(({ name, purpose, purposeEn, required }) => ({
      name,
      purpose,
      ...(purposeEn ? { 'purpose#en': purposeEn } : {}),
      required,
    })),
  }
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== ''))
}
