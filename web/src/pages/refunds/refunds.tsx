/* Money that must go back: paid in excess, twice, or for a closed dossier. */
import { api } from '../../api/client'
import { usePages } from '../../api/pages'
import { date, instant, vnd } from '../../ui/format'
import { Empty, Loaded, Page } from '../../ui/parts'
import { ShowMore } from '../../ui/show_more'
import { t } from '../../ui/text'

export function Refunds() {
  const refunds = usePages((query, signal) => api.get('/api/reports/refunds', { query, signal }), [])
  return (
    <Page title={t('nav.refunds')} lead={t('refunds.lead')}>
      <Loaded of={refunds}>
        {(answer) =>
          answer.items.length === 0 ? (
            <Empty icon="coins" title={t('refunds.empty')} />
          ) : (
            <div class="stack">
              <p class="big-figure">{vnd(answer.total)}</p>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling table must be reachable by keyboard */}
              <section class="table-scroll" tabIndex={0} aria-label={t('nav.refunds')}>
                <table class="ds-table">
                  <thead>
                    <tr>
                      <th scope="col">{t('common.dossier_code')}</th>
                      <th scope="col">{t('refunds.transaction')}</th>
                      <th scope="col">{t('refunds.reason')}</th>
                      <th scope="col">{t('refunds.since')}</th>
                      <th scope="col" class="numeric">
                        {t('refunds.amount')}
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {answer.items.map((item, i) => (
                      <tr key={`${item.since}-${i}`}>
                        <td class="code">{item.dossier_code ?? '–'}</td>
                        <td class="code">{item.transaction_id}</td>
                        <td>{t(`refunds.reason_${item.reason}`)}</td>
                        <td>{instant(item.since)}</td>
                        <td class="numeric">{vnd(item.amount)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </section>
              <ShowMore of={refunds} />
              <p class="quiet">
                {t('report.as_of')} {date(answer.as_of)}
              </p>
            </div>
          )
        }
      </Loaded>
    </Page>
  )
}
