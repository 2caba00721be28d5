/* All of the citizen's dossiers. */
import { api } from '../../api/client'
import { usePages } from '../../api/pages'
import { Icon } from '../../ui/icons'
import { Empty, Loaded, Page } from '../../ui/parts'
import { Link } from '../../ui/router'
import { ShowMore } from '../../ui/show_more'
import { t } from '../../ui/text'
import { DossierCard } from '../home/home'

export function Dossiers() {
  const dossiers = usePages((query, signal) => api.get('/api/dossiers', { query, signal }), [])
  const apply = (
    <Link class="ds-button" href="/app/apply">
      <Icon name="plus" />
      {t('home.apply')}
    </Link>
  )
  return (
    <Page title={t('dossiers.title')} aside={apply}>
      <Loaded of={dossiers}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="file" title={t('dossiers.empty')}>
              <p>{t('dossiers.empty_text')}</p>
            </Empty>
          ) : (
            <div class="stack">
              <ul class="list-plain">
                {items.map((row) => (
                  <li key={row.code}>
                    <DossierCard row={row} />
                  </li>
                ))}
              </ul>
              <ShowMore of={dossiers} />
            </div>
          )
        }
      </Loaded>
    </Page>
  )
}
