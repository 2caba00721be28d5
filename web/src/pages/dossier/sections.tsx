/* Parts of a dossier's page: due date, papers wrongly asked for, slips, deliveries, what was submitted. */
import { addressOf, type Schemas } from '../../api/client'
import { date, instant, longDate, say, vnd } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { Facts, FirstDue, LateTag, Notice } from '../../ui/parts'
import { Link } from '../../ui/router'
import { t } from '../../ui/text'

type Dossier = Schemas['Dossier']

const endedEarly = ['not_received', 'withdrawn', 'stopped']

/** Why nothing more will come of a dossier, what becomes of the money, and the way on. */
export function Ended({ dossier }: { dossier: Dossier }) {
  if (!endedEarly.includes(dossier.status.code)) return null
  const refused = dossier.refusal_reason !== null
  return (
    <Notice color={refused ? 'danger' : 'info'} title={t(refused ? 'dossier.refused' : 'dossier.withdrawn')}>
      {refused && <p class="multiline">{dossier.refusal_reason}</p>}
      {dossier.payment.refund_due > 0 && <p>{t('dossier.refund', { amount: vnd(dossier.payment.refund_due) })}</p>}
      {dossier.certificate && (
        <p>
          {t('dossier.again')} <Link href="/app/apply">{t('home.apply')}</Link>
        </p>
      )}
    </Notice>
  )
}

/** When the result comes, where the dossier lies now, and by which law; nothing once it has ended without a result. */
export function Due({ dossier }: { dossier: Dossier }) {
  if (endedEarly.includes(dossier.status.code)) return null
  return (
    <section class="panel due">
      <h2 class="quiet">{t('dossier.due')}</h2>
      <span class="due__date">{dossier.due_date ? longDate(dossier.due_date) : t('dossier.no_due_yet')}</span>
      <LateTag late={dossier.late} />
      <FirstDue of={dossier} />
      {dossier.status.code !== 'returned' && (
        <span class="quiet">
          {t('dossier.desk')}: <b>{say(dossier.desk)}</b>
        </span>
      )}
      {dossier.due_clause && <span class="clause">{dossier.due_clause}</span>}
      <Complexity complex={dossier.complex} />
      {dossier.apologies.map((apology) => (
        <div key={apology.at} class="stack-sm">
          <b>{t('dossier.apology')}</b>
          <p>{apology.reason}</p>
          <p class="quiet">
            {t('dossier.apology_dates', { old: date(apology.old_due_date), new: date(apology.new_due_date) })}
          </p>
        </div>
      ))}
    </section>
  )
}

function Complexity({ complex }: { complex: Dossier['complex'] }) {
  if (!complex) return null
  return (
    <div class="stack-sm">
      <b>{t('dossier.complex')}</b>
      <p>{say(complex.ground)}</p>
      <p class="quiet">
        {t('dossier.complex_dates', { old: date(complex.old_due_date), new: date(complex.new_due_date) })}
      </p>
      <span class="clause">{complex.legal_basis}</span>
    </div>
  )
}

export function RefusedRequests({ items }: { items: Schemas['RefusedRequest'][] }) {
  if (items.length === 0) return null
  return (
    <section class="stack">
      {items.map((item) => (
        <Notice key={item.at} color="info" title={t('dossier.refused_request', { component: say(item.component) })}>
          <p>{say(item.reason)}</p>
          <p class="quiet">
            {t('dossier.refused_register')}: {say(item.register)} · {item.legal_basis} · {say(item.by)} ·{' '}
            {instant(item.at)}
          </p>
        </Notice>
      ))}
    </section>
  )
}

/** For printing; at the desk each is a recorded read. */
export function Slips({ dossier, desk = false }: { dossier: Dossier; desk?: boolean }) {
  const address = desk ? '/api/desk/dossiers/{code}/slips/{kind}' : '/api/dossiers/{code}/slips/{kind}'
  if (dossier.slips.length === 0) return null
  return (
    <section class="panel stack">
      <h2>{t('dossier.slips')}</h2>
      <ul class="list-plain">
        {dossier.slips.map((slip) => (
          <li key={slip.issued_at}>
            <a
              href={addressOf(address, { path: { code: dossier.code, kind: slip.kind } })}
              target="_blank"
              rel="noopener"
            >
              {t(`slip.${slip.kind}`)}
            </a>
            <br />
            <span class="quiet">
              {instant(slip.issued_at)}
              {slip.date && ` · ${t('slip.date')} ${date(slip.date)}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

export function Deliveries({ items }: { items: Schemas['Delivery'][] }) {
  if (items.length === 0) return null
  return (
    <section class="panel stack">
      <h2>{t('delivery.heading')}</h2>
      <ul class="checks">
        {items.map((item) => (
          <li key={item.destination} data-holds={item.state === 'retrying' ? 'no' : 'yes'}>
            <Icon name={item.state === 'acknowledged' ? 'check' : item.state === 'retrying' ? 'warn' : 'clock'} />
            <span>
              {t(`delivery.${item.destination}`)}
              <br />
              <span class="quiet">
                {item.acknowledged_at
                  ? t('delivery.acknowledged', { at: instant(item.acknowledged_at) })
                  : t(`delivery.state_${item.state}`, { count: item.attempts, next: instant(item.next_attempt_at) })}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

export function PaymentFacts({ dossier }: { dossier: Dossier }) {
  const { payment } = dossier
  return (
    <Facts
      rows={[
        [t('payment.state'), t(`payment.state_${payment.state}`)],
        [t('payment.paid'), payment.paid > 0 ? vnd(payment.paid) : ''],
        [t('payment.remaining'), payment.remaining > 0 ? vnd(payment.remaining) : ''],
        [t('payment.refund_due'), payment.refund_due > 0 ? vnd(payment.refund_due) : ''],
      ]}
    />
  )
}

/** The fee is asked for before anything else: no dossier is received without it. */
export function FeeDue({ dossier }: { dossier: Dossier }) {
  if (!dossier.may.includes('pay')) return null
  return (
    <Notice color="warning" title={t('home.next_pay')}>
      <p>
        {t('payment.remaining')}: <b>{vnd(dossier.payment.remaining)}</b>
      </p>
      <p>
        <Link class="ds-button" href={`/app/dossiers/${dossier.code}/pay`}>
          {t('home.do_pay')}
        </Link>
      </p>
    </Notice>
  )
}

const request = (dossier: Dossier): [string, string][] => [
  [t('apply.copies'), String(dossier.copies)],
  [t('apply.purpose'), dossier.purpose],
  [t('apply.ban_short'), t(dossier.ban_information ? 'common.yes' : 'common.no_word')],
]

export function Submitted({ dossier }: { dossier: Dossier }) {
  return (
    <details class="act">
      <summary>
        <Icon name="file" />
        {t('dossier.submitted')}
      </summary>
      <div class="act__body">
        <Facts
          rows={[
            [t('apply.subject_short'), dossier.subject.name],
            ...(dossier.certificate ? request(dossier) : []),
            [t('dossier.channel'), t(`channel.${dossier.channel}`)],
            [t('dossier.helper'), say(dossier.helper)],
            [t('dossier.submitted_at'), instant(dossier.submitted_at)],
            ...dossier.categories
              .filter((category) => category.value)
              .map((category): [string, string] => [say(category.label), category.value as string]),
          ]}
        />
      </div>
    </details>
  )
}
