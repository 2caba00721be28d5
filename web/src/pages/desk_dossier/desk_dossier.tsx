/* One dossier at the desk: purpose first, then the person, the registers, and the acts one may do now. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useResource } from '../../api/resource'
import { date, instant, say } from '../../ui/format'
import { Icon, type IconName } from '../../ui/icons'
import { Facts, factsOf, Loaded, Page, StatusTag } from '../../ui/parts'
import { Link, type Params } from '../../ui/router'
import { t } from '../../ui/text'
import { Deliveries, Due, RefusedRequests, Slips, Submitted } from '../dossier/sections'
import { Timeline } from '../dossier/timeline'
import { type ActProps, actForms, type Desk } from './act_forms'
import { Findings, Portraits } from './portraits'
import { PurposeForm } from './purpose'
import { RegisterValue } from './register_value'

const actIcon: Record<string, IconName> = {
  'dossier.receive': 'inbox',
  'dossier.look_up': 'search',
  'dossier.sign': 'pen',
  'dossier.seal': 'seal',
  'dossier.return': 'next',
  'dossier.decide': 'check',
  'dossier.supplement_request': 'message',
  'dossier.component_request': 'file',
  'dossier.refuse': 'stop',
  'dossier.apology': 'letter',
  'enrol.approve': 'check',
  'enrol.code': 'next',
}
const opensItself = ['dossier.receive', 'dossier.sign', 'dossier.seal', 'dossier.return', 'enrol.approve']

const actName = (act: string) => t(`act.${act.replace('.', '_')}`)

function Acts(props: ActProps) {
  const known = Object.keys(actForms)
  const enrolment = props.desk.dossier.certificate === null
  const acts = props.desk.acts
    .filter((act) => known.includes(act.act) && (enrolment || !act.act.startsWith('enrol.')))
    .sort((a, b) => known.indexOf(a.act) - known.indexOf(b.act))
  const allowed = acts.filter((act) => act.allowed)
  const not = acts.filter((act) => !act.allowed && act.reason)
  return (
    <section class="stack">
      <h2>{t('desk.acts')}</h2>
      {allowed.length === 0 && <p class="panel">{t('desk.no_acts')}</p>}
      {allowed.map(({ act }) => {
        const Form = actForms[act]
        return (
          Form && (
            <details
              key={`${act}-${props.desk.stage}-${props.desk.dossier.status.code}`}
              class="act"
              open={opensItself.includes(act)}
            >
              <summary>
                <Icon name={actIcon[act] ?? 'file'} />
                {actName(act)}
              </summary>
              <div class="act__body">
                <Form {...props} />
              </div>
            </details>
          )
        )
      })}
      {not.length > 0 && (
        <details class="act">
          <summary>{t('desk.not_now', { count: not.length })}</summary>
          <div class="act__body">
            {not.map((act) => (
              <p key={act.act} class="act-refused">
                <b>{actName(act.act)}</b>
                <br />
                <span class="quiet">{say(act.reason)}</span>
              </p>
            ))}
          </div>
        </details>
      )}
    </section>
  )
}

/** A register that answers with one list needs no second name for it. */
function onlyPart(result: Schemas['LookUp']['result']): unknown {
  const parts = Object.values(result)
  return parts.length === 1 ? parts[0] : result
}

function LookUps({ items }: { items: Schemas['LookUp'][] }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [items])
  if (items.length === 0) return null
  return (
    <section class="stack">
      <h2 ref={heading} tabIndex={-1}>
        {t('desk.results')}
      </h2>
      {items.map((item) => (
        <div key={item.register} class="panel stack">
          <h3>{t(`register.${item.register}`)}</h3>
          <RegisterValue value={onlyPart(item.result)} />
          <p class="quiet">{t('desk.looked_up_at', { at: instant(item.at) })}</p>
        </div>
      ))}
    </section>
  )
}

function Progress({ desk }: { desk: Desk }) {
  return (
    <section class="panel stack">
      <h2>{t('desk.progress')}</h2>
      <Facts
        rows={[
          [t('desk.stage'), t(`stage.${desk.stage}`)],
          [
            t('desk.looked_up'),
            desk.looked_up.length > 0
              ? [...new Set(desk.looked_up.map((one) => t(`register.${one.register}`)))].join('; ')
              : t('common.none'),
          ],
          [
            t('desk.decision'),
            desk.decision
              ? `${t(`outcome.${desk.decision.outcome}`)} – ${say(desk.decision.by)}, ${instant(desk.decision.at)}`
              : t('common.none'),
          ],
          ...desk.signatures.map((signature): [string, string] => [
            t(`verify.kind_${signature.kind}`),
            `${say(signature.by)}, ${instant(signature.at)}`,
          ]),
          [t('payment.state'), t(`payment.state_${desk.dossier.payment.state}`)],
        ]}
      />
    </section>
  )
}

function Organisation({ of }: { of: Schemas['OrganisationEnrolment'] }) {
  return (
    <section class="panel stack">
      <h2>{t('organisation.heading')}</h2>
      <Facts
        rows={[
          [t('organisation.heading'), of.name],
          [t('organisation.code'), of.organisation_code],
          [t('organisation.tax_code'), of.tax_code],
          [t('organisation.head_office'), of.head_office],
          [t('organisation.founded_on'), date(of.founded_on)],
          [t('organisation.representative'), of.representative],
          [t('organisation.in_database'), t(of.in_database ? 'common.yes' : 'common.no_word')],
        ]}
      />
    </section>
  )
}

function Collected({ enrolment }: { enrolment: Schemas['Enrolment'] }) {
  const yesNo = (holds: boolean) => t(holds ? 'common.yes' : 'common.no_word')
  return (
    <section class="panel stack">
      <h2>{t('enrol.collected_facts')}</h2>
      <Facts
        rows={[
          [t('register_field.state'), t(`enrol.state_${enrolment.state}`)],
          [t('enrol.card_presented'), yesNo(enrolment.card_presented)],
          [t('enrol.face_checked'), yesNo(enrolment.face_checked)],
          [t('enrol.fingerprints_checked'), yesNo(enrolment.fingerprints_checked)],
          [t('enrol.phone'), enrolment.phone],
          [t('person.email'), enrolment.email],
          [
            t('enrol.guardian'),
            enrolment.guardian ? `${enrolment.guardian.name} (${enrolment.guardian.pin_masked})` : '',
          ],
          [t('enrol.documents'), enrolment.documents],
          ...enrolment.objections.map((one): [string, string] => [
            `${t('act.reject_done')}: ${t(`enrol_field.${one.field}`)}`,
            one.reason,
          ]),
        ]}
      />
    </section>
  )
}

function Opened({ code, purpose }: { code: string; purpose: string }) {
  const [lookUps, showLookUps] = useState<Schemas['LookUp'][]>([])
  const read = useResource(
    (signal) => api.get('/api/desk/dossiers/{code}', { path: { code }, query: { purpose }, signal }),
    [code, purpose],
  )
  return (
    <Loaded of={read}>
      {(desk) => (
        <div class="columns">
          <div class="stack-lg">
            <p class="row">
              <span>
                {say(desk.dossier.procedure.name)}
                {desk.dossier.certificate ? ` – ${t('common.no')} ${desk.dossier.certificate}` : ''}
              </span>
              <StatusTag status={desk.dossier.status} />
            </p>
            <Due dossier={desk.dossier} />
            <Acts desk={desk} purpose={purpose} put={read.put} reload={read.reload} showLookUps={showLookUps} />
            <LookUps items={lookUps} />
            <section class="panel stack">
              <h2>{t(desk.enrolment ? 'enrol.person' : 'desk.person')}</h2>
              <Facts rows={factsOf(desk.person)} />
            </section>
            {desk.enrolment?.findings && <Findings findings={desk.enrolment.findings} />}
            {desk.enrolment && <Collected enrolment={desk.enrolment} />}
            {desk.enrolment && <Portraits code={desk.dossier.code} />}
            {desk.organisation && <Organisation of={desk.organisation} />}
            {!desk.enrolment && !desk.organisation && <Submitted dossier={desk.dossier} />}
            {desk.dossier.supplement && (
              <section class="panel stack-sm">
                <h2>{t('slip.supplement')}</h2>
                <p class="multiline">{desk.dossier.supplement.text}</p>
                {desk.dossier.supplement.answer && (
                  <p>
                    <b>{t('supplement.answered')}:</b> {desk.dossier.supplement.answer}
                  </p>
                )}
              </section>
            )}
            <RefusedRequests items={desk.dossier.refused_requests} />
          </div>
          <aside class="stack">
            {!desk.enrolment && <Progress desk={desk} />}
            <Deliveries items={desk.dossier.deliveries} />
            {desk.dossier.payment.remaining > 0 && (
              <p>
                <Link class="ds-button" href={`/app/desk/dossiers/${code}/pay`}>
                  {t('counter.collect_fee')}
                </Link>
              </p>
            )}
            <Slips dossier={desk.dossier} desk />
            <section class="panel stack">
              <h2>{t('dossier.timeline')}</h2>
              <Timeline moves={desk.dossier.moves} />
            </section>
          </aside>
        </div>
      )}
    </Loaded>
  )
}

const purposes = new Map<string, string>()

export function DeskDossier({ code = '' }: Params) {
  const [purpose, setPurpose] = useState(purposes.get(code))
  return (
    <Page
      title={code}
      back={{ href: '/app/desk', label: t('nav.queue') }}
      lead={purpose && t('desk.purpose_given', { purpose })}
    >
      {purpose ? (
        <Opened code={code} purpose={purpose} />
      ) : (
        <PurposeForm
          given={(words) => {
            purposes.set(code, words)
            setPurpose(words)
          }}
        />
      )}
    </Page>
  )
}
