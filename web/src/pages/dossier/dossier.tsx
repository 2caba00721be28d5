/* One dossier as its citizen sees it. */
import { api } from '../../api/client'
import { useResource } from '../../api/resource'
import { say } from '../../ui/format'
import { Loaded, Notice, Page, StatusTag } from '../../ui/parts'
import { Link, type Params } from '../../ui/router'
import { t } from '../../ui/text'
import { Bill } from '../apply/bill'
import { SupplementAnswer, Withdraw } from './answers'
import { Deliveries, Due, Ended, FeeDue, PaymentFacts, RefusedRequests, Slips, Submitted } from './sections'
import { Timeline } from './timeline'

export function Dossier({ code = '' }: Params) {
  const read = useResource((signal) => api.get('/api/dossiers/{code}', { path: { code }, signal }), [code])
  const title = read.data
    ? `${say(read.data.procedure.name)}${read.data.certificate ? ` – ${t('common.no')} ${read.data.certificate}` : ''}`
    : t('dossier.title')
  return (
    <Page title={title} back={{ href: '/app/dossiers', label: t('dossiers.title') }}>
      <Loaded of={read}>
        {(dossier) => (
          <div class="columns">
            <div class="stack-lg">
              <p class="row">
                <span class="code">{dossier.code}</span>
                <StatusTag status={dossier.status} />
              </p>
              {dossier.document_id && (
                <Notice color="success" title={t('dossier.result')}>
                  <p>
                    <Link class="ds-button" href={`/app/wallet/${dossier.document_id}`}>
                      {t('dossier.open_result')}
                    </Link>
                  </p>
                </Notice>
              )}
              <Ended dossier={dossier} />
              <FeeDue dossier={dossier} />
              <SupplementAnswer dossier={dossier} put={read.put} />
              <Due dossier={dossier} />
              <RefusedRequests items={dossier.refused_requests} />
              <section class="panel stack">
                <h2>{t('dossier.timeline')}</h2>
                <Timeline moves={dossier.moves} />
              </section>
              <Submitted dossier={dossier} />
              <Withdraw dossier={dossier} put={read.put} />
            </div>
            <aside class="stack">
              <section class="panel stack">
                <h2>{t('bill.heading')}</h2>
                <Bill charge={dossier.charge} />
                <PaymentFacts dossier={dossier} />
              </section>
              <Deliveries items={dossier.deliveries} />
              <Slips dossier={dossier} />
            </aside>
          </div>
        )}
      </Loaded>
    </Page>
  )
}
