/* The ID card in its last weeks: once it has ended, the account is locked. */
import { date } from './format'
import { Notice } from './parts'
import { useSession } from './session'
import { t } from './text'

export function CardEnds() {
  const { session } = useSession()
  const last = session.person.card_ends_on
  if (!last || session.acting_for) return null
  return (
    <Notice color="warning" title={t('home.card_ends', { date: date(last) })}>
      <p>{t('home.card_ends_text')}</p>
    </Notice>
  )
}
