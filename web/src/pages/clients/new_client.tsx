/* Registers a relying party: what the citizen will read, how it proves itself, where answers go. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction, useResource } from '../../api/resource'
import { AreaField, CheckField, InputField, SelectField, Submit } from '../../ui/field'
import { say } from '../../ui/format'
import { Loaded, Page, ProblemNotice } from '../../ui/parts'
import { t } from '../../ui/text'
import { ClientCard, Secret } from './clients'

type Attribute = Schemas['ClientAttribute']
type Use = { name: string; purpose: string; required: boolean }
const same = (values: string[]) => values.map((value) => ({ value, label: value }))
const start = {
  id: '',
  name: '',
  nameEn: '',
  owner: '',
  purpose: '',
  profile: 'baseline',
  method: 'client_secret_basic',
  kind: 'web',
  level: '1',
  redirects: '',
  jwksUri: '',
}

function metadataOf(form: typeof start, uses: Use[]) {
  return {
    ...(form.id ? { client_id: form.id } : {}),
    client_name: form.name,
    ...(form.nameEn ? { 'client_name#en': form.nameEn } : {}),
    danh_owner: form.owner,
    danh_purpose: form.purpose,
    danh_profile: form.profile,
    token_endpoint_auth_method: form.method,
    application_type: form.kind,
    danh_acr_min: Number(form.level),
    redirect_uris: form.redirects
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
    ...(form.jwksUri ? { jwks_uri: form.jwksUri } : {}),
    ...(form.profile === 'baseline' ? {} : { dpop_bound_access_tokens: true }),
    danh_attributes: uses,
  }
}

function Uses({ known, uses, set }: { known: Attribute[]; uses: Use[]; set: (uses: Use[]) => void }) {
  const change = (name: string, part: Partial<Use>) =>
    set(uses.map((use) => (use.name === name ? { ...use, ...part } : use)))
  return (
    <fieldset class="ds-fieldset stack-sm">
      <legend>{t('clients.attributes')}</legend>
      {known.map(({ name, label }) => {
        const use = uses.find((one) => one.name === name)
        const what = say(label)
        const tick = (on: boolean) =>
          set(on ? [...uses, { name, purpose: '', required: false }] : uses.filter((one) => one.name !== name))
        return (
          <div key={name} class="stack-sm">
            <CheckField label={what} checked={use !== undefined} set={tick} />
            {use && (
              <>
                <InputField
                  label={t('clients.use_purpose', { what })}
                  required
                  maxLength={200}
                  value={use.purpose}
                  set={(purpose) => change(name, { purpose })}
                />
                <CheckField
                  label={t('clients.use_required', { what })}
                  checked={use.required}
                  set={(required) => change(name, { required })}
                />
              </>
            )}
          </div>
        )
      })}
    </fieldset>
  )
}

function Form({ known, made }: { known: Attribute[]; made: (client: Schemas['ClientMade']) => void }) {
  const [form, setForm] = useState(start)
  const [uses, setUses] = useState<Use[]>([])
  const send = useAction(async () => made(await api.post('/api/clients', { body: metadataOf(form, uses) })))
  const field = (name: keyof typeof start, path: string) => ({
    value: form[name],
    set: (value: string) => setForm({ ...form, [name]: value }),
    problem: send.problem?.at(`/${path}`),
  })
  const submit = (event: Event) => {
    event.preventDefault()
    void send.run()
  }
  return (
    <form class="panel stack" onSubmit={submit}>
      <ProblemNotice problem={send.problem} />
      <InputField label={t('clients.name')} required maxLength={100} {...field('name', 'client_name')} />
      <InputField label={t('clients.name_en')} optional maxLength={100} {...field('nameEn', 'client_name#en')} />
      <InputField label={t('clients.owner')} required maxLength={100} {...field('owner', 'danh_owner')} />
      <AreaField label={t('clients.purpose')} required rows={2} maxLength={200} {...field('purpose', 'danh_purpose')} />
      <Uses known={known} uses={uses} set={setUses} />
      <InputField
        label={t('clients.id')}
        optional
        help={t('clients.id_help')}
        maxLength={64}
        {...field('id', 'client_id')}
      />
      <SelectField
        label={t('clients.kind')}
        options={[
          { value: 'web', label: t('clients.web') },
          { value: 'native', label: t('clients.native') },
        ]}
        {...field('kind', 'application_type')}
      />
      <AreaField
        label={t('clients.redirects')}
        required
        rows={2}
        help={t('clients.redirects_help')}
        {...field('redirects', 'redirect_uris')}
      />
      <SelectField
        label={t('clients.profile')}
        options={same(['baseline', 'fapi2', 'fapi2-message-signing'])}
        {...field('profile', 'danh_profile')}
      />
      <SelectField
        label={t('clients.authentication')}
        options={same(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])}
        {...field('method', 'token_endpoint_auth_method')}
      />
      <InputField label={t('clients.jwks_uri')} optional maxLength={1000} {...field('jwksUri', 'jwks_uri')} />
      <SelectField
        label={t('clients.level')}
        options={same(['1', '2', '3', '4'])}
        {...field('level', 'danh_acr_min')}
      />
      <Submit busy={send.busy}>{t('clients.save')}</Submit>
    </form>
  )
}

export function NewClient() {
  const [client, setClient] = useState<Schemas['ClientMade']>()
  const register = useResource((signal) => api.get('/api/clients', { signal }), [])
  return (
    <Page
      title={client ? say(client.name) : t('clients.new')}
      back={{ href: '/app/clients', label: t('clients.title') }}
    >
      {client ? (
        <div class="stack">
          {client.client_secret && <Secret value={client.client_secret} />}
          <ClientCard client={client} />
        </div>
      ) : (
        <Loaded of={register}>{({ attributes }) => <Form known={attributes} made={setClient} />}</Loaded>
      )}
    </Page>
  )
}
