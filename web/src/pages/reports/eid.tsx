/* Enrolment in four figures that are kept apart: a card is no dossier, a dossier no account, an account none that is used. */
import { api } from '../../api/client'
import { useResource } from '../../api/resource'
import { date, number, percent, say } from '../../ui/format'
import { Count, Loaded } from '../../ui/parts'
import { t } from '../../ui/text'

export function EidFigures() {
  const report = useResource((signal) => api.get('/api/reports/eid', { signal }), [])
  return (
    <Loaded of={report}>
      {(data) => (
        <section class="panel stack">
          <h2>{t('eid.heading')}</h2>
          <div class="counts counts--figures">
            <Count value={number(data.cards)} label={t('eid.cards')} />
            <Count value={number(data.collected)} label={t('eid.collected')} />
            <Count value={number(data.issued)} label={t('eid.issued')} />
            <Count value={number(data.activated)} label={t('eid.activated')} />
            {data.rates.slice(0, 1).map((rate) => (
              <Count key={rate.id} value={percent(rate.percent)} label={say(rate.label)} />
            ))}
          </div>
          <p class="quiet">
            {t('eid.organisations', {
              collected: number(data.organisations_collected),
              issued: number(data.organisations_issued),
            })}{' '}
            · {t('report.as_of')} {date(data.as_of)}
          </p>
        </section>
      )}
    </Loaded>
  )
}
