/* A parent or guardian enrols a child or ward at level 1 from their own account; what was rejected is shown field by field, with how to mend it. */
import { useState } from 'preact/hooks'
import { api, type Schemas, sendForm } from '../../api/client'
import { useAction, useResource } from '../../api/resource'
import { Submit } from '../../ui/field'
import { date, say } from '../../ui/format'
import { Empty, Loaded, Notice, Page, ProblemNotice } from '../../ui/parts'
import { PictureField } from '../../ui/picture_field'
import { Link } from '../../ui/router'
import { t, tOr } from '../../ui/text'

type Dependant = Schemas['Dependant']
type Applied = { dossier: string; approved: boolean; due_date: string }

/** What an officer objected to, each with the way to mend it. */
function Rejected({ last }: { last: NonNullable<Dependant['last']> }) {
  return (
    <Notice color="warning" title={t('enrol_child.rejected', { code: last.dossier })}>
      <dl class="stack-sm">
        {last.objections.map((one) => (
          <div key={one.field}>
            <dt>
              <b>{t(`enrol_field.${one.field}`)}</b>: {one.reason}
            </dt>
            <dd>{t(`enrol_child.mend_${one.field}`)}</dd>
          </div>
        ))}
      </dl>
    </Notice>
  )
}

function Apply({ dependant, applied }: { dependant: Dependant; applied: (answer: Applied) => void }) {
  const [portrait, setPortrait] = useState<File>()
  const [missing, setMissing] = useState(false)
  const send = useAction(async () => {
    setMissing(!portrait)
    if (!portrait) return
    const form = new FormData()
    form.set('person', dependant.person.ref)
    form.set('portrait', portrait)
    applied(await sendForm<Applied>('/api/enrolments', form))
  })
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void send.run()
      }}
    >
      <ProblemNotice problem={send.problem} />
      <p>{t('enrol_child.limit')}</p>
      <p class="quiet">{t('enrol_child.phone')}</p>
      <PictureField
        label={t('enrol_child.portrait', { name: dependant.person.name })}
        help={t('enrol_child.portrait_help')}
        camera="environment"
        busy={send.busy}
        set={(file) => {
          setPortrait(file)
          setMissing(false)
        }}
        problem={missing ? t('enrol_child.portrait_missing') : undefined}
      />
      <Submit busy={send.busy}>{t('enrol_child.send')}</Submit>
    </form>
  )
}

/** Why nothing can be sent: the law's reason, or how far the account is. */
function Closed({ dependant }: { dependant: Dependant }) {
  if (dependant.reason) return <p>{say(dependant.reason)}</p>
  if (dependant.state === 'verifying' && dependant.last)
    return <p>{t('enrol_child.waits', { date: date(dependant.last.due_date) })}</p>
  if (dependant.state === 'approved') return <p>{t('enrol_child.to_activate')}</p>
  return dependant.state === 'none' || dependant.state === 'rejected' ? <p>{t('enrol_child.alone')}</p> : null
}

function DependantCard(props: { dependant: Dependant; applied: (answer: Applied) => void }) {
  const { dependant, applied } = props
  const [open, setOpen] = useState(false)
  const isRejected = dependant.state === 'rejected'
  return (
    <li class="panel stack-sm">
      <div class="row row--apart">
        <h2>{dependant.person.name}</h2>
        <span class="ds-tag" data-color={isRejected ? 'warning' : dependant.level > 0 ? 'success' : 'neutral'}>
          {tOr(`account_state.${dependant.state}`, dependant.state)}
          {dependant.level > 0 && ` · ${t('me.level_value', { level: dependant.level })}`}
        </span>
      </div>
      <p class="quiet">{dependant.pin_masked}</p>
      {isRejected && dependant.last && <Rejected last={dependant.last} />}
      {!dependant.may_apply && <Closed dependant={dependant} />}
      {dependant.last && (
        <p>
          <Link href={`/app/dossiers/${dependant.last.dossier}`}>
            {t('enrol_child.dossier', { code: dependant.last.dossier })}
          </Link>
        </p>
      )}
      {dependant.may_apply &&
        (open ? (
          <Apply dependant={dependant} applied={applied} />
        ) : (
          <p>
            <button
              type="button"
              class="ds-button"
              aria-label={`${t(isRejected ? 'enrol_child.again' : 'enrol_child.start')}: ${dependant.person.name}`}
              onClick={() => setOpen(true)}
            >
              {t(isRejected ? 'enrol_child.again' : 'enrol_child.start')}
            </button>
          </p>
        ))}
    </li>
  )
}

function Result({ name, answer }: { name: string; answer: Applied }) {
  return (
    <Notice
      color={answer.approved ? 'success' : 'info'}
      title={t(answer.approved ? 'enrol_child.approved' : 'enrol_child.received', { name })}
      live
    >
      <p>
        {t('common.dossier_code')}: <span class="code">{answer.dossier}</span>
      </p>
      {answer.approved ? (
        <>
          <p>{t('enrol_child.approved_text')}</p>
          <p>
            <a href="/activate">{t('enrol_child.activate')}</a>
          </p>
        </>
      ) : (
        <p>{t('enrol_child.received_text', { date: date(answer.due_date) })}</p>
      )}
    </Notice>
  )
}

export function EnrolChild() {
  const list = useResource((signal) => api.get('/api/enrolments', { signal }), [])
  const [result, setResult] = useState<{ name: string; answer: Applied }>()
  return (
    <Page
      title={t('enrol_child.title')}
      lead={t('enrol_child.lead')}
      back={{ href: '/app/mandates', label: t('mandates.title') }}
    >
      {result && <Result {...result} />}
      <Loaded of={list}>
        {({ dependants }) =>
          dependants.length === 0 ? (
            <Empty icon="users" title={t('enrol_child.empty')}>
              <p>{t('enrol_child.empty_text')}</p>
            </Empty>
          ) : (
            <ul class="list-plain">
              {dependants.map((one) => (
                <DependantCard
                  key={`${one.person.ref}-${one.state}-${one.last?.dossier}`}
                  dependant={one}
                  applied={(answer) => {
                    setResult({ name: one.person.name, answer })
                    list.reload()
                    scrollTo(0, 0)
                  }}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}
