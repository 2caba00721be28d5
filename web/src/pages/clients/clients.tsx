/* The operator's register of relying parties: the list, and one with its purpose and attributes as the citizen reads them. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { usePages } from '../../api/pages'
import { useAction, useResource } from '../../api/resource'
import { Copied } from '../../ui/copy'
import { instant, say } from '../../ui/format'
import { CardLink, Empty, Facts, Loaded, Notice, Page, ProblemNotice } from '../../ui/parts'
import { Link, type Params } from '../../ui/router'
import { ShowMore } from '../../ui/show_more'
import { t } from '../../ui/text'

type Made = Schemas['ClientMade']

/** As the operator typed it: in both languages, where there are two. */
const both = (text: Schemas['Text']) => (text.en === text.vi ? text.vi : `${text.vi} · ${text.en}`)

export function Clients() {
  const clients = usePages((query, signal) => api.get('/api/clients', { query, signal }), [])
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
      <ShowMore of={clients} />
    </Page>
  )
}

export function Secret({ value }: { value: string }) {
  return (
    <Notice color="success" title={t('clients.secret')} live>
      <p class="long-word">
        <Copied value={value} what={t('clients.secret')} />
      </p>
      <p>{t('clients.secret_once')}</p>
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
          {use.required && ` (${t('clients.required')})`}: {both(use.purpose)}
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
          [t('clients.name'), both(client.name)],
          [t('clients.owner'), both(client.owner)],
          [t('clients.purpose'), both(client.purpose)],
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

type Asked = 'disable' | 'secret'

/** What cannot be taken back by the same button is said before it is done. */
function Confirm(props: { act: Asked; busy: boolean; done: () => void; back: () => void }) {
  const { act } = props
  return (
    <Notice color="warning" title={t(`clients.${act}_title`)} live>
      <p>{t(`clients.${act}_text`)}</p>
      <div class="row">
        <button type="button" class="ds-button" data-color="danger" aria-busy={props.busy} onClick={props.done}>
          {t(`clients.${act}_do`)}
        </button>
        <button type="button" class="ds-button" data-variant="secondary" onClick={props.back}>
          {t('clients.leave')}
        </button>
      </div>
    </Notice>
  )
}

function Acts({ client, put }: { client: Made; put: (client: Made) => void }) {
  const [secret, setSecret] = useState('')
  const [asked, setAsked] = useState<Asked>()
  const isActive = client.status.code === 'active'
  const hasSecret = client.authentication.startsWith('client_secret')
  const call = { path: { client_id: client.client_id }, body: {} }
  const change = useAction(async (act: Asked | 'enable') => {
    const made = await api.post(`/api/clients/{client_id}/${act}` as const, call)
    setAsked(undefined)
    setSecret(made.client_secret ?? '')
    put({ ...made, client_secret: null })
  })
  const button = (label: string, act: () => void) => (
    <button type="button" class="ds-button" data-variant="secondary" onClick={act}>
      {label}
    </button>
  )
  return (
    <>
      <ProblemNotice problem={change.problem} />
      {secret && <Secret value={secret} />}
      {asked && (
        <Confirm act={asked} busy={change.busy} done={() => void change.run(asked)} back={() => setAsked(undefined)} />
      )}
      <div class="row">
        <Link class="ds-button" href={`/app/clients/${client.client_id}/edit`}>
          {t('clients.edit')}
        </Link>
        {isActive
          ? button(t('clients.disable'), () => setAsked('disable'))
          : button(t('clients.enable'), () => void change.run('enable'))}
        {hasSecret && button(t('clients.new_secret'), () => setAsked('secret'))}
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
