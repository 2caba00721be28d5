/* Pays a fee: VietQR for any bank's app, and outside production a demonstration bank. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction, useResource } from '../../api/resource'
import { Copied } from '../../ui/copy'
import { InputField } from '../../ui/field'
import { vnd } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { Facts, Loaded, Notice, Page, ProblemNotice } from '../../ui/parts'
import { Link, type Params } from '../../ui/router'
import { useSession } from '../../ui/session'
import { t, tOr } from '../../ui/text'
import { savePicture } from './save_picture'

type Payment = Schemas['Payment']

function DemoBank({ payment, put }: { payment: Payment; put: (payment: Payment) => void }) {
  const [amount, setAmount] = useState(String(payment.remaining))
  const pay = useAction(async () =>
    put(
      await api.post('/api/demo-bank/payments', {
        body: { dossier_code: payment.dossier_code, amount: Number.parseInt(amount, 10) || 0 },
      }),
    ),
  )
  return (
    <form
      class="panel stack"
      onSubmit={(event) => {
        event.preventDefault()
        void pay.run()
      }}
    >
      <h2>{t('payment.demo')}</h2>
      <p class="quiet">{t('payment.demo_text')}</p>
      <ProblemNotice problem={pay.problem} />
      <InputField label={t('payment.amount')} type="number" min={1} step={1} required value={amount} set={setAmount} />
      <button type="submit" class="ds-button" aria-busy={pay.busy}>
        {t('payment.demo_pay')}
      </button>
    </form>
  )
}

function Qr({ svg, payment }: { svg: string; payment: Payment }) {
  return (
    <div class="stack-sm">
      <img
        class="qr"
        src={`data:image/svg+xml,${encodeURIComponent(svg)}`}
        alt={t('payment.qr_alt', { amount: vnd(payment.remaining), reference: payment.reference })}
      />
      <p>
        <button
          type="button"
          class="ds-button no-print"
          data-variant="secondary"
          onClick={() => void savePicture(svg, `vietqr-${payment.reference}.png`)}
        >
          <Icon name="download" />
          {t('payment.save_qr')}
        </button>
      </p>
    </div>
  )
}

function Open({
  payment,
  demo,
  put,
  reload,
}: {
  payment: Payment
  demo: boolean
  put: (payment: Payment) => void
  reload: () => void
}) {
  return (
    <div class="columns">
      <section class="panel stack">
        <h2>{t('payment.scan')}</h2>
        <p class="big-figure">{vnd(payment.remaining)}</p>
        <p class="quiet">{t('payment.same_phone')}</p>
        {payment.state === 'part_paid' && (
          <Notice color="warning">
            <p>{t('payment.part', { paid: vnd(payment.paid) })}</p>
          </Notice>
        )}
        {payment.qr_svg && <Qr svg={payment.qr_svg} payment={payment} />}
        <Facts
          rows={[
            [t('payment.bank'), tOr(`bank.${payment.account.bank}`, payment.account.bank)],
            [t('payment.account'), <Copied key="a" value={payment.account.number} what={t('payment.account')} />],
            [t('payment.holder'), payment.account.holder],
            [t('payment.reference'), <Copied key="r" value={payment.reference} what={t('payment.reference')} />],
          ]}
        />
        <p class="quiet">{t('payment.exact')}</p>
        <button type="button" class="ds-button" data-variant="secondary" onClick={reload}>
          {t('payment.check')}
        </button>
      </section>
      {demo && <DemoBank payment={payment} put={put} />}
    </div>
  )
}

type Where = {
  code: string
  dossier: string
  read: (signal: AbortSignal) => Promise<Payment>
}

function Sheet({ code, dossier, read: load }: Where) {
  const { session } = useSession()
  const read = useResource(load, [code])
  return (
    <Page title={t('payment.title')} back={{ href: dossier, label: code }}>
      <Loaded of={read}>
        {(payment) =>
          payment.remaining > 0 ? (
            <Open payment={payment} demo={session.demo} put={read.put} reload={read.reload} />
          ) : (
            <Notice
              color="success"
              title={t(payment.state === 'not_needed' ? 'payment.state_not_needed' : 'payment.done')}
              live
            >
              <p>{payment.paid > 0 ? t('payment.done_text', { paid: vnd(payment.paid) }) : t('payment.nothing')}</p>
              {payment.refund_due > 0 && <p>{t('payment.refund', { amount: vnd(payment.refund_due) })}</p>}
              <p>
                <Link class="ds-button" href={dossier}>
                  {t('payment.to_dossier')}
                </Link>
              </p>
            </Notice>
          )
        }
      </Loaded>
    </Page>
  )
}

export function Pay({ code = '' }: Params) {
  const read = (signal: AbortSignal) => api.get('/api/dossiers/{code}/payment', { path: { code }, signal })
  return <Sheet code={code} dossier={`/app/dossiers/${code}`} read={read} />
}

/** For whoever pays at the counter with their own bank's app. */
export function PayAtDesk({ code = '' }: Params) {
  const read = (signal: AbortSignal) => api.get('/api/desk/dossiers/{code}/payment', { path: { code }, signal })
  return <Sheet code={code} dossier={`/app/desk/dossiers/${code}`} read={read} />
}
