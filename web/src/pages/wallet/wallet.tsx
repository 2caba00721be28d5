/* The documents a person holds. */
import { api, type Schemas } from '../../api/client'
import { usePages } from '../../api/pages'
import { CardEnds } from '../../ui/card_ends'
import { date, say } from '../../ui/format'
import { Empty, Loaded, Page } from '../../ui/parts'
import { Link } from '../../ui/router'
import { ShowMore } from '../../ui/show_more'
import { t } from '../../ui/text'

const statusTag = { valid: 'success', expiring: 'warning', expired: 'danger', revoked: 'danger' }

export function DocumentStatus({ status }: { status: Schemas['DocumentSummary']['status'] }) {
  return (
    <span class="ds-tag" data-color={statusTag[status]}>
      {t(`document.status_${status}`)}
    </span>
  )
}

export function Wallet() {
  const wallet = usePages((query, signal) => api.get('/api/wallet', { query, signal }), [])
  return (
    <Page title={t('nav.wallet')} lead={t('wallet.lead')}>
      <CardEnds />
      <Loaded of={wallet}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="wallet" title={t('wallet.empty')}>
              <p>{t('wallet.empty_text')}</p>
              <Link class="ds-button" href="/app/apply">
                {t('home.apply')}
              </Link>
            </Empty>
          ) : (
            <div class="stack">
              <ul class="list-plain tiles">
                {items.map((item) => (
                  <li key={item.id}>
                    <Link class="document-card" href={`/app/wallet/${item.id}`}>
                      <span class="stack-sm">
                        <b>{say(item.title)}</b>
                        <span class="quiet">{item.holder_name}</span>
                        <span class="quiet">{say(item.issuer)}</span>
                      </span>
                      <img src="/assets/mark.svg" alt="" width={42} height={42} />
                      <span class="document-card__foot">
                        <span class="quiet">
                          <span class="code">{item.number}</span>
                          <br />
                          {t('document.issued_on')} {date(item.issued_on)}
                        </span>
                        <DocumentStatus status={item.status} />
                      </span>
                    </Link>
                  </li>
                ))}
              </ul>
              <ShowMore of={wallet} />
            </div>
          )
        }
      </Loaded>
    </Page>
  )
}
