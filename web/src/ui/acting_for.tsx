/* The bar every page shows while one acts for another: for whom, as what, and the one tap back to oneself. */
import { api } from '../api/client'
import { useAction } from '../api/resource'
import { date, say } from './format'
import { Icon } from './icons'
import { ProblemNotice } from './parts'
import { go } from './router'
import { useSession } from './session'
import { t } from './text'

export function ActingFor() {
  const { session, put } = useSession()
  const back = useAction(async () => {
    put(await api.put('/api/session/mandate', { body: {} }))
    go('/app/')
  })
  const whom = session.acting_for
  if (!whom) return null
  return (
    <section class={`acting acting--for${whom.ended ? ' acting--ended' : ''}`} aria-label={t('mandates.bar_label')}>
      <div class="acting__row">
        <span role="status">
          <Icon name={whom.ended ? 'warn' : 'users'} />
          {t(whom.ended ? 'mandates.bar_ended' : 'mandates.bar')} <b>{whom.name}</b>
          {whom.kind && <span class="acting__kind"> · {say(whom.kind.name)}</span>}
          {whom.to && <span class="acting__kind"> · {t('mandates.until', { date: date(whom.to) })}</span>}
        </span>
        <button type="button" class="ds-button" aria-busy={back.busy} onClick={() => void back.run()}>
          {t('mandates.back')}
        </button>
      </div>
      <ProblemNotice problem={back.problem} />
    </section>
  )
}
