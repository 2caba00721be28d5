/* A recovery at the desk: by its number; evidence taken now; a second officer agrees. Nobody here ever sees the claim that ends it. */
import { useState } from 'preact/hooks'
import { api, type Schemas, sendForm } from '../../api/client'
import { useAction } from '../../api/resource'
import { AreaField, CheckField, InputField, Submit } from '../../ui/field'
import { FindByNumber } from '../../ui/find_by_number'
import { date, instant } from '../../ui/format'
import { MatcherSays } from '../../ui/matcher_says'
import { Facts, Notice, Page, ProblemNotice } from '../../ui/parts'
import { mayAct, useSession } from '../../ui/session'
import { t, tRecord } from '../../ui/text'

type Case = Schemas['DeskRecovery']
type Shown = (found: Case) => void

function Find({ shown }: { shown: Shown }) {
  return (
    <FindByNumber
      of="case"
      label={t('locks.case_number')}
      help={t('recovery_desk.number_help')}
      purpose={tRecord('recovery_desk.purpose_default')}
      submit={t('recovery_desk.find')}
      find={async (number, purpose) =>
        shown(await api.get('/api/desk/recoveries/{number}', { path: { number }, query: { purpose } }))
      }
    />
  )
}

function FileField(props: { label: string; set: (file: File | undefined) => void }) {
  return (
    <div class="ds-field">
      <label>
        {props.label}
        <input
          class="ds-input"
          type="file"
          accept="image/jpeg,image/png"
          capture="environment"
          required
          onChange={(event) => props.set((event.currentTarget as HTMLInputElement).files?.[0])}
        />
      </label>
    </div>
  )
}

function Collect({ of, shown }: { of: Case; shown: Shown }) {
  const [card, setCard] = useState('')
  const [phone, setPhone] = useState('')
  const [face, setFace] = useState<File>()
  const [fingerprints, setFingerprints] = useState<File>()
  const [seen, see] = useState({ face_seen: false, fingerprints_seen: false })
  const send = useAction(async () => {
    if (!face || !fingerprints) return
    const path = { number: of.number }
    const { ticket } = await api.post('/api/desk/recoveries/{number}/capture', { path, body: {} })
    const form = new FormData()
    for (const [name, value] of Object.entries({ number: of.number, ticket, card_qr: card.trim(), new_phone: phone }))
      form.set(name, value)
    form.set('face_seen', seen.face_seen ? '1' : '')
    form.set('fingerprints_seen', seen.fingerprints_seen ? '1' : '')
    form.set('face', face)
    form.set('fingerprints', fingerprints)
    shown(await sendForm<Case>('/api/desk/recovery-evidence', form))
  })
  return (
    <form
      class="panel stack"
      onSubmit={(event) => {
        event.preventDefault()
        void send.run()
      }}
    >
      <h2>{t('recovery_desk.collect')}</h2>
      <p class="quiet">{t('recovery_desk.collect_text')}</p>
      <ProblemNotice problem={send.problem} />
      <InputField
        label={t('recovery_desk.card')}
        help={t('recovery_desk.card_help')}
        optional
        autocomplete="off"
        maxLength={1000}
        value={card}
        set={setCard}
      />
      <FileField label={t('recovery_desk.face')} set={setFace} />
      <FileField label={t('recovery_desk.fingerprints')} set={setFingerprints} />
      <fieldset class="ds-fieldset">
        <legend>{t('recovery_desk.eye')}</legend>
        {(['face_seen', 'fingerprints_seen'] as const).map((name) => (
          <CheckField
            key={name}
            label={t(`recovery_desk.${name}`)}
            checked={seen[name]}
            set={(on) => see({ ...seen, [name]: on })}
          />
        ))}
      </fieldset>
      <InputField
        label={t('recovery_desk.phone')}
        help={t('recovery_desk.phone_help')}
        optional
        type="tel"
        pattern="0[0-9]{9}"
        maxLength={10}
        value={phone}
        set={setPhone}
      />
      <Submit busy={send.busy}>{t('recovery_desk.send')}</Submit>
    </form>
  )
}

function Decide({ of, shown }: { of: Case; shown: Shown }) {
  const { session } = useSession()
  const [reason, setReason] = useState('')
  const path = { number: of.number }
  const approve = useAction(async () =>
    shown(await api.post('/api/desk/recoveries/{number}/approve', { path, body: {} })),
  )
  const reject = useAction(async () =>
    shown(await api.post('/api/desk/recoveries/{number}/reject', { path, body: { reason } })),
  )
  return (
    <section class="panel stack">
      <h2>{t('recovery_desk.decide')}</h2>
      <ProblemNotice problem={approve.problem ?? reject.problem} />
      {of.state === 'collected' && mayAct(session, 'recovery.approve') && (
        <>
          <p>{t('recovery_desk.approve_text')}</p>
          <button type="button" class="ds-button" aria-busy={approve.busy} onClick={() => void approve.run()}>
            {t('recovery_desk.approve')}
          </button>
        </>
      )}
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void reject.run()
        }}
      >
        <AreaField
          label={t('recovery_desk.reason')}
          rows={2}
          required
          minLength={5}
          maxLength={300}
          value={reason}
          set={setReason}
        />
        <Submit busy={reject.busy} variant="secondary" color="danger">
          {t('recovery_desk.reject')}
        </Submit>
      </form>
    </section>
  )
}

/** What the first officer went by: each picture's opinion, and the officer's own eye where they said so. */
function Findings({ findings }: { findings: Case['findings'] }) {
  return (
    <section class="panel stack">
      <h2>{t('recovery_desk.findings')}</h2>
      {findings.map((one) => (
        <div class="stack-sm" key={one.kind}>
          <h3>{t(`recovery_desk.${one.kind}`)}</h3>
          <MatcherSays opinion={one.opinion} />
          {one.seen && <p>{t(`recovery_desk.${one.kind}_said`)}</p>}
        </div>
      ))}
    </section>
  )
}

function Found({ of, shown }: { of: Case; shown: Shown }) {
  const { session } = useSession()
  const isOpen = of.state === 'opened' || of.state === 'collected' || of.state === 'cooling'
  return (
    <div class="stack">
      <section class="panel stack">
        <h2>
          <span class="code">{of.number}</span> · {t(`recovery_state.${of.state}`)}
        </h2>
        {of.contested && (
          <Notice color="warning">
            <p>{t('recovery_desk.contested')}</p>
          </Notice>
        )}
        <Facts
          rows={[
            [t('person.name'), of.person.name],
            [t('person.pin'), of.person.pin_masked],
            [t('person.birth_date'), date(of.person.birth_date)],
            [t('recovery_desk.has_card'), t(of.person.has_card ? 'common.yes' : 'common.no_word')],
            [t('recovery_desk.proofs'), of.proofs.map((proof) => t(`recovery_proof.${proof}`)).join('; ')],
            [t('recovery_desk.waits'), of.waits_until ? instant(of.waits_until) : ''],
            [t('recovery_desk.reason'), of.reason ?? ''],
          ]}
        />
      </section>
      {of.findings.length > 0 && <Findings findings={of.findings} />}
      {of.state === 'opened' && mayAct(session, 'recovery.collect') && <Collect of={of} shown={shown} />}
      {isOpen && <Decide of={of} shown={shown} />}
    </div>
  )
}

export function RecoveryDesk() {
  const [found, shown] = useState<Case>()
  return (
    <Page title={t('recovery_desk.title')} lead={t('recovery_desk.lead')}>
      <Find shown={shown} />
      {found && <Found key={`${found.number}-${found.state}`} of={found} shown={shown} />}
    </Page>
  )
}
