/* A path the app does not have. */
import { Page } from '../../ui/parts'
import { Link } from '../../ui/router'
import { t } from '../../ui/text'

export function NotFound() {
  return (
    <Page title={t('not_found.title')} lead={t('not_found.text')}>
      <p>
        <Link class="ds-button" href="/app/">
          {t('nav.home')}
        </Link>
      </p>
    </Page>
  )
}
