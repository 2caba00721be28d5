/* All of the citizen's dossiers. */
import { api } from '../../api/client'
import { useResource } from '../../api/resource'
import { Icon } from '../../ui/icons'
import { Empty, Loaded, Page } from '../../ui/parts'
import { Link } from '../../ui/router'
import { t } from '../../ui/text'
import { DossierCard } from '../home/home'

export function Dossiers() {
  const dossiers = useResource((signal) => api.get('/api/dossiers', { signal }), [])
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
            <ul class="list-plain">
              {items.map((row) => (
                <li key={row.code}>
                  <DossierCard row={row} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}
