/* Registers a relying party, and changes what is registered. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useResource } from '../../api/resource'
import { say } from '../../ui/format'
import { Loaded, Notice, Page } from '../../ui/parts'
import { go, type Params } from '../../ui/router'
import { t } from '../../ui/text'
import { ClientForm } from './client_form'
import { ClientCard, Secret } from './clients'
import { fieldsOf } from './metadata'

const knownAttributes = (signal: AbortSignal) =>
  api.get('/api/clients', { signal }).then(({ attributes }) => attributes)

export function NewClient() {
  const [client, setClient] = useState<Schemas['ClientMade']>()
  const known = useResource(knownAttributes, [])
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
        <Loaded of={known}>
          {(attributes) => (
            <ClientForm
              known={attributes}
              send={async (metadata) => setClient(await api.post('/api/clients', { body: metadata as never }))}
            />
          )}
        </Loaded>
      )}
    </Page>
  )
}

export function EditClient({ id = '' }: Params) {
  const path = { client_id: id }
  const here = `/app/clients/${id}`
  const known = useResource(knownAttributes, [])
  const client = useResource((signal) => api.get('/api/clients/{client_id}', { path, signal }), [id])
  const name = client.data ? say(client.data.name) : id
  return (
    <Page title={t('clients.edit_title', { name })} back={{ href: here, label: name }}>
      <Loaded of={client}>
        {({ metadata, version }) => (
          <Loaded of={known}>
            {(attributes) => (
              <div class="stack">
                <Notice color="info">
                  <p>{t('clients.edit_text')}</p>
                </Notice>
                <ClientForm
                  known={attributes}
                  before={{ id, fields: fieldsOf({ ...metadata, client_id: id }), metadata }}
                  send={async (changed) => {
                    await api.put('/api/clients/{client_id}', {
                      path,
                      body: changed as never,
                      headers: { 'If-Match': `"${version}"` },
                    })
                    go(here)
                  }}
                />
              </div>
            )}
          </Loaded>
        )}
      </Loaded>
    </Page>
  )
}
