/* The enrolment desk: finds the person, records what was checked in front of them, collects the level-2 dossier. */
import { useState } from 'preact/hooks'
import { addressOf, api, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { AreaField, CheckField, InputField, Submit } from '../../ui/field'
import { FindByNumber } from '../../ui/find_by_number'
import { date, instant, say } from '../../ui/format'
import { Facts, Notice, Page, ProblemNotice } from '../../ui/parts'
import { Link } from '../../ui/router'
import { t, tOr, tRecord } from '../../ui/text'
import { CardOnDesk } from './card'
import { Evidence } from './evidence'

type Person = Schemas['DeskPerson']

function Find({ found }: { found: (person: Person, purpose: string) => void }) {
  return (
    <FindByNumber
      label={t('person.pin')}
      help={t('enrol.pin_help')}
      purpose={tRecord('enrol.purpose_default')}
      submit={t('enrol.find')}
      find={async (pin, purpose) => found(await api.get('/api/desk/people', { query: { pin, purpose } }), purpose)}
    />
  )
}

/** What the approver objected to last time. */
function Rejected({ rejected }: { rejected: NonNullable<Person['rejected']> }) {
  return (
    <Notice color="warning" title={t('enrol.rejected', { code: rejected.code, date: instant(rejected.at) })}>
      <p>{t('enrol.rejected_text')}</p>
      <ul class="plain-list">
        {rejected.objections.map((one) => (
          <li key={one.field}>
            {t(`enrol_field.${one.field}`)}: {one.reason}
          </li>
        ))}
      </ul>
    </Notice>
  )
}

function Collect(props: { person: Person; purpose: string; collected: (enrolment: Schemas['Enrolment']) => void }) {
  const { person } = props
  const [key] = useState(() => crypto.randomUUID())
  const [guardian, setGuardian] = useState('')
  const [phone, setPhone] = useState(person.rejected?.phone ?? '')
  const [email, setEmail] = useState(person.rejected?.email ?? '')
  const [documents, setDocuments] = useState('')
  const [checked, check] = useState({ card_presented: false, face_checked: false, fingerprints_checked: false })
  const needsGuardian = person.eligible.guardian_needed
  const objection = (field: Schemas['Objection']['field']) =>
    person.rejected?.objections.find((one) => one.field === field)?.reason
  const send = useAction(async () =>
    props.collected(
      await api.post('/api/desk/enrolments', {
        headers: { 'Idempotency-Key': key },
        body: {
          pin: person.pin,
          guardian_pin: guardian || null,
          phone,
          email: email.trim() || null,
          documents: documents.trim() || null,
          purpose: props.purpose,
          ...checked,
        },
      }),
    ),
  )
  return (
    <form
      class="panel stack"
      onSubmit={(event) => {
        event.preventDefault()
        void send.run()
      }}
    >
      <h2>{t('enrol.collect')}</h2>
      <ProblemNotice problem={send.problem} />
      <fieldset class="ds-fieldset">
        <legend>{t('enrol.checks')}</legend>
        <CheckField
          label={t('enrol.card_presented')}
          checked={checked.card_presented}
          set={(on) => check((old) => ({ ...old, card_presented: on }))}
          problem={send.problem?.at('/card_presented') ?? objection('card')}
        />
        {(['face', 'fingerprints'] as const).map((kind) => (
          <Evidence
            key={kind}
            kind={kind}
            pin={person.pin}
            purpose={props.purpose}
            checked={checked[`${kind}_checked`]}
            check={(on) => check((old) => ({ ...old, [`${kind}_checked`]: on }))}
            problem={send.problem?.at(`/${kind}_checked`) ?? objection(kind)}
          />
        ))}
      </fieldset>
      {needsGuardian && (
        <>
          <p>{t('enrol.guardian_text')}</p>
          <InputField
            label={t('enrol.guardian_pin')}
            help={t('enrol.pin_help')}
            inputMode="numeric"
            autocomplete="off"
            pattern="[0-9]{12}"
            maxLength={12}
            required
            value={guardian}
            set={setGuardian}
            problem={send.problem?.at('/guardian_pin') ?? objection('guardian')}
          />
        </>
      )}
      <InputField
        label={t(needsGuardian ? 'enrol.guardian_phone' : 'enrol.phone')}
        help={t('enrol.phone_help')}
        type="tel"
        pattern="0[0-9]{9}"
        maxLength={10}
        required
        value={phone}
        set={setPhone}
        problem={send.problem?.at('/phone') ?? objection('phone')}
      />
      <InputField
        label={t('person.email')}
        optional
        type="email"
        maxLength={120}
        value={email}
        set={setEmail}
        problem={send.problem?.at('/email') ?? objection('email')}
      />
      <AreaField
        label={`${t('enrol.documents')} (${t('common.optional')})`}
        rows={2}
        maxLength={500}
        value={documents}
        set={setDocuments}
      />
      <Submit busy={send.busy}>{t('enrol.submit')}</Submit>
    </form>
  )
}

function PersonFacts({ person }: { person: Person }) {
  return (
    <section class="panel stack">
      <h2>{person.name}</h2>
      <Facts
        rows={[
          [t('person.pin'), person.pin],
          [t('person.birth_date'), date(person.birth_date)],
          [t('person.sex'), t(`person.${person.sex}`)],
          [t('person.permanent_residence'), person.permanent_residence ?? ''],
          [
            t('person.card'),
            person.card_number
              ? `${person.card_number} (${t('me.card_until')} ${date(person.card_expires_on)})`
              : t('common.none'),
          ],
          [
            t('enrol.account'),
            person.account
              ? [
                  person.account.level > 0 && t('me.level_value', { level: person.account.level }),
                  tOr(`account_state.${person.account.state}`, person.account.state),
                ]
                  .filter(Boolean)
                  .join(', ')
              : t('enrol.no_account'),
          ],
        ]}
      />
      {!person.eligible.level_2 && (
        <Notice color="warning" title={t('enrol.not_eligible')}>
          <p>{say(person.eligible.reason)}</p>
        </Notice>
      )}
    </section>
  )
}

export function EnrolmentDesk() {
  const [found, setFound] = useState<{ person: Person; purpose: string }>()
  const [done, setDone] = useState<Schemas['Enrolment']>()
  const [read, setRead] = useState<{ person: Person; purpose: string }>()
  const again = () => {
    setRead(undefined)
    setFound(undefined)
    setDone(undefined)
  }
  return (
    <Page title={t('nav.enrolment')} lead={t('enrol.lead')}>
      {done ? (
        <Notice color="success" title={t('enrol.done', { name: done.name })} live>
          <p>
            {t('common.dossier_code')}: <span class="code">{done.code}</span> · {t('common.due')} {date(done.due_date)}
          </p>
          <p>{t('enrol.done_text')}</p>
          <p class="row">
            <button type="button" class="ds-button" onClick={again}>
              {t('enrol.next')}
            </button>
            <a
              href={addressOf('/api/desk/dossiers/{code}/slips/{kind}', { path: { code: done.code, kind: 'receipt' } })}
              target="_blank"
              rel="noopener"
            >
              {t('slip.receipt')}
            </a>
            <Link href="/app/desk">{t('nav.queue')}</Link>
          </p>
        </Notice>
      ) : found ? (
        <>
          <PersonFacts person={found.person} />
          {found.person.rejected && <Rejected rejected={found.person.rejected} />}
          {found.person.eligible.level_2 && <Collect {...found} collected={setDone} />}
          <button type="button" class="ds-button" data-variant="secondary" onClick={again}>
            {t('enrol.other')}
          </button>
        </>
      ) : (
        <>
          <Find found={(person, purpose) => setFound({ person, purpose })} />
          <CardOnDesk
            purpose={tRecord('enrol.purpose_default')}
            compared={async ({ pin }) => {
              const purpose = tRecord('enrol.purpose_default')
              setRead({ person: await api.get('/api/desk/people', { query: { pin, purpose } }), purpose })
            }}
          />
          {read && (
            <button type="button" class="ds-button" onClick={() => setFound(read)}>
              {t('enrol.collect')}: {read.person.name}
            </button>
          )}
        </>
      )}
    </Page>
  )
}
