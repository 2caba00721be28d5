/* Counters and banks that ask for the person (CIBA): what each shows there, what it would be told, and the answer. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { api } from '../../api/client'
import { useAction } from '../../api/resource'
import { CheckField } from '../../ui/field'
import { instant, say } from '../../ui/format'
import { Empty, Facts, Loaded, Notice, Page } from '../../ui/parts'
import { useSession } from '../../ui/session'
import { Refused } from '../../ui/step_up'
import { t } from '../../ui/text'
import { type Approval, useApprovals } from './use_approvals'

const HERE = '/app/approvals'
const POLL_S = 5
type Line = Approval['attributes'][number]
type Answered = { client: string; approved: boolean }

function Required({ lines, shown }: { lines: Line[]; shown: boolean }) {
  if (lines.length === 0) return null
  return (
    <section class="stack-sm">
      <h3>{t('approvals.required')}</h3>
      <dl class="facts">
        {lines.map((line) => [
          <dt key={line.name}>{say(line.label)}</dt>,
          <dd key={`${line.name}-why`}>
            {shown && (
              <>
                <b>{line.value ?? t('approvals.nothing')}</b>
                <br />
              </>
            )}
            <span class="quiet">{say(line.purpose)}</span>
          </dd>,
        ])}
      </dl>
    </section>
  )
}

function Optional(props: { lines: Line[]; added: string[]; set: (added: string[]) => void }) {
  const { lines, added, set } = props
  if (lines.length === 0) return null
  return (
    <fieldset class="ds-fieldset stack-sm">
      <legend>{t('approvals.optional')}</legend>
      {lines.map((line) => (
        <CheckField
          key={line.name}
          label={`${say(line.label)}: ${line.value ?? t('approvals.nothing')} – ${say(line.purpose)}`}
          checked={added.includes(line.name)}
          set={(on) => set(on ? [...added, line.name] : added.filter((name) => name !== line.name))}
        />
      ))}
    </fieldset>
  )
}

/** Adds what is missing to this session; nobody signs in anew for it. */
const moreProof = (of: Approval) =>
  `/sign-in?${new URLSearchParams({ next: HERE, level: String(of.level), ...(of.passkey_asked ? { passkey: '1' } : {}) })}`

function Buttons(props: { of: Approval; busy: boolean; answer: (approves: boolean) => void }) {
  const { of, busy, answer } = props
  return (
    <div class="stack-sm">
      {!of.level_reached && <p>{t('approvals.prove_text')}</p>}
      {of.level_reached ? (
        <button type="button" class="ds-button" data-fullwidth aria-busy={busy} onClick={() => answer(true)}>
          {t('approvals.approve')}
        </button>
      ) : (
        <a class="ds-button" data-fullwidth href={moreProof(of)}>
          {t('approvals.prove')}
        </a>
      )}
      <button
        type="button"
        class="ds-button"
        data-fullwidth
        data-variant="secondary"
        aria-busy={busy}
        onClick={() => answer(false)}
      >
        {t('approvals.refuse')}
      </button>
    </div>
  )
}

function Request({ of, done }: { of: Approval; done: (approved: boolean) => void }) {
  const { session } = useSession()
  const [added, setAdded] = useState<string[]>([])
  const client = say(of.client)
  const answer = useAction(async (approves: boolean) => {
    const body = { approves, attributes: approves ? added : [], form_token: of.form_token }
    const { approved } = await api.post('/api/approvals/{id}', { path: { id: of.id }, body })
    done(approved)
  })
  const titleId = `approval-${of.id}`
  return (
    <article class="panel stack" aria-labelledby={titleId}>
      <h2 id={titleId}>{t('approvals.of', { client })}</h2>
      {of.message && (
        <Notice color="warning">
          <p>{t('approvals.check')}</p>
          <p class="counter-line">{of.message}</p>
        </Notice>
      )}
      <p>{t('approvals.warning')}</p>
      <Facts
        rows={[
          [t('approvals.who'), `${client} – ${say(of.owner)}`],
          [t('approvals.why'), say(of.purpose)],
          [t('approvals.you'), session.person.name],
          [t('approvals.until'), instant(of.expires_at)],
        ]}
      />
      <Required lines={of.attributes.filter((line) => line.required)} shown={of.level_reached} />
      {of.level_reached && (
        <Optional lines={of.attributes.filter((line) => !line.required)} added={added} set={setAdded} />
      )}
      <p>{t('approvals.nothing_else')}</p>
      {of.offline && <p>{t('approvals.offline')}</p>}
      <p>{t('approvals.remembered', { count: of.remembered_days })}</p>
      <Refused problem={answer.problem} next={HERE} />
      <Buttons of={of} busy={answer.busy} answer={(approves) => void answer.run(approves)} />
    </article>
  )
}

/** Takes the focus from the button that is gone. */
function Done({ of }: { of: Answered }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => place.current?.focus(), [])
  return (
    <div ref={place} tabIndex={-1}>
      <Notice
        color={of.approved ? 'success' : 'info'}
        title={t(of.approved ? 'approvals.approved' : 'approvals.refused', { client: of.client })}
        live
      >
        <p>{t(of.approved ? 'approvals.approved_text' : 'approvals.refused_text')}</p>
      </Notice>
    </div>
  )
}

export function Approvals() {
  const approvals = useApprovals(POLL_S)
  const [answered, setAnswered] = useState<Record<string, Answered>>({})
  const [last, setLast] = useState('')
  const done = (of: Approval, approved: boolean) => {
    setAnswered({ ...answered, [of.id]: { client: say(of.client), approved } })
    setLast(of.id)
  }
  // a look that began before the answer may still list it
  const open = approvals.data?.items.filter((item) => !answered[item.id]) ?? []
  const said = answered[last]
  return (
    <Page title={t('approvals.title')} lead={t('approvals.lead')}>
      {said && <Done key={last} of={said} />}
      <Loaded of={approvals}>
        {() => (
          <div class="stack-lg">
            <p class="ds-sr-only" role="status">
              {t('approvals.count', { count: open.length })}
            </p>
            {open.map((item) => (
              <Request key={item.id} of={item} done={(approved) => done(item, approved)} />
            ))}
            {open.length === 0 && (
              <Empty icon="check" title={t('approvals.none')}>
                <p>{t('approvals.none_text')}</p>
                <button type="button" class="ds-button" data-variant="secondary" onClick={approvals.reload}>
                  {t('approvals.again')}
                </button>
              </Empty>
            )}
          </div>
        )}
      </Loaded>
      <p class="quiet">
        <a href="/device">{t('approvals.device')}</a>
      </p>
    </Page>
  )
}
