/* What a citizen finds at an address of the desk. */
import { Notice, Page } from '../../ui/parts'
import { Link } from '../../ui/router'
import { useSession } from '../../ui/session'
import { t } from '../../ui/text'

export function StaffOnly() {
  const { session } = useSession()
  const hasPost = session.posts.length > 0
  return (
    <Page title={t('staff_only.title')}>
      <Notice color="warning" live>
        <p>{t(hasPost ? 'staff_only.choose' : 'staff_only.none')}</p>
        <p>
          <Link class="ds-button" href={hasPost ? '/app/posts' : '/app/'}>
            {t(hasPost ? 'posts.title' : 'nav.home')}
          </Link>
        </p>
      </Notice>
    </Page>
  )
}
