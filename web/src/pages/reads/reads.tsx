/* Who read my data: every read by anyone but the holder, with its purpose. */
import { api, type Schemas } from '../../api/client'
import { usePages } from '../../api/pages'
import { instant, longDate, say } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { Empty, Loaded, Page } from '../../ui/parts'
import { Link } from '../../ui/router'
import { ShowMore } from '../../ui/show_more'
import { t } from '../../ui/text'
import { byDay } from './by_day'

function ReadCard({ read }: { read: Schemas['Read'] }) {
  return (
    <li class="panel stack-sm">
      <h3>
        {say(read.who.role)} – {say(read.who.agency)}
      </h3>
      <p>
        {t('reads.what')}: {say(read.what)}
      </p>
      <p>
        {t('reads.purpose')}: <q>{read.purpose}</q>
      </p>
      <p class="quiet row">
        <span>{instant(read.at)}</span>
        {read.dossier_code && <Link href={`/app/dossiers/${read.dossier_code}`}>{read.dossier_code}</Link>}
        {read.ledger_position != null && (
          <span class="source-tag">
            <Icon name="shield" />
            {t('reads.ledger', { position: read.ledger_position })}
          </span>
        )}
      </p>
    </li>
  )
}

export function Reads() {
  const reads = usePages((query, signal) => api.get('/api/me/reads', { query, signal }), [])
  return (
    <Page title={t('reads.title')} lead={t('reads.lead')}>
      <Loaded of={reads}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="eye" title={t('reads.empty')}>
              <p>{t('reads.empty_text')}</p>
            </Empty>
          ) : (
            <div class="stack-lg">
              {byDay(items).map(([day, rows]) => (
                <section key={day} class="stack">
                  <h2>{longDate(day)}</h2>
                  <ul class="list-plain">
                    {rows.map((read, i) => (
                      <ReadCard key={`${read.at}-${i}`} read={read} />
                    ))}
                  </ul>
                </section>
              ))}
              <ShowMore of={reads} />
            </div>
          )
        }
      </Loaded>
    </Page>
  )
}
