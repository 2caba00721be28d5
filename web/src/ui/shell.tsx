/* The frame round every page: head, where one is, what one acts as. */
import type { ComponentChildren } from 'preact'
import { forgetKept } from '../kept/store'
import { ActingFor } from './acting_for'
import { currentLanguage, say } from './format'
import { Icon, type IconName } from './icons'
import { Link, usePath } from './router'
import { actingPost, mayAct, type Session } from './session'
import { chooseLanguage, t } from './text'

type Place = { href: string; icon: IconName; key: string; exact?: boolean }

const mandatesPlace: Place = { href: '/app/mandates', icon: 'users', key: 'nav.mandates' }
const readsPlace: Place = { href: '/app/reads', icon: 'eye', key: 'nav.reads' }
const citizenPlaces: Place[] = [
  { href: '/app/', icon: 'home', key: 'nav.home', exact: true },
  { href: '/app/wallet', icon: 'wallet', key: 'nav.wallet' },
  { href: '/app/dossiers', icon: 'file', key: 'nav.dossiers' },
  readsPlace,
  { href: '/app/me', icon: 'person', key: 'nav.me' },
]

/** What one does for another: the rest is one's own, and the server refuses it. */
function placesForAnother(whom: NonNullable<Session['acting_for']>): Place[] {
  if (whom.ended) return []
  const may = (word: string) => whom.scopes.some((scope) => scope.word === word)
  if (whom.organisation)
    return [...(may('organisation.staff') ? [mandatesPlace] : []), ...(may('reads.view') ? [readsPlace] : [])]
  return citizenPlaces.filter(
    ({ key }) =>
      key === 'nav.home' ||
      (key === 'nav.wallet' && may('wallet.view')) ||
      (key === 'nav.dossiers' && (may('dossier.lltp') || may('dossier.view'))) ||
      (key === 'nav.reads' && may('reads.view')),
  )
}

export function placesOf(session: Session): Place[] {
  if (session.acting_for) return placesForAnother(session.acting_for)
  if (!session.acting_post) return citizenPlaces
  const places: Place[] = []
  if (mayAct(session, 'queue.view', 'dossier.view'))
    places.push({ href: '/app/desk', icon: 'inbox', key: 'nav.queue', exact: true })
  if (mayAct(session, 'dossier.assist')) places.push({ href: '/app/desk/counter', icon: 'pen', key: 'nav.counter' })
  if (mayAct(session, 'mandate.confirm'))
    places.push({ href: '/app/desk/notarised', icon: 'users', key: 'nav.notarised' })
  if (mayAct(session, 'enrol.collect'))
    places.push({ href: '/app/desk/enrolment', icon: 'users', key: 'nav.enrolment' })
  if (mayAct(session, 'recovery.view')) places.push({ href: '/app/desk/recovery', icon: 'shield', key: 'nav.recovery' })
  if (mayAct(session, 'lock_request.view'))
    places.push({ href: '/app/desk/lock-requests', icon: 'stop', key: 'nav.lock_requests' })
  if (mayAct(session, 'report.view')) {
    places.push({ href: '/app/reports', icon: 'chart', key: 'nav.reports', exact: true })
    places.push({ href: '/app/reports/savings', icon: 'coins', key: 'nav.savings' })
  }
  if (mayAct(session, 'client.view')) places.push({ href: '/app/clients', icon: 'shield', key: 'nav.clients' })
  if (mayAct(session, 'misuse.view')) places.push({ href: '/app/misuse', icon: 'eye', key: 'nav.misuse' })
  if (mayAct(session, 'refund.view')) places.push({ href: '/app/reports/refunds', icon: 'swap', key: 'nav.refunds' })
  places.push({ href: '/app/me', icon: 'person', key: 'nav.me' })
  return places
}

function here(place: Place, path: string) {
  const bare = path.replace(/\/$/, '') || '/'
  const own = place.href.replace(/\/$/, '')
  if (bare === own) return true
  if (place.key === 'nav.queue') return bare.startsWith('/app/desk/dossiers')
  return !place.exact && bare.startsWith(`${own}/`)
}

function Navigation({ session }: { session: Session }) {
  const path = usePath()
  return (
    <nav class="shell-nav" aria-label={t('nav.label')}>
      <ul>
        {placesOf(session).map((place) => (
          <li key={place.href}>
            <Link href={place.href} {...(here(place, path) ? { 'aria-current': 'page' } : {})}>
              <Icon name={place.icon} />
              <span>{t(place.key)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function LanguageButton({ changed }: { changed: () => void }) {
  const other = currentLanguage() === 'vi' ? 'en' : 'vi'
  const choose = async () => {
    await chooseLanguage(other)
    changed()
  }
  return (
    <button type="button" class="frame-language" lang={other} onClick={choose}>
      <span class="wide-only">{other === 'en' ? 'English' : 'Tiếng Việt'}</span>
      <span class="narrow-only" aria-hidden="true">
        {other.toUpperCase()}
      </span>
      <span class="ds-sr-only narrow-only">{other === 'en' ? 'English' : 'Tiếng Việt'}</span>
    </button>
  )
}

/** What was kept on this device goes first; what cannot be removed does not keep anybody signed in. */
async function leave(event: Event) {
  event.preventDefault()
  const form = event.currentTarget as HTMLFormElement
  await forgetKept().catch(() => undefined)
  form.submit()
}

export function Shell(props: { session: Session | null; languageChanged: () => void; children: ComponentChildren }) {
  const { session } = props
  const post = session ? actingPost(session) : undefined
  return (
    <div class="shell">
      <a class="skip" href="#main">
        {t('nav.skip')}
      </a>
      <header class="frame-head">
        <div class="frame-head__row">
          <Link class="frame-brand" href="/app/">
            <img src="/assets/mark.svg" alt="" width={40} height={40} />
            <span>
              <b>Danh</b>
              <span>{t('nav.tagline')}</span>
            </span>
          </Link>
          <LanguageButton changed={props.languageChanged} />
          {session && (
            <form method="post" action="/sign-out" onSubmit={leave}>
              <button type="submit" class="frame-head__link">
                {t('nav.sign_out')}
              </button>
            </form>
          )}
        </div>
      </header>
      {session && <Navigation session={session} />}
      {session?.acting_for && <ActingFor />}
      {post && (
        <section class="acting" aria-label={t('posts.legend')}>
          <div class="acting__row">
            <span>
              <span class="acting__words">{t('nav.acting')} </span>
              <b>{say(post.role.name)}</b> – {say(post.agency.name)}
            </span>
            <Link href="/app/posts">{t('nav.change_post')}</Link>
          </div>
        </section>
      )}
      <main class="frame-main" id="main" tabIndex={-1}>
        {props.children}
      </main>
      <footer class="frame-foot">
        <div class="frame-foot__row">
          <span>{t('nav.foot')}</span>
          <a href="/check">{t('nav.check')}</a>
          {session?.demo && <Link href="/app/demo-messages">{t('nav.messages')}</Link>}
        </div>
      </footer>
    </div>
  )
}
