/* The one-stop desk files for somebody who stands at the counter or wrote by post: found by number and purpose, then the same three steps. */
import { useEffect, useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useResource } from '../../api/resource'
import { FindByNumber } from '../../ui/find_by_number'
import { vnd } from '../../ui/format'
import { Loaded, Notice, Page } from '../../ui/parts'
import { Link } from '../../ui/router'
import { t, tRecord } from '../../ui/text'
import { type Application, emptyApplication, firstPurpose } from '../apply/state'
import { type Filing, type Receipt, Wizard } from '../apply/wizard'

type Found = { applicant_pin: string; look_up_purpose: string; form: Schemas['Form'] }
type Desk = 'counter' | 'post'

const formOf = (found: Pick<Found, 'applicant_pin' | 'look_up_purpose'>, subject: string, signal?: AbortSignal) =>
  api.get('/api/desk/procedures/lltp/form', {
    query: { applicant_pin: found.applicant_pin, purpose: found.look_up_purpose, subject },
    ...(signal ? { signal } : {}),
  })

function Find({ found }: { found: (found: Found) => void }) {
  return (
    <FindByNumber
      label={t('counter.pin')}
      help={t('counter.pin_help')}
      purpose={tRecord('counter.purpose_default')}
      submit={t('counter.find')}
      find={async (applicant_pin, look_up_purpose) => {
        const asked = { applicant_pin, look_up_purpose }
        found({ ...asked, form: await formOf(asked, 'self') })
      }}
    />
  )
}

function Write({ found, done }: { found: Found; done: (receipt: Receipt) => void }) {
  const { applicant_pin, look_up_purpose } = found
  const [key] = useState(() => crypto.randomUUID())
  const [application, change] = useState(() => emptyApplication('counter'))
  const set = (part: Partial<Application>) => change((old) => ({ ...old, ...part }))
  const form = useResource((signal) => formOf(found, application.subject, signal), [application.subject])
  const { data } = form
  useEffect(() => {
    if (data) change((old) => ({ ...old, purpose: old.purpose || firstPurpose(data) }))
  }, [data])
  const filing: Filing = {
    channels: ['counter', 'post'],
    helps: found.form.subject.name,
    preview: ({ subject, certificate, copies, channel }, signal) =>
      api.post('/api/desk/procedures/lltp/preview', {
        body: { applicant_pin, look_up_purpose, subject, certificate, copies, channel: channel as Desk },
        signal,
      }),
    submit: (body, channel) =>
      api.post('/api/desk/dossiers', {
        headers: { 'Idempotency-Key': key },
        body: { applicant_pin, look_up_purpose, ...body, channel: channel as Desk },
      }),
    done,
  }
  return (
    <>
      <Notice color="info" title={t('counter.helps', { name: found.form.subject.name })}>
        <p>{t('counter.helps_text')}</p>
      </Notice>
      <Loaded of={form}>
        {(loaded) => <Wizard filing={filing} form={loaded} application={application} set={set} />}
      </Loaded>
    </>
  )
}

function Done({ receipt, next }: { receipt: Receipt; next: () => void }) {
  const pays = receipt.may.includes('pay')
  return (
    <Notice color="success" title={t('counter.done')} live>
      <p>
        {t('common.dossier_code')}: <span class="code">{receipt.code}</span>
      </p>
      <p>{pays ? t('counter.done_pay', { amount: vnd(receipt.payable) }) : t('counter.done_free')}</p>
      <p class="row">
        <Link class="ds-button" href={`/app/desk/dossiers/${receipt.code}${pays ? '/pay' : ''}`}>
          {t(pays ? 'counter.collect_fee' : 'counter.open')}
        </Link>
        <button type="button" class="ds-button" data-variant="secondary" onClick={next}>
          {t('counter.next')}
        </button>
      </p>
    </Notice>
  )
}

export function Counter() {
  const [found, find] = useState<Found>()
  const [receipt, setReceipt] = useState<Receipt>()
  const next = () => {
    find(undefined)
    setReceipt(undefined)
  }
  return (
    <Page title={t('counter.title')} lead={t('counter.lead')}>
      {receipt ? (
        <Done receipt={receipt} next={next} />
      ) : found ? (
        <>
          <Write found={found} done={setReceipt} />
          <p>
            <button type="button" class="ds-button" data-variant="secondary" onClick={next}>
              {t('counter.other')}
            </button>
          </p>
        </>
      ) : (
        <Find found={find} />
      )}
    </Page>
  )
}
