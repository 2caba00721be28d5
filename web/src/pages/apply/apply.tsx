/* A citizen applies for a criminal record certificate: by the app, or by the portal where the app's channel is not open. */
import { useEffect, useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useResource } from '../../api/resource'
import { Loaded, Page } from '../../ui/parts'
import { go } from '../../ui/router'
import { useSession } from '../../ui/session'
import { t } from '../../ui/text'
import { formKey, formKeyDone } from './form_key'
import { type Application, type Channel, emptyApplication, firstPurpose } from './state'
import { type Filing, Wizard } from './wizard'

type Own = 'vneid' | 'online'

const filing: Filing = {
  channels: ['vneid', 'online'],
  helps: null,
  preview: ({ subject, certificate, copies, channel }, signal) =>
    api.post('/api/procedures/lltp/preview', {
      body: { subject, certificate, copies, channel: channel as Own },
      signal,
    }),
  submit: (body, channel) =>
    api.post('/api/dossiers', {
      headers: { 'Idempotency-Key': formKey() },
      body: { ...body, channel: channel as Own },
    }),
  done: (receipt) => {
    formKeyDone()
    go(receipt.may.includes('pay') ? `/app/dossiers/${receipt.code}/pay` : `/app/dossiers/${receipt.code}`)
  },
}

/** The channel chosen, or where it is closed the first that is open. */
function openOf(form: Schemas['Form'], chosen: Channel): Channel {
  const own = form.channels.filter((channel) => filing.channels.includes(channel.code) && channel.open)
  return own.some((channel) => channel.code === chosen) ? chosen : (own[0]?.code ?? chosen)
}

export function Apply() {
  const { session } = useSession()
  const [application, change] = useState(() => ({
    ...emptyApplication('vneid'),
    subject: session.acting_for?.ref ?? 'self',
  }))
  const set = (part: Partial<Application>) => change((old) => ({ ...old, ...part }))
  const form = useResource(
    (signal) => api.get('/api/procedures/lltp/form', { query: { subject: application.subject }, signal }),
    [application.subject],
  )
  const { data } = form
  useEffect(() => {
    if (data)
      change((old) => ({ ...old, purpose: old.purpose || firstPurpose(data), channel: openOf(data, old.channel) }))
  }, [data])
  return (
    <Page title={t('apply.title')} lead={t('apply.lead')}>
      <Loaded of={form}>
        {(loaded) => <Wizard filing={filing} form={loaded} application={application} set={set} />}
      </Loaded>
    </Page>
  )
}
