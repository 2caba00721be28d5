/* One form for each act of the desk. Each sends one request and puts in what the server answers. */
import type { ComponentType } from 'preact'
import { useState } from 'preact/hooks'
import { api, Problem, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { AreaField, CheckField, InputField, RadioCards, SelectField, Submit } from '../../ui/field'
import { say } from '../../ui/format'
import { Notice, ProblemNotice } from '../../ui/parts'
import { t } from '../../ui/text'

export type Desk = Schemas['DeskDossier']
export type ActProps = {
  desk: Desk
  purpose: string
  put: (desk: Desk) => void
  reload: () => void
  showLookUps: (items: Schemas['LookUp'][]) => void
}

function useSend(act: () => Promise<void>) {
  const action = useAction(act)
  return {
    ...action,
    submit: (event: Event) => {
      event.preventDefault()
      void action.run()
    },
  }
}
const pathOf = (desk: Desk) => ({ code: desk.dossier.code })

type Plain = '/api/desk/dossiers/{code}/receive' | '/api/desk/dossiers/{code}/seal' | '/api/desk/dossiers/{code}/return'
function PlainAct({ desk, put, address, word }: ActProps & { address: Plain; word: string }) {
  const send = useSend(async () => put(await api.post(address, { path: pathOf(desk), body: {} })))
  return (
    <form class="stack" onSubmit={send.submit}>
      <p>{t(`desk.${word}_text`)}</p>
      <ProblemNotice problem={send.problem} />
      <Submit busy={send.busy}>{t(`desk.${word}_do`)}</Submit>
    </form>
  )
}

const registers: Schemas['RegisterName'][] = ['population', 'residence', 'family', 'convictions', 'categories']
function LookUp({ desk, purpose, showLookUps, reload }: ActProps) {
  const [chosen, choose] = useState<Schemas['RegisterName'][]>(['population', 'convictions'])
  const send = useSend(async () => {
    const body = { registers: chosen, purpose }
    const answer = await api.post('/api/desk/dossiers/{code}/look-ups', { path: pathOf(desk), body })
    showLookUps(answer.items)
    reload()
  })
  return (
    <form class="stack" onSubmit={send.submit}>
      <ProblemNotice problem={send.problem} />
      <fieldset class="ds-fieldset">
        <legend>{t('desk.registers')}</legend>
        {registers.map((name) => (
          <CheckField
            key={name}
            label={t(`register.${name}`)}
            checked={chosen.includes(name)}
            set={(on) => choose(on ? [...chosen, name] : chosen.filter((other) => other !== name))}
          />
        ))}
      </fieldset>
      <p class="quiet">{t('desk.look_up_text', { purpose })}</p>
      {chosen.length > 0 ? (
        <Submit busy={send.busy}>{t('desk.look_up_do')}</Submit>
      ) : (
        <p class="quiet">{t('desk.no_registers')}</p>
      )}
    </form>
  )
}

function SupplementRequest({ desk, put }: ActProps) {
  const [reason, setReason] = useState('')
  const send = useSend(async () =>
    put(await api.post('/api/desk/dossiers/{code}/supplement-request', { path: pathOf(desk), body: { reason } })),
  )
  return (
    <form class="stack" onSubmit={send.submit}>
      <Notice color="info">
        <p>{t('desk.supplement_once')}</p>
      </Notice>
      <ProblemNotice problem={send.problem} />
      <AreaField
        label={t('desk.supplement_what')}
        help={t('desk.supplement_help')}
        value={reason}
        set={setReason}
        required
        minLength={5}
        maxLength={2000}
      />
      <Submit busy={send.busy}>{t('desk.supplement_do')}</Submit>
    </form>
  )
}

function ComponentRequest({ desk, put, reload }: ActProps) {
  const [component, choose] = useState(desk.components[0]?.id ?? '')
  const [reason, setReason] = useState('')
  const send = useSend(async () => {
    const body = { component, reason }
    try {
      put(await api.post('/api/desk/dossiers/{code}/component-request', { path: pathOf(desk), body }))
    } catch (failure) {
      if (failure instanceof Problem && failure.code === 'component_in_register') reload()
      throw failure
    }
  })
  return (
    <form class="stack" onSubmit={send.submit}>
      <p class="quiet">{t('desk.component_text')}</p>
      <ProblemNotice problem={send.problem} />
      <SelectField
        label={t('desk.component')}
        value={component}
        set={choose}
        options={desk.components.map((one) => ({
          value: one.id,
          label: one.register ? `${say(one.name)} (${t('desk.in_register')})` : say(one.name),
        }))}
      />
      <AreaField
        label={t('desk.reason')}
        value={reason}
        set={setReason}
        required
        minLength={5}
        maxLength={500}
        rows={2}
      />
      <Submit busy={send.busy}>{t('desk.component_do')}</Submit>
    </form>
  )
}

function Refuse({ desk, put }: ActProps) {
  const [reason, setReason] = useState('')
  const send = useSend(async () => {
    const body = { reason, legal_basis: null }
    put(await api.post('/api/desk/dossiers/{code}/refuse', { path: pathOf(desk), body }))
  })
  return (
    <form class="stack" onSubmit={send.submit}>
      <p>{t('desk.refuse_text')}</p>
      <ProblemNotice problem={send.problem} />
      <AreaField label={t('desk.reason')} value={reason} set={setReason} required minLength={10} maxLength={1000} />
      <Submit busy={send.busy} color="danger">
        {t('desk.refuse_do')}
      </Submit>
    </form>
  )
}

function Decide({ desk, put }: ActProps) {
  const [outcome, choose] = useState('')
  const [note, setNote] = useState('')
  const send = useSend(async () => {
    const body = { outcome: outcome as Schemas['Outcome'], note: note.trim() || null }
    put(await api.post('/api/desk/dossiers/{code}/decide', { path: pathOf(desk), body }))
  })
  return (
    <form class="stack" onSubmit={send.submit}>
      <ProblemNotice problem={send.problem} />
      <RadioCards
        label={t('desk.outcome')}
        value={outcome}
        set={choose}
        options={[
          { value: 'no_conviction', label: t('outcome.no_conviction') },
          { value: 'has_conviction', label: t('outcome.has_conviction') },
        ]}
      />
      <AreaField label={t('desk.note')} optional value={note} set={setNote} maxLength={1000} rows={2} />
      {outcome && <Submit busy={send.busy}>{t('desk.decide_do')}</Submit>}
    </form>
  )
}

function Sign({ desk, put }: ActProps) {
  const [pin, setPin] = useState('')
  const send = useSend(async () => {
    try {
      put(await api.post('/api/desk/dossiers/{code}/sign', { path: pathOf(desk), body: { signing_pin: pin } }))
    } finally {
      setPin('')
    }
  })
  return (
    <form class="stack" onSubmit={send.submit}>
      <p>{t('desk.sign_text')}</p>
      <ProblemNotice problem={send.problem} />
      <InputField
        label={t('desk.signing_pin')}
        help={t('desk.signing_pin_help')}
        type="password"
        inputMode="numeric"
        autocomplete="off"
        pattern="[0-9]{6,12}"
        maxLength={12}
        required
        value={pin}
        set={setPin}
      />
      <Submit busy={send.busy}>{t('desk.sign_do')}</Submit>
    </form>
  )
}

function Apology({ desk, put }: ActProps) {
  const [reason, setReason] = useState('')
  const [day, setDay] = useState('')
  const send = useSend(async () => {
    const body = { reason, new_due_date: day }
    put(await api.post('/api/desk/dossiers/{code}/apology', { path: pathOf(desk), body }))
  })
  return (
    <form class="stack" onSubmit={send.submit}>
      <p>{t('desk.apology_text')}</p>
      <ProblemNotice problem={send.problem} />
      <AreaField label={t('desk.reason')} value={reason} set={setReason} required minLength={10} maxLength={1000} />
      <InputField
        label={t('desk.new_due_date')}
        type="date"
        required
        {...(desk.dossier.due_date ? { min: desk.dossier.due_date } : {})}
        value={day}
        set={setDay}
        problem={send.problem?.at('/new_due_date')}
      />
      <Submit busy={send.busy}>{t('desk.apology_do')}</Submit>
    </form>
  )
}

function Complex({ desk, put }: ActProps) {
  const [ground, choose] = useState('')
  const [reason, setReason] = useState('')
  const send = useSend(async () =>
    put(await api.post('/api/desk/dossiers/{code}/complex', { path: pathOf(desk), body: { ground, reason } })),
  )
  return (
    <form class="stack" onSubmit={send.submit}>
      <p>{t('desk.complex_text')}</p>
      <ProblemNotice problem={send.problem} />
      <RadioCards
        label={t('desk.complex_ground')}
        value={ground}
        set={choose}
        options={desk.complex_grounds.map(({ code, name, clause }) => ({
          value: code,
          label: say(name),
          help: clause,
        }))}
      />
      <AreaField
        label={t('desk.complex_reason')}
        value={reason}
        set={setReason}
        required
        minLength={5}
        maxLength={1000}
        rows={2}
      />
      {ground && <Submit busy={send.busy}>{t('desk.complex_do')}</Submit>}
    </form>
  )
}

function ApproveEnrolment({ desk, reload }: ActProps) {
  const [compared, setCompared] = useState(false)
  const byEye = desk.enrolment?.findings != null && desk.enrolment.findings.face !== 'match'
  const send = useSend(async () => {
    const body = byEye ? { face_checked: compared } : {}
    await api.post('/api/desk/enrolments/{code}/approve', { path: pathOf(desk), body })
    reload()
  })
  return (
    <form class="stack" onSubmit={send.submit}>
      <p>{t('desk.approve_text')}</p>
      <ProblemNotice problem={send.problem} />
      {byEye && <CheckField label={t('finding.face_checked')} checked={compared} set={setCompared} />}
      <Submit busy={send.busy}>{t('desk.approve_do')}</Submit>
    </form>
  )
}

const fields: Schemas['Objection']['field'][] = ['card', 'face', 'fingerprints', 'phone', 'email', 'guardian', 'other']
function RejectEnrolment({ desk, reload }: ActProps) {
  const [reasons, setReasons] = useState<Partial<Record<Schemas['Objection']['field'], string>>>({})
  const chosen = fields.filter((field) => reasons[field] !== undefined)
  const send = useSend(async () => {
    const objections = chosen.map((field) => ({ field, reason: reasons[field] ?? '' }))
    await api.post('/api/desk/enrolments/{code}/reject', { path: pathOf(desk), body: { objections } })
    reload()
  })
  return (
    <form class="stack" onSubmit={send.submit}>
      <p>{t('desk.reject_text')}</p>
      <ProblemNotice problem={send.problem} />
      <fieldset class="ds-fieldset">
        <legend>{t('desk.reject_fields')}</legend>
        {fields
          .filter((field) => field !== 'guardian' || desk.enrolment?.guardian)
          .map((field) => (
            <CheckField
              key={field}
              label={t(`enrol_field.${field}`)}
              checked={chosen.includes(field)}
              set={(on) => setReasons({ ...reasons, [field]: on ? '' : undefined })}
            />
          ))}
      </fieldset>
      {chosen.map((field) => (
        <InputField
          key={field}
          label={t('desk.reject_reason', { field: t(`enrol_field.${field}`) })}
          value={reasons[field] ?? ''}
          set={(reason) => setReasons({ ...reasons, [field]: reason })}
          required
          minLength={5}
          maxLength={300}
        />
      ))}
      {chosen.length > 0 && (
        <Submit busy={send.busy} color="danger">
          {t('desk.reject_do')}
        </Submit>
      )}
    </form>
  )
}

function SendCode({ desk, reload }: ActProps) {
  const send = useSend(async () => {
    await api.post('/api/desk/enrolments/{code}/code', { path: pathOf(desk), body: {} })
    reload()
  })
  return (
    <form class="stack" onSubmit={send.submit}>
      <p>{t('desk.code_text')}</p>
      <ProblemNotice problem={send.problem} />
      <Submit busy={send.busy}>{t('desk.code_do')}</Submit>
    </form>
  )
}

/* What the applicant says at the counter. */
function SupplementAnswer({ desk, put }: ActProps) {
  const [answer, setAnswer] = useState('')
  const send = useSend(async () =>
    put(await api.post('/api/desk/dossiers/{code}/supplement', { path: pathOf(desk), body: { answer } })),
  )
  return (
    <form class="stack" onSubmit={send.submit}>
      <p>{t('desk.supplement_answer_text')}</p>
      <ProblemNotice problem={send.problem} />
      <AreaField
        label={t('desk.supplement_answer')}
        value={answer}
        set={setAnswer}
        required
        minLength={5}
        maxLength={2000}
      />
      <Submit busy={send.busy}>{t('desk.supplement_answer_do')}</Submit>
    </form>
  )
}

function Withdraw({ desk, put }: ActProps) {
  const [reason, setReason] = useState('')
  const send = useSend(async () =>
    put(await api.post('/api/desk/dossiers/{code}/withdraw', { path: pathOf(desk), body: { reason } })),
  )
  return (
    <form class="stack" onSubmit={send.submit}>
      <p>{t('desk.withdraw_text')}</p>
      <ProblemNotice problem={send.problem} />
      <AreaField
        label={t('desk.reason')}
        value={reason}
        set={setReason}
        required
        minLength={5}
        maxLength={1000}
        rows={2}
      />
      <Submit busy={send.busy} color="danger">
        {t('desk.withdraw_do')}
      </Submit>
    </form>
  )
}

const Receive = (props: ActProps) => <PlainAct {...props} address="/api/desk/dossiers/{code}/receive" word="receive" />
const Seal = (props: ActProps) => <PlainAct {...props} address="/api/desk/dossiers/{code}/seal" word="seal" />
const Return = (props: ActProps) => <PlainAct {...props} address="/api/desk/dossiers/{code}/return" word="return" />

/** Acts in the order of the work; an act without a form here is not the desk's. */
export const actForms: Record<string, ComponentType<ActProps>> = {
  'dossier.receive': Receive,
  'dossier.supplement': SupplementAnswer,
  'dossier.look_up': LookUp,
  'dossier.supplement_request': SupplementRequest,
  'dossier.component_request': ComponentRequest,
  'dossier.decide': Decide,
  'dossier.sign': Sign,
  'dossier.seal': Seal,
  'dossier.return': Return,
  'enrol.approve': ApproveEnrolment,
  'dossier.complex': Complex,
  'enrol.reject': RejectEnrolment,
  'enrol.code': SendCode,
  'dossier.apology': Apology,
  'dossier.refuse': Refuse,
  'dossier.withdraw': Withdraw,
}
