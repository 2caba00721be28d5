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
              <ul class="list-plain">
                {answer.items.map((item, i) => (
                  <li key={`${item.since}-${i}`} class="panel refund">
                    <b class="refund__amount">{vnd(item.amount)}</b>
                    <span>
                      {t(`refunds.reason_${item.reason}`)}
                      <br />
                      <span class="quiet">
                        {t('refunds.since')} {instant(item.since)}
                      </span>
                    </span>
                    <span class="quiet">
                      {t('common.dossier_code')} <span class="code">{item.dossier_code ?? '–'}</span>
                      {item.transaction_id && (
                        <>
                          <br />
                          {t('refunds.transaction')} <span class="code">{item.transaction_id}</span>
                        </>
                      )}
                    </span>
                  </li>
                ))}
              </ul>
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
