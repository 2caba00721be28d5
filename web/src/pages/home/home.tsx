/* The citizen's first page: what waits for them, then where to go. */
import { api, type Schemas } from '../../api/client'
import { useResource } from '../../api/resource'
import { CardEnds } from '../../ui/card_ends'
import { date, say } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { CardLink, Empty, FirstDue, LateTag, Loaded, Notice, Page, StatusTag } from '../../ui/parts'
import { go, Link } from '../../ui/router'
import { useSession } from '../../ui/session'
import { placesOf } from '../../ui/shell'
import { t } from '../../ui/text'
import { useApprovals } from '../approvals/use_approvals'

export function nextHref(row: Schemas['DossierSummary']): string {
  return row.next_action === 'pay' ? `/app/dossiers/${row.code}/pay` : `/app/dossiers/${row.code}`
}

function Waiting({ rows }: { rows: Schemas['DossierSummary'][] }) {
  return (
    <section class="stack" aria-label={t('home.waiting')}>
      {rows.map((row) => (
        <Notice key={row.code} color="warning" title={t(`home.next_${row.next_action}`)}>
          <p>
            {say(row.procedure.name)} · <span class="code">{row.code}</span>
          </p>
          <p>
            <Link class="ds-button" href={nextHref(row)}>
              {t(`home.do_${row.next_action}`)}
            </Link>
          </p>
        </Notice>
      ))}
    </section>
  )
}

/** Counters and banks that wait for an answer. */
function Approvals() {
  const count = useApprovals().data?.items.length ?? 0
  if (count === 0) return null
  return (
    <Notice color="warning" title={t('home.approvals', { count })}>
      <p>{t('home.approvals_text')}</p>
      <p>
        <Link class="ds-button" href="/app/approvals">
          {t('home.approvals_do')}
        </Link>
      </p>
    </Notice>
  )
}

export function DossierCard({ row }: { row: Schemas['DossierSummary'] }) {
  return (
    <Link class="panel card-link" href={`/app/dossiers/${row.code}`}>
      <span class="card-link__words">
        <span class="quiet code">{row.code}</span>
        <b>
          {say(row.procedure.name)}
          {row.certificate ? `\u00a0–\u00a0${t('common.no')}\u00a0${row.certificate}` : ''}
        </b>
        <span class="quiet words">
          <span>{row.subject_name}</span>
          {row.due_date && (
            <span>
              {t('common.due')} {date(row.due_date)}
            </span>
          )}
        </span>
        <FirstDue of={row} />
        <span class="row">
          <StatusTag status={row.status} />
          <LateTag late={row.late} />
        </span>
      </span>
      <Icon name="next" />
    </Link>
  )
}

function CitizenHome() {
  const { session } = useSession()
  const dossiers = useResource((signal) => api.get('/api/dossiers', { signal }), [])
  const whom = session.acting_for
  const may = (word: string) => !whom || whom.scopes.some((scope) => scope.word === word)
  return (
    <Page
      title={whom ? t('mandates.home_for', { name: whom.name }) : t('home.greeting', { name: session.person.name })}
      lead={t(whom ? 'mandates.home_lead' : 'home.lead')}
    >
      <Loaded of={dossiers}>
        {({ items }) => {
          const waiting = items.filter((row) => row.next_action === 'pay' || row.next_action === 'supplement')
          return (
            <div class="stack-lg">
              <CardEnds />
              {!whom && <Approvals />}
              {waiting.length > 0 && <Waiting rows={waiting} />}
              <div class="tiles">
                {may('dossier.lltp') && (
                  <CardLink href="/app/apply" icon="plus" title={t('home.apply')}>
                    {t('home.apply_text')}
                  </CardLink>
                )}
                {may('wallet.view') && (
                  <CardLink href="/app/wallet" icon="wallet" title={t('nav.wallet')}>
                    {t('home.wallet_text')}
                  </CardLink>
                )}
                <CardLink href="/app/dossiers" icon="clock" title={t('home.follow')}>
                  {t('home.follow_text')}
                </CardLink>
                {may('reads.view') && (
                  <CardLink
                    href="/app/reads"
                    icon="eye"
                    title={whom ? t('reads.title_other', { name: whom.name }) : t('reads.title')}
                  >
                    {t('home.reads_text')}
                  </CardLink>
                )}
                {!whom && (
                  <CardLink href="/app/mandates" icon="users" title={t('mandates.title')}>
                    {t('mandates.card_text')}
                  </CardLink>
                )}
              </div>
              <section class="stack">
                <h2>{t('home.recent')}</h2>
                {items.length === 0 ? (
                  <Empty icon="file" title={t('dossiers.empty')}>
                    <p>{t('dossiers.empty_text')}</p>
                    <Link class="ds-button" href="/app/apply">
                      {t('home.apply')}
                    </Link>
                  </Empty>
                ) : (
                  <ul class="list-plain">
                    {items.slice(0, 3).map((row) => (
                      <li key={row.code}>
                        <DossierCard row={row} />
                      </li>
                    ))}
                  </ul>
                )}
              </section>
            </div>
          )
        }}
      </Loaded>
    </Page>
  )
}

/** For an organisation, or under a mandate that has ended: what the bar says, and where to go from there. */
function HomeOfAnother() {
  const { session } = useSession()
  const whom = session.acting_for
  return (
    <Page title={t('mandates.home_for', { name: whom?.name ?? '' })}>
      {whom?.ended ? (
        <Notice color="warning" title={t('mandates.ended')}>
          <p>{t('mandates.ended_text')}</p>
        </Notice>
      ) : (
        <>
          {whom?.scopes.some((scope) => scope.word === 'organisation.staff') && (
            <CardLink href="/app/mandates" icon="users" title={t('mandates.staff')}>
              {t('mandates.staff_text')}
            </CardLink>
          )}
          {whom?.scopes.some((scope) => scope.word === 'reads.view') && (
            <CardLink href="/app/reads" icon="eye" title={t('reads.title_organisation')}>
              {t('reads.organisation_text')}
            </CardLink>
          )}
        </>
      )}
    </Page>
  )
}

export function Home() {
  const { session } = useSession()
  const first = placesOf(session)[0]
  if (session.acting_post && first) {
    queueMicrotask(() => go(first.href, true))
    return null
  }
  if (session.acting_for?.organisation || session.acting_for?.ended) return <HomeOfAnother />
  return <CitizenHome />
}
