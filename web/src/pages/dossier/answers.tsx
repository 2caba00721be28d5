/* What the citizen can do on a dossier: answer the supplement request, withdraw. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { AreaField, CheckField, Submit } from '../../ui/field'
import { say, vnd } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { Notice, ProblemNotice } from '../../ui/parts'
import { t } from '../../ui/text'

type Props = { dossier: Schemas['Dossier']; put: (dossier: Schemas['Dossier']) => void }

export function SupplementAnswer({ dossier, put }: Props) {
  const [answer, setAnswer] = useState('')
  const path = { code: dossier.code }
  const send = useAction(async () => put(await api.post('/api/dossiers/{code}/supplement', { path, body: { answer } })))
  const asked = dossier.supplement
  if (!asked) return null
  const lines = asked.text.split('\n').filter(Boolean)
  if (!dossier.may.includes('supplement'))
    return asked.answer ? (
      <section class="panel stack-sm">
        <h2>{t('supplement.answered')}</h2>
        <p class="quiet">{asked.text}</p>
        <p>{asked.answer}</p>
      </section>
    ) : null
  return (
    <Notice color="warning" title={t('supplement.heading')}>
      <ul class="plain-list">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void send.run()
        }}
      >
        <ProblemNotice problem={send.problem} />
        <AreaField
          label={t('supplement.answer')}
          help={t('supplement.help')}
          value={answer}
          set={setAnswer}
          required
          maxLength={2000}
        />
        <Submit busy={send.busy}>{t('supplement.send')}</Submit>
      </form>
    </Notice>
  )
}

/** What becomes of the fee, with its law: said before the citizen withdraws. */
function WithdrawalFee({ of }: { of: Schemas['Dossier']['withdrawal'] }) {
  if (!of) return null
  const word = of.refund > 0 ? 'withdraw.refund' : 'withdraw.no_refund'
  return (
    <Notice color={of.refund > 0 ? 'info' : 'warning'} title={t(word, { paid: vnd(of.paid), refund: vnd(of.refund) })}>
      <p>{say(of.reason)}</p>
      <p class="clause">{of.clause}</p>
    </Notice>
  )
}

export function Withdraw({ dossier, put }: Props) {
  const [understood, understand] = useState(false)
  const losesFee = dossier.withdrawal?.refund === 0
  const [reason, setReason] = useState('')
  const path = { code: dossier.code }
  const send = useAction(async () =>
    put(await api.post('/api/dossiers/{code}/withdraw', { path, body: { reason: reason.trim() || null } })),
  )
  if (!dossier.may.includes('withdraw')) return null
  return (
    <details class="act no-print">
      <summary>
        <Icon name="stop" />
        {t('withdraw.heading')}
      </summary>
      <form
        class="act__body stack"
        onSubmit={(event) => {
          event.preventDefault()
          void send.run()
        }}
      >
        <p>{t('withdraw.text')}</p>
        <WithdrawalFee of={dossier.withdrawal} />
        {losesFee && <CheckField label={t('withdraw.understood')} checked={understood} set={understand} />}
        <ProblemNotice problem={send.problem} />
        <AreaField label={t('withdraw.reason')} optional value={reason} set={setReason} maxLength={500} />
        {(understood || !losesFee) && (
          <Submit busy={send.busy} variant="secondary" color="danger">
            {t('withdraw.send')}
          </Submit>
        )}
      </form>
    </details>
  )
}
