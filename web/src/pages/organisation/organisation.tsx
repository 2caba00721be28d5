/* The organisations I represent: I apply for the account (form TK02), or answer whether I consent to another representative's application. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction, useResource } from '../../api/resource'
import { date } from '../../ui/format'
import { Empty, Loaded, Notice, Page, ProblemNotice } from '../../ui/parts'
import { Link } from '../../ui/router'
import { t } from '../../ui/text'

type Organisation = Schemas['RepresentedOrganisation']
type Applied = Schemas['OrganisationApplied']
type Answered = { name: string; refused: boolean; answer: Applied }
type Told = { organisation: Organisation; told: (outcome: Answered) => void }

const color: Record<string, string> = {
  active: 'success',
  rejected: 'warning',
  consenting: 'warning',
  verifying: 'info',
}

function ApplyFor({ organisation, told }: Told) {
  const [key] = useState(() => crypto.randomUUID())
  const apply = useAction(async () => {
    const call = { path: { code: organisation.code }, headers: { 'Idempotency-Key': key }, body: {} }
    const answer = await api.post('/api/organisations/{code}/enrolment', call)
    told({ name: organisation.name, refused: false, answer })
  })
  const others = organisation.consents.filter((one) => !one.is_me)
  return (
    <>
      <ProblemNotice problem={apply.problem} />
      <p>{t(organisation.in_database ? 'organisation.limit_database' : 'organisation.limit_no_database')}</p>
      {others.length > 0 && <p>{t('organisation.others', { names: others.map((one) => one.name).join(', ') })}</p>}
      <p>
        <button
          type="button"
          class="ds-button"
          aria-busy={apply.busy}
          aria-label={`${t('organisation.apply')}: ${organisation.name}`}
          onClick={() => void apply.run()}
        >
          {t('organisation.apply')}
        </button>
      </p>
    </>
  )
}

function Consent({ organisation, told }: Told) {
  const answer = useAction(async (consents: boolean) => {
    const call = { path: { code: organisation.code }, body: { consents } }
    const answered = await api.post('/api/organisations/{code}/consent', call)
    told({ name: organisation.name, refused: !consents, answer: answered })
  })
  return (
    <>
      <ProblemNotice problem={answer.problem} />
      <p>{t('organisation.asked')}</p>
      <p class="row">
        {([true, false] as const).map((consents) => (
          <button
            key={String(consents)}
            type="button"
            class="ds-button"
            aria-busy={answer.busy}
            aria-label={`${t(consents ? 'organisation.consent' : 'organisation.refuse')}: ${organisation.name}`}
            {...(consents ? {} : { 'data-variant': 'secondary', 'data-color': 'danger' })}
            onClick={() => void answer.run(consents)}
          >
            {t(consents ? 'organisation.consent' : 'organisation.refuse')}
          </button>
        ))}
      </p>
    </>
  )
}

function OrganisationCard({ organisation, told }: Told) {
  const { state, consents } = organisation
  const mayApply = organisation.status === 'working' && (state === 'none' || state === 'rejected')
  const isAsked = state === 'consenting' && consents.some((one) => one.is_me && one.answer === 'waiting')
  return (
    <li class="panel stack-sm">
      <div class="row row--apart">
        <h2>{organisation.name}</h2>
        <span class="ds-tag" data-color={color[state] ?? 'neutral'}>
          {t(`organisation.state_${state}`)}
        </span>
      </div>
      <p class="quiet">
        {t('organisation.code')}: <span class="code">{organisation.code}</span>
      </p>
      {organisation.status !== 'working' && <p>{t(`organisation.status_${organisation.status}`)}</p>}
      {state !== 'none' && consents.length > 0 && (
        <ul class="plain-list">
          {consents.map((one) => (
            <li key={one.name}>
              {one.name}
              {one.is_me && ` (${t('organisation.me')})`}: {t(`organisation.answer_${one.answer}`)}
            </li>
          ))}
        </ul>
      )}
      {organisation.dossier && (
        <p>
          <Link href={`/app/dossiers/${organisation.dossier}`}>
            {t('organisation.dossier', { code: organisation.dossier })}
          </Link>
        </p>
      )}
      {mayApply && <ApplyFor organisation={organisation} told={told} />}
      {isAsked && <Consent organisation={organisation} told={told} />}
    </li>
  )
}

function Outcome({ name, refused, answer }: Answered) {
  if (refused) return <Notice color="info" title={t('organisation.refused', { name })} live />
  return (
    <Notice color="success" title={t('organisation.sent', { name })} live>
      <p>
        {t('common.dossier_code')}: <span class="code">{answer.dossier}</span>
      </p>
      <p>
        {answer.waits_for_consent || !answer.due_date
          ? t('organisation.waits')
          : t('organisation.decided_by', { date: date(answer.due_date) })}
      </p>
    </Notice>
  )
}

export function Organisations() {
  const list = useResource((signal) => api.get('/api/enrolments', { signal }), [])
  const [outcome, setOutcome] = useState<Answered>()
  const told = (one: Answered) => {
    setOutcome(one)
    list.reload()
    scrollTo(0, 0)
  }
  return (
    <Page
      title={t('organisation.title')}
      lead={t('organisation.lead')}
      back={{ href: '/app/mandates', label: t('mandates.title') }}
    >
      {outcome && <Outcome {...outcome} />}
      <Loaded of={list}>
        {({ organisations }) =>
          organisations.length === 0 ? (
            <Empty icon="users" title={t('organisation.empty')}>
              <p>{t('organisation.empty_text')}</p>
            </Empty>
          ) : (
            <ul class="list-plain">
              {organisations.map((one) => (
                <OrganisationCard key={`${one.code}-${one.state}`} organisation={one} told={told} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}
