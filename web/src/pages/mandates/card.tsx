/* One mandate: who, what, until when, and what the caller may do with it. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { InputField, Submit } from '../../ui/field'
import { date, instant, say } from '../../ui/format'
import { Facts, ProblemNotice } from '../../ui/parts'
import { useSession } from '../../ui/session'
import { t } from '../../ui/text'

export type Mandate = Schemas['Mandate']
type Step = Exclude<Mandate['may'][number], 'act'>

const color: Record<string, string> = { active: 'success', offered: 'warning' }

export function scopeWords(scope: Schemas['MandateScope']): string {
  if (!scope.word.startsWith('sign_in:')) return say(scope.name)
  return `${say(scope.name)}: ${scope.client ?? t('mandates.all_services')}`
}

function send(mandate: Mandate, step: Step, reason: string, isDesk: boolean): Promise<Mandate> {
  const call = { path: { id: mandate.id ?? '' }, body: { reason: reason || null } }
  switch (step) {
    case 'accept':
      return api.post('/api/mandates/{id}/accept', call)
    case 'decline':
      return api.post('/api/mandates/{id}/decline', call)
    case 'withdraw':
      return api.post('/api/mandates/{id}/withdraw', call)
    case 'revoke':
      return isDesk ? api.post('/api/desk/mandates/{id}/revoke', call) : api.post('/api/mandates/{id}/revoke', call)
    case 'confirm':
      return api.post('/api/desk/mandates/{id}/confirm', call)
    case 'reject':
      return api.post('/api/desk/mandates/{id}/reject', call)
  }
}

const asksReason = (step: Step) => step === 'revoke' || step === 'reject'

function Steps({ mandate, done, who }: { mandate: Mandate; done: () => void; who: string }) {
  const [asking, ask] = useState<Step>()
  const [reason, setReason] = useState('')
  const { session } = useSession()
  const move = useAction(async (step: Step) => {
    await send(mandate, step, reason, session.acting_post !== null)
    done()
  })
  const steps = mandate.may.filter((step): step is Step => step !== 'act')
  const submit = (event: Event) => {
    event.preventDefault()
    if (asking) void move.run(asking)
  }
  return (
    <>
      <ProblemNotice problem={move.problem} />
      {asking ? (
        <form class="stack-sm" onSubmit={submit}>
          <InputField
            label={t('mandates.reason')}
            optional={asking !== 'reject'}
            value={reason}
            set={setReason}
            {...(asking === 'reject' ? { required: true } : {})}
            maxLength={300}
          />
          <p class="row">
            <Submit busy={move.busy} color="danger">
              {t(`mandates.${asking}`)}
            </Submit>
            <button type="button" class="ds-button" data-variant="secondary" onClick={() => ask(undefined)}>
              {t('common.back')}
            </button>
          </p>
        </form>
      ) : (
        steps.length > 0 && (
          <p class="row">
            {steps.map((step) => (
              <button
                key={step}
                type="button"
                class="ds-button"
                {...(step === 'accept' || step === 'confirm' ? {} : { 'data-variant': 'secondary' })}
                aria-busy={move.busy}
                aria-label={`${t(`mandates.${step}`)}: ${who}`}
                onClick={() => (asksReason(step) ? ask(step) : void move.run(step))}
              >
                {t(`mandates.${step}`)}
              </button>
            ))}
          </p>
        )
      )}
    </>
  )
}

/** `who` heads the card: the other of the two, or the organisation. */
export function MandateCard(props: { mandate: Mandate; who: string; done: () => void; children?: ComponentChildren }) {
  const { mandate, who } = props
  const isActive = mandate.state.code === 'active'
  return (
    <li class="panel stack-sm">
      <div class="row row--apart">
        <h3>{who}</h3>
        <span class="ds-tag" data-color={color[mandate.state.code] ?? 'neutral'}>
          {mandate.id || !isActive ? say(mandate.state.name) : t('mandates.registered')}
        </span>
      </div>
      <p>
        {say(mandate.kind.name)}
        {mandate.role && ` · ${say(mandate.role.name)}`}
      </p>
      <ul class="plain-list">
        {mandate.scopes.map((scope) => (
          <li key={scope.word}>{scopeWords(scope)}</li>
        ))}
      </ul>
      <Facts
        rows={[
          [
            t('mandates.document'),
            mandate.document &&
              t('mandates.document_value', { ...mandate.document, date: date(mandate.document.date) }),
          ],
          [t('mandates.given'), mandate.given_at && instant(mandate.given_at)],
          [t('mandates.ended_at'), mandate.ended_at && instant(mandate.ended_at)],
          [t('mandates.reason'), mandate.end_reason],
        ]}
      />
      <p class="quiet">
        {mandate.to
          ? t('mandates.from_to', { from: date(mandate.from), to: date(mandate.to) })
          : t('mandates.from_on', { from: date(mandate.from) })}
      </p>
      {props.children}
      <Steps mandate={mandate} done={props.done} who={who} />
    </li>
  )
}
