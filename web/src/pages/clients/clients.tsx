/* The operator's register of relying parties: the list, and one with its purpose and attributes as the citizen reads them. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction, useResource } from '../../api/resource'
import { Copied } from '../../ui/copy'
import { instant, say } from '../../ui/format'
import { CardLink, Empty, Facts, Loaded, Notice, Page, ProblemNotice } from '../../ui/parts'
import { Link, type Params } from '../../ui/router'
import { t } from '../../ui/text'

type Made = Schemas['ClientMade']

export function Clients() {
  const clients = useResource((signal) => api.get('/api/clients', { signal }), [])
  return (
    <Page title={t('clients.title')} lead={t('clients.lead')}>
      <p>
        <Link class="ds-button" href="/app/clients/new">
          {t('clients.new')}
        </Link>
      </p>
      <Loaded of={clients}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="shield" title={t('clients.empty')} />
          ) : (
            <ul class="list-plain">
              {items.map((one) => (
                <li key={one.client_id}>
                  <CardLink href={`/app/clients/${one.client_id}`} icon="shield" title={say(one.name)}>
                    {say(one.owner)} · {say(one.status.name)}
                  </CardLink>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}

export function Secret({ value }: { value: string }) {
  return (
    <Notice color="success" title={t('clients.secret')} live>
      <p class="long-word">
        <Copied value={value} what={t('clients.secret')} />
      </p>
      <p>{t('clients.secret_text')}</p>
    </Notice>
  )
}

function Attributes({ of }: { of: Made['attributes'] }) {
  if (of.length === 0) return <p>{t('clients.no_attributes')}</p>
  return (
    <ul class="plain-list">
      {of.map((use) => (
        <li key={use.name}>
          <b>{say(use.label)}</b>
          {use.required && ` (${t('clients.required')})`}: {say(use.purpose)}
        </li>
      ))}
    </ul>
  )
}

export function ClientCard({ client }: { client: Made }) {
  return (
    <div class="panel stack">
      <Facts
        rows={[
          [t('clients.id'), <span class="code">{client.client_id}</span>],
          [t('clients.owner'), say(client.owner)],
          [t('clients.purpose'), say(client.purpose)],
          [t('clients.profile'), client.profile],
          [t('clients.authentication'), client.authentication],
          [t('clients.level'), client.level],
          [t('clients.since'), `${instant(client.created_at)}${client.dynamic ? ` · ${t('clients.itself')}` : ''}`],
          [t('clients.changed'), instant(client.changed_at)],
        ]}
      />
      <h2>{t('clients.attributes')}</h2>
      <Attributes of={client.attributes} />
      <h2>{t('clients.redirects')}</h2>
      <ul class="plain-list">
        {client.redirect_uris.map((uri) => (
          <li key={uri} class="long-word">
            {uri}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Acts({ client, put }: { client: Made; put: (client: Made) => void }) {
  const [secret, setSecret] = useState('')
  const isActive = client.status.code === 'active'
  const hasSecret = client.authentication.startsWith('client_secret')
  const call = { path: { client_id: client.client_id }, body: {} }
  const change = useAction(async (word: 'switch' | 'secret') => {
    const path = word === 'secret' ? 'secret' : isActive ? 'disable' : 'enable'
    const made = await api.post(`/api/clients/{client_id}/${path}` as const, call)
    setSecret(made.client_secret ?? '')
    put({ ...made, client_secret: null })
  })
  return (
    <>
      <ProblemNotice problem={change.problem} />
      {secret && <Secret value={secret} />}
      <div class="row">
        <button
          type="button"
          class="ds-button"
          data-variant="secondary"
          {...(isActive ? { 'data-color': 'danger' } : {})}
          aria-busy={change.busy}
          onClick={() => void change.run('switch')}
        >
          {t(isActive ? 'clients.disable' : 'clients.enable')}
        </button>
        {hasSecret && (
          <button
            type="button"
            class="ds-button"
            data-variant="secondary"
            aria-busy={change.busy}
            onClick={() => void change.run('secret')}
          >
            {t('clients.new_secret')}
          </button>
        )}
      </div>
    </>
  )
}

export function ClientPage({ id = '' }: Params) {
  const client = useResource((signal) => api.get('/api/clients/{client_id}', { path: { client_id: id }, signal }), [id])
  const back = { href: '/app/clients', label: t('clients.title') }
  const data = client.data
  return (
    <Page
      title={data ? say(data.name) : t('clients.title')}
      back={back}
      aside={
        data && (
          <span class="ds-tag" data-color={data.status.code === 'active' ? 'success' : 'danger'}>
            {say(data.status.name)}
          </span>
        )
      }
    >
      <Loaded of={client}>
        {(made) => (
          <div class="stack">
            <Acts client={made} put={client.put} />
            <ClientCard client={made} />
          </div>
        )}
      </Loaded>
    </Page>
  )
}
