/* What the citizen can do on a dossier: answer the supplement request, withdraw. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { AreaField, Submit } from '../../ui/field'
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

export function Withdraw({ dossier, put }: Props) {
  const [reason, setReason] = useState('')
  const path = { code: dossier.code }
  const send = useAction(async () =>
    put(await api.post('/api/dossiers/{code}/withdraw', { path, body: { reason: reason.trim() || null } })),
  )
  if (!dossier.may.includes('withdraw')) return null
  return (
    <details class="act no-print">
      <summary>
        <Icon name="back" />
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
        <ProblemNotice problem={send.problem} />
        <AreaField
          label={`${t('withdraw.reason')} (${t('common.optional')})`}
          value={reason}
          set={setReason}
          maxLength={500}
        />
        <Submit busy={send.busy} variant="secondary" color="danger">
          {t('withdraw.send')}
        </Submit>
      </form>
    </details>
  )
}
