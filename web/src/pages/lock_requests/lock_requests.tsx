/* Authorities' requests to lock or unlock an account: entered and forwarded by one officer of the desk, granted or refused in writing by another. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction, useResource } from '../../api/resource'
import { AreaField, Submit } from '../../ui/field'
import { date, instant, say } from '../../ui/format'
import { Empty, Facts, Loaded, Notice, Page, ProblemNotice } from '../../ui/parts'
import { mayAct, useSession } from '../../ui/session'
import { t } from '../../ui/text'
import { EnterRequest } from './enter'

type Request = Schemas['LockRequest']
type Done = () => void

function Decide({ request, done }: { request: Request; done: Done }) {
  const [reason, setReason] = useState('')
  const path = { id: request.id }
  const decide = useAction(async (decision: 'grant' | 'refuse') => {
    const body = decision === 'grant' ? { decision } : { decision, reason }
    await api.post('/api/desk/lock-requests/{id}/decide', { path, body })
    done()
  })
  return (
    <div class="stack">
      <ProblemNotice problem={decide.problem} />
      <p>{t(request.kind === 'lock' ? 'lock_request.grant_lock_text' : 'lock_request.grant_unlock_text')}</p>
      <p>
        <button
          type="button"
          class="ds-button"
          aria-busy={decide.busy}
          aria-label={`${t('lock_request.grant')}: ${request.number}`}
          onClick={() => void decide.run('grant')}
        >
          {t('lock_request.grant')}
        </button>
      </p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void decide.run('refuse')
        }}
      >
        <AreaField
          label={t('lock_request.reason')}
          help={t('lock_request.reason_help')}
          rows={2}
          required
          minLength={10}
          maxLength={1000}
          value={reason}
          set={setReason}
        />
        <Submit busy={decide.busy} variant="secondary" color="danger">
          {t('lock_request.refuse')}
        </Submit>
      </form>
    </div>
  )
}

/** Forwarding and withdrawing: one tap each. */
function Steps({ request, done }: { request: Request; done: Done }) {
  const path = { id: request.id }
  const forward = useAction(async () => {
    await api.post('/api/desk/lock-requests/{id}/forward', { path, body: {} })
    done()
  })
  const withdraw = useAction(async () => {
    await api.post('/api/desk/lock-requests/{id}/withdraw', { path, body: {} })
    done()
  })
  return (
    <div class="stack-sm">
      <ProblemNotice problem={forward.problem ?? withdraw.problem} />
      <p class="row">
        {request.may_forward && (
          <button
            type="button"
            class="ds-button"
            aria-busy={forward.busy}
            aria-label={`${t('lock_request.forward')}: ${request.number}`}
            onClick={() => void forward.run()}
          >
            {t('lock_request.forward')}
          </button>
        )}
        {request.may_withdraw && (
          <button
            type="button"
            class="ds-button"
            data-variant="secondary"
            aria-busy={withdraw.busy}
            aria-label={`${t('lock_request.withdraw')}: ${request.number}`}
            onClick={() => void withdraw.run()}
          >
            {t('lock_request.withdraw')}
          </button>
        )}
      </p>
    </div>
  )
}

function due(request: Request) {
  if (request.state.code === 'received') return t('lock_request.forward_by', { date: date(request.forward_due) })
  if (request.state.code === 'forwarded') return t('lock_request.decide_by', { date: date(request.decide_due) })
  return ''
}

function RequestCard({ request, done, unlock }: { request: Request; done: Done; unlock?: () => void }) {
  const what = request.capability ? t(`capability.${request.capability}`) : t('lock_request.all')
  const late = request.late_days > 0
  return (
    <li class="panel stack-sm">
      <div class="row row--apart">
        <h3>{request.name}</h3>
        <span class="ds-tag" data-color={late ? 'danger' : due(request) ? 'warning' : 'neutral'}>
          {late ? t('misuse.late', { count: request.late_days }) : say(request.state.name)}
        </span>
      </div>
      <Facts
        rows={[
          [t('person.pin'), request.pin_masked],
          [t('lock_request.asks'), `${t(`lock_request.${request.kind}`)}: ${what}`],
          [t('lock_request.authority'), request.authority],
          [
            t('lock_request.document'),
            t('lock_request.document_of', { number: request.number, date: date(request.date) }),
          ],
          [t('lock_request.ground'), request.ground],
          [t('lock_request.until'), request.until && date(request.until)],
          [t('lock_request.due'), due(request)],
          [t('lock_request.decided'), request.decided_at && instant(request.decided_at)],
          [t('lock_request.answer'), request.answer],
        ]}
      />
      {(request.may_forward || request.may_withdraw) && <Steps request={request} done={done} />}
      {request.may_decide && <Decide request={request} done={done} />}
      {unlock && request.standing && (
        <p>
          <button
            type="button"
            class="ds-button"
            data-variant="secondary"
            aria-label={`${t('lock_request.enter_unlock')}: ${request.number}`}
            onClick={unlock}
          >
            {t('lock_request.enter_unlock')}
          </button>
        </p>
      )}
    </li>
  )
}

export function LockRequests() {
  const { session } = useSession()
  const requests = useResource((signal) => api.get('/api/desk/lock-requests', { signal }), [])
  const [lifted, lift] = useState<Request>()
  const mayEnter = mayAct(session, 'lock_request.enter')
  const [entered, setEntered] = useState<Request>()
  const done = (request: Request) => {
    setEntered(request)
    lift(undefined)
    requests.reload()
    scrollTo(0, 0)
  }
  return (
    <Page title={t('lock_request.title')} lead={t('lock_request.lead')}>
      {entered && (
        <Notice color="success" title={t('lock_request.entered', { date: date(entered.forward_due) })} live />
      )}
      {mayEnter && <EnterRequest key={lifted?.id ?? ''} done={done} {...(lifted ? { lifts: lifted } : {})} />}
      <section class="stack">
        <h2>{t('lock_request.list')}</h2>
        <Loaded of={requests}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon="shield" title={t('lock_request.empty')} />
            ) : (
              <ul class="list-plain">
                {items.map((request) => (
                  <RequestCard
                    key={`${request.id}-${request.state.code}`}
                    request={request}
                    done={requests.reload}
                    {...(mayEnter ? { unlock: () => lift(request) } : {})}
                  />
                ))}
              </ul>
            )
          }
        </Loaded>
      </section>
    </Page>
  )
}
