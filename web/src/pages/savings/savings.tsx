/* Yearly savings from four named parameters and a count, summed by the server. */
import { useState } from 'preact/hooks'
import { api } from '../../api/client'
import { useResource } from '../../api/resource'
import { InputField } from '../../ui/field'
import { date, number, say, vnd, vndShort } from '../../ui/format'
import { Loaded, Page } from '../../ui/parts'
import { t } from '../../ui/text'

const given = { extra_copy_fee: 5000, travel: 10000, waiting: 80000, lost_wage: 150000, certificates: 2600000 }
type Name = keyof typeof given
const names = Object.keys(given) as Name[]

export function Savings() {
  const [query, setQuery] = useState<Record<Name, number>>(given)
  const sum = useResource(
    async (signal) => {
      await new Promise((later) => setTimeout(later, 250))
      return api.get('/api/reports/savings', { query, signal })
    },
    names.map((name) => query[name]),
  )
  return (
    <Page title={t('nav.savings')} lead={t('savings.lead')}>
      <div class="columns">
        <section class="panel stack">
          <h2>{t('savings.parameters')}</h2>
          {names.map((name) => (
            <InputField
              key={name}
              label={t(`savings.${name}`)}
              type="number"
              min={0}
              step={1}
              value={String(query[name])}
              set={(value) => setQuery({ ...query, [name]: Math.max(0, Number.parseInt(value, 10) || 0) })}
            />
          ))}
          <button type="button" class="ds-button" data-variant="secondary" onClick={() => setQuery(given)}>
            {t('savings.reset')}
          </button>
        </section>
        <section class="panel stack" aria-live="polite">
          <Loaded of={sum}>
            {(answer) => (
              <div class="stack">
                <h2>{t('savings.total')}</h2>
                <p class="big-figure">{vndShort(answer.total)}</p>
                <p>
                  {t('savings.formula', {
                    certificates: number(answer.certificates),
                    each: vnd(answer.per_certificate),
                    total: vnd(answer.total),
                  })}
                </p>
                <p class="quiet">
                  {t('report.unit')}: {say(answer.unit)} · {t('report.period')}: {say(answer.period)} ·{' '}
                  {t('report.as_of')} {date(answer.as_of)}
                </p>
              </div>
            )}
          </Loaded>
        </section>
      </div>
    </Page>
  )
}
