/* The account: what the registers hold about me, my posts, my own sessions. */
import { api, type Schemas } from '../../api/client'
import { usePages } from '../../api/pages'
import { useResource } from '../../api/resource'
import { date, instant, say } from '../../ui/format'
import { CardLink, Facts, Loaded, Notice, Page } from '../../ui/parts'
import { useSession } from '../../ui/session'
import { ShowMore } from '../../ui/show_more'
import { t, tOr } from '../../ui/text'

const relative = (person: Schemas['Relative'] | null | undefined) =>
  person ? `${person.name}${person.birth_date ? ` (${date(person.birth_date)})` : ''}` : ''

function Record({ me }: { me: Schemas['Me'] }) {
  const since = me.digital_citizen_since
  return (
    <section class="panel stack">
      <h2>{t('me.record')}</h2>
      <p class="quiet">{t('me.record_text')}</p>
      <Facts
        rows={[
          [t('person.name'), me.name],
          [t('person.other_name'), me.other_name ?? ''],
          [t('person.pin'), me.pin],
          [t('person.sex'), t(`person.${me.sex}`)],
          [t('person.birth_date'), date(me.birth_date)],
          [t('person.birth_place'), me.birth_place ?? ''],
          [t('person.nationality'), tOr(`nationality.${me.nationality}`, me.nationality ?? '')],
          [t('person.ethnicity'), me.ethnicity ?? ''],
          [t('person.permanent_residence'), me.permanent_residence ?? ''],
          [t('person.temporary_residence'), me.temporary_residence ?? ''],
          [t('person.card'), me.card ? `${me.card.number} (${t('me.card_until')} ${date(me.card.expires_on)})` : ''],
          [t('person.father'), relative(me.father)],
          [t('person.mother'), relative(me.mother)],
          [t('person.spouse'), relative(me.spouse)],
          [t('person.phone'), me.phone_masked ?? ''],
          [t('person.email'), me.email ?? ''],
          [t('me.level'), t('me.level_value', { level: me.level })],
          [t('me.digital_citizen'), since ? `${t('common.since')} ${date(since)}` : ''],
          [t('me.categories'), me.categories.map((category) => say(category.name)).join('; ')],
        ]}
      />
    </section>
  )
}

const CARD_WARNING_DAYS = 30

/** An account is locked when its card runs out; who renews in time keeps it. */
function CardWarning({ me, now }: { me: Schemas['Me']; now: string }) {
  const ends = me.card?.expires_on
  if (!ends || Date.parse(ends) - Date.parse(now) >= CARD_WARNING_DAYS * 24 * 3600 * 1000) return null
  return (
    <Notice color="warning" title={t('me.card_ends', { date: date(ends) })}>
      <p>{t('me.card_ends_text')}</p>
    </Notice>
  )
}

function History() {
  const history = usePages((query, signal) => api.get('/api/me/history', { query, signal }), [])
  return (
    <section class="panel stack">
      <h2>{t('me.history')}</h2>
      <p class="quiet">{t('me.history_text')}</p>
      <Loaded of={history}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{t('me.history_empty')}</p>
          ) : (
            <div class="stack">
              <ul class="list-plain">
                {items.map((event, i) => (
                  <li key={`${event.at}-${i}`}>
                    <b>{tOr(`event.${event.event}`, event.event)}</b>
                    {event.detail && event.detail !== 'direct' && <span class="code"> {event.detail}</span>}{' '}
                    {event.current && event.event === 'signed_in' && (
                      <span class="ds-tag" data-color="success">
                        {t('me.this_session')}
                      </span>
                    )}
                    <br />
                    <span class="quiet">
                      {instant(event.at)}
                      {event.device && ` · ${event.device}`}
                    </span>
                  </li>
                ))}
              </ul>
              <ShowMore of={history} />
            </div>
          )
        }
      </Loaded>
    </section>
  )
}

export function Me() {
  const { session } = useSession()
  const me = useResource((signal) => api.get('/api/me', { signal }), [])
  return (
    <Page title={t('nav.me')}>
      {session.posts.length > 0 && (
        <CardLink href="/app/posts" icon="swap" title={t('posts.title')}>
          {t('me.posts_text')}
        </CardLink>
      )}
      <CardLink href="/app/security" icon="shield" title={t('security.title')}>
        {t('security.lead')}
      </CardLink>
      <CardLink href="/app/approvals" icon="check" title={t('approvals.title')}>
        {t('approvals.card_text')}
      </CardLink>
      <CardLink href="/app/locks" icon="shield" title={t('locks.title')}>
        {t('locks.lead')}
      </CardLink>
      <CardLink href="/app/mandates" icon="users" title={t('mandates.title')}>
        {t('mandates.card_text')}
      </CardLink>
      {me.data && <CardWarning me={me.data} now={session.now} />}
      <div class="columns">
        <Loaded of={me}>{(record) => <Record me={record} />}</Loaded>
        <History />
      </div>
    </Page>
  )
}
