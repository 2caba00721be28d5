/* The form of a relying party's registration: what the citizen will read, how it proves itself, where answers go. */
import { useState } from 'preact/hooks'
import { Problem, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { AreaField, CheckField, InputField, SelectField, Submit } from '../../ui/field'
import { say } from '../../ui/format'
import { ProblemNotice } from '../../ui/parts'
import { t } from '../../ui/text'
import { type ClientText, emptyFields, type Fields, type Metadata, metadataOf, type Use } from './metadata'

type Attribute = Schemas['ClientAttribute']
const same = (values: string[]) => values.map((value) => ({ value, label: value }))
const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']
const accepted = [
  ['person', 'clients.accepts_people'],
  ['person organisation', 'clients.accepts_both'],
  ['organisation', 'clients.accepts_organisations'],
] as const
const grants = [
  ['authorization_code', 'clients.grant_code'],
  ['refresh_token', 'clients.grant_refresh'],
  ['client_credentials', 'clients.grant_credentials'],
  ['urn:ietf:params:oauth:grant-type:device_code', 'clients.grant_device'],
  ['urn:openid:params:grant-type:ciba', 'clients.grant_ciba'],
] as const

type UseProps = { label: string; at: string; use: Use | undefined; set: (use: Use | null) => void; problem?: Problem }

function UseFields({ label: what, at, use, set, problem }: UseProps) {
  const change = (part: Partial<Use>) => use && set({ ...use, ...part })
  const start = { name: '', purpose: '', purposeEn: '', required: false }
  return (
    <div class="stack-sm">
      <CheckField label={what} checked={use !== undefined} set={(on) => set(on ? start : null)} />
      {use && (
        <div class="nested stack-sm">
          <InputField
            label={t('clients.use_purpose', { what })}
            required
            maxLength={200}
            value={use.purpose}
            set={(purpose) => change({ purpose })}
            problem={problem?.at(`${at}/purpose`)}
          />
          <InputField
            label={t('clients.use_purpose_en', { what })}
            optional
            maxLength={200}
            value={use.purposeEn}
            set={(purposeEn) => change({ purposeEn })}
            problem={problem?.at(`${at}/purpose#en`)}
          />
          <CheckField
            label={t('clients.use_required', { what })}
            checked={use.required}
            set={(required) => change({ required })}
          />
        </div>
      )}
    </div>
  )
}

type UsesProps = { known: Attribute[]; uses: Use[]; set: (uses: Use[]) => void; problem?: Problem }

function Uses({ known, uses, set, problem }: UsesProps) {
  return (
    <fieldset class="ds-fieldset stack-sm">
      <legend>{t('clients.attributes')}</legend>
      <p data-field="description">{t('clients.attributes_help')}</p>
      {known.map(({ name, label }) => {
        const index = uses.findIndex((one) => one.name === name)
        const put = (use: Use | null) => {
          const others = uses.filter((one) => one.name !== name)
          if (!use) set(others)
          else if (index < 0) set([...uses, { ...use, name }])
          else set(uses.map((one, i) => (i === index ? { ...use, name } : one)))
        }
        const at = `/danh_attributes/${index}`
        return (
          <UseFields
            key={name}
            label={say(label)}
            at={at}
            use={uses[index]}
            set={put}
            {...(problem ? { problem } : {})}
          />
        )
      })}
    </fieldset>
  )
}

function Grants({ value, set }: { value: string[]; set: (value: string[]) => void }) {
  return (
    <fieldset class="ds-fieldset stack-sm">
      <legend>{t('clients.grants')}</legend>
      {grants.map(([word, key]) => (
        <CheckField
          key={word}
          label={t(key)}
          checked={value.includes(word)}
          set={(on) => set(on ? [...value, word] : value.filter((one) => one !== word))}
        />
      ))}
    </fieldset>
  )
}

/** What these fields take: of a value, the server says only which field it refuses. */
const takes: Record<string, 'clients.id_help' | 'clients.redirects_takes' | 'clients.jwks_uri_takes'> = {
  '/client_id': 'clients.id_help',
  '/redirect_uris': 'clients.redirects_takes',
  '/jwks_uri': 'clients.jwks_uri_takes',
}

function explained(failure: unknown): unknown {
  if (!(failure instanceof Problem) || failure.code !== 'field_value') return failure
  const errors = failure.errors.map(({ path, detail }) => ({ path, detail: takes[path] ? t(takes[path]) : detail }))
  return new Problem({ ...failure, title: failure.message, errors })
}

type Props = {
  known: Attribute[]
  /** What stands in the register: its members that have no field here stay as they are. */
  before?: { id: string; fields: Fields; metadata: Metadata }
  send: (metadata: Metadata) => Promise<void>
}

export function ClientForm({ known, before, send }: Props) {
  const [form, setForm] = useState<Fields>(before?.fields ?? emptyFields)
  const act = useAction(() =>
    send(metadataOf(form, before?.metadata ?? {})).catch((failure: unknown) => {
      throw explained(failure)
    }),
  )
  const change = (part: Partial<Fields>) => setForm({ ...form, ...part })
  const field = (name: ClientText, path: string) => ({
    value: form[name],
    set: (value: string) => change({ [name]: value }),
    problem: act.problem?.at(`/${path}`),
  })
  const submit = (event: Event) => {
    event.preventDefault()
    void act.run()
  }
  return (
    <form class="panel stack" onSubmit={submit}>
      <ProblemNotice problem={act.problem} />
      <InputField label={t('clients.name')} required maxLength={100} {...field('name', 'client_name')} />
      <InputField label={t('clients.name_en')} optional maxLength={100} {...field('nameEn', 'client_name#en')} />
      <InputField label={t('clients.owner')} required maxLength={100} {...field('owner', 'danh_owner')} />
      <InputField label={t('clients.owner_en')} optional maxLength={100} {...field('ownerEn', 'danh_owner#en')} />
      <AreaField label={t('clients.purpose')} required rows={2} maxLength={200} {...field('purpose', 'danh_purpose')} />
      <AreaField
        label={t('clients.purpose_en')}
        optional
        rows={2}
        maxLength={200}
        {...field('purposeEn', 'danh_purpose#en')}
      />
      <SelectField
        label={t('clients.accepts')}
        options={accepted.map(([value, key]) => ({ value, label: t(key) }))}
        {...field('accepts', 'danh_accepts')}
      />
      <Uses
        known={known.filter(({ name }) => form.accepts !== 'person' || !name.startsWith('organisation_'))}
        uses={form.uses}
        set={(uses) => change({ uses })}
        {...(act.problem ? { problem: act.problem } : {})}
      />
      {!before && (
        <InputField
          label={t('clients.id')}
          optional
          help={t('clients.id_help')}
          maxLength={64}
          {...field('id', 'client_id')}
        />
      )}
      <SelectField
        label={t('clients.kind')}
        options={[
          { value: 'web', label: t('clients.web') },
          { value: 'native', label: t('clients.native') },
        ]}
        {...field('kind', 'application_type')}
      />
      <Grants value={form.grants} set={(value) => change({ grants: value })} />
      {form.grants.includes('authorization_code') && (
        <AreaField
          label={t('clients.redirects')}
          required
          rows={2}
          help={t('clients.redirects_help')}
          {...field('redirects', 'redirect_uris')}
        />
      )}
      <SelectField
        label={t('clients.profile')}
        options={same(['baseline', 'fapi2', 'fapi2-message-signing'])}
        {...field('profile', 'danh_profile')}
      />
      <SelectField
        label={t('clients.authentication')}
        options={same(methods.includes(form.method) ? methods : [...methods, form.method])}
        {...field('method', 'token_endpoint_auth_method')}
      />
      <InputField label={t('clients.jwks_uri')} optional maxLength={1000} {...field('jwksUri', 'jwks_uri')} />
      <SelectField
        label={t('clients.level')}
        options={same(['1', '2', '3', '4'])}
        {...field('level', 'danh_acr_min')}
      />
      <Submit busy={act.busy}>{t(before ? 'clients.save_changes' : 'clients.save')}</Submit>
    </form>
  )
}
