/* "Is it still valid?": asks the server to check everything now and shows each check. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { instant, say } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { Notice, ProblemNotice } from '../../ui/parts'
import { t } from '../../ui/text'

function Outcome({ answer }: { answer: Schemas['Verification'] }) {
  return (
    <div class="stack">
      <Notice
        color={answer.valid ? 'success' : 'danger'}
        title={t(answer.valid ? 'verify.valid' : 'verify.invalid')}
        live
      >
        <p>{t('verify.at', { at: instant(answer.checked_at) })}</p>
      </Notice>
      <ul class="checks">
        {answer.checks.map((check) => (
          <li key={check.id} data-holds={check.holds ? 'yes' : 'no'}>
            <Icon name={check.holds ? 'check' : 'warn'} />
            <span>
              {say(check.label)}
              <span class="ds-sr-only"> – {t(check.holds ? 'verify.holds' : 'verify.fails')}</span>
            </span>
          </li>
        ))}
      </ul>
      <ul class="list-plain">
        {answer.signatures.map((signature) => (
          <li key={signature.kind} class="stack-sm">
            <b>{t(`verify.kind_${signature.kind}`)}</b>
            <p class="quiet">
              {signature.signer}
              <br />
              {instant(signature.signed_at)} ·{' '}
              {t(signature.valid ? 'verify.signature_valid' : 'verify.signature_invalid')}
            </p>
          </li>
        ))}
      </ul>
    </div>
  )
}

export function ValidityCheck({ id }: { id: string }) {
  const [answer, setAnswer] = useState<Schemas['Verification']>()
  const check = useAction(async () => setAnswer(await api.get('/api/wallet/{id}/verification', { path: { id } })))
  return (
    <section class="panel stack">
      <h2>{t('verify.heading')}</h2>
      <p class="quiet">{t('verify.text')}</p>
      <ProblemNotice problem={check.problem} />
      <button
        type="button"
        class="ds-button"
        data-variant={answer ? 'secondary' : 'primary'}
        aria-busy={check.busy}
        onClick={() => void check.run()}
      >
        <Icon name="shield" />
        {t(answer ? 'verify.again' : 'verify.now')}
      </button>
      {answer && <Outcome answer={answer} />}
    </section>
  )
}
