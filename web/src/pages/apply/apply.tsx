/* Applies for a criminal record certificate in three steps, with the fee and its reason in sight all the way. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { api, Problem, type Schemas } from '../../api/client'
import { type Resource, useAction, useResource } from '../../api/resource'
import { Submit } from '../../ui/field'
import { date, say, vnd } from '../../ui/format'
import { Loaded, Notice, Page, ProblemNotice, Skeleton } from '../../ui/parts'
import { go, Link } from '../../ui/router'
import { t } from '../../ui/text'
import { PreviewPanel } from './bill'
import { DetailsStep } from './details_step'
import { formKey, formKeyDone } from './form_key'
import { RequestStep } from './request_step'
import { ReviewStep } from './review_step'
import { type Application, emptyApplication, submission } from './state'

const stepKeys = ['apply.step_request', 'apply.step_details', 'apply.step_review']

function Steps({ at }: { at: number }) {
  return (
    <ol class="steps" aria-label={t('apply.steps')}>
      {stepKeys.map((key, i) => (
        <li key={key} data-done={i < at ? 'yes' : 'no'} {...(i === at ? { 'aria-current': 'step' } : {})}>
          {t(key)}
        </li>
      ))}
    </ol>
  )
}

function PreviewAside({ preview }: { preview: Resource<Schemas['Preview']> }) {
  return (
    <aside class="panel stack aside-sticky" aria-live="polite" aria-busy={preview.state === 'loading'}>
      <h2>{t('bill.heading')}</h2>
      {preview.problem && <ProblemNotice problem={preview.problem} retry={preview.reload} />}
      {preview.data ? (
        <>
          {!preview.data.channel.open && (
            <Notice color="warning" title={t('apply.channel_closed')}>
              <p>{say(preview.data.channel.reason)}</p>
              {preview.data.channel.opens_on && (
                <p>{t('apply.opens_on', { date: date(preview.data.channel.opens_on) })}</p>
              )}
            </Notice>
          )}
          {preview.data.refusal && preview.data.channel.open && (
            <Notice color="danger" title={t('apply.refused')}>
              <p>{say(preview.data.refusal)}</p>
            </Notice>
          )}
          <PreviewPanel preview={preview.data} />
        </>
      ) : (
        !preview.problem && <Skeleton lines={5} />
      )}
    </aside>
  )
}

function usePreview(application: Application) {
  const { subject, certificate, copies } = application
  return useResource<Schemas['Preview']>(
    async (signal) => {
      await new Promise((later) => setTimeout(later, 250))
      if (signal.aborted || copies < 1) throw new DOMException('', 'AbortError')
      return api.post('/api/procedures/lltp/preview', { body: { subject, certificate, copies }, signal })
    },
    [subject, certificate, copies],
  )
}

function purposeOf(application: Application, form: Schemas['Form']): string {
  if (application.purpose === 'other') return application.purposeWords.trim()
  const chosen = form.purposes.find((purpose) => purpose.code === application.purpose) ?? form.purposes[0]
  return chosen?.name.vi ?? ''
}

function Wizard({
  form,
  application,
  set,
}: {
  form: Schemas['Form']
  application: Application
  set: (change: Partial<Application>) => void
}) {
  const [step, setStep] = useState(0)
  const heading = useRef<HTMLHeadingElement>(null)
  const preview = usePreview(application)
  const purpose = purposeOf(application, form)
  const send = useAction(async () => {
    if (!preview.data) throw new Problem({ status: 0, code: 'preview_missing' })
    try {
      const body = submission(application, form, preview.data.payable.value, purpose)
      const receipt = await api.post('/api/dossiers', { headers: { 'Idempotency-Key': formKey() }, body })
      formKeyDone()
      go(receipt.may.includes('pay') ? `/app/dossiers/${receipt.code}/pay` : `/app/dossiers/${receipt.code}`)
    } catch (failure) {
      if (failure instanceof Problem && failure.code === 'payable_changed') preview.reload()
      throw failure
    }
  })
  const move = (to: number) => {
    setStep(to)
    scrollTo(0, 0)
    heading.current?.focus()
  }
  const submit = (event: Event) => {
    event.preventDefault()
    if (step < 2) move(step + 1)
    else void send.run()
  }
  const props = { form, application, set, problem: send.problem }
  const stopped = preview.data !== undefined && (!preview.data.channel.open || preview.data.refusal !== null)
  return (
    <form class="columns" onSubmit={submit}>
      <div class="stack-lg">
        <Steps at={step} />
        <h2 class="ds-sr-only" ref={heading} tabIndex={-1}>
          {t('apply.step_of', { number: step + 1, name: t(stepKeys[step] as string) })}
        </h2>
        <ProblemNotice problem={send.problem}>
          {send.problem?.code === 'already_open' && (
            <p>
              <Link href="/app/dossiers">{t('dossiers.title')}</Link>
            </p>
          )}
        </ProblemNotice>
        {step === 0 && (
          <div class="panel">
            <RequestStep {...props} />
          </div>
        )}
        {step === 1 && <DetailsStep {...props} />}
        {step === 2 && <ReviewStep {...props} purpose={purpose} preview={preview.data} />}
        {preview.data && (
          <p class="panel mini-bill">
            <span>
              {t('bill.payable')}: <b>{vnd(preview.data.payable.value)}</b>
            </span>
            <span>
              {t('common.due')}: <b>{date(preview.data.due_date.value)}</b>
            </span>
          </p>
        )}
        <div class="row">
          {step > 0 && (
            <button type="button" class="ds-button" data-variant="secondary" onClick={() => move(step - 1)}>
              {t('common.back')}
            </button>
          )}
          {stopped ? (
            <p class="quiet">{t('apply.stopped')}</p>
          ) : (
            (step < 2 || application.consent) && (
              <Submit busy={send.busy}>{t(step < 2 ? 'common.continue' : 'apply.submit')}</Submit>
            )
          )}
          {step === 2 && !application.consent && <p class="quiet">{t('apply.consent_first')}</p>}
        </div>
      </div>
      <PreviewAside preview={preview} />
    </form>
  )
}

export function Apply() {
  const [application, change] = useState(emptyApplication)
  const set = (part: Partial<Application>) => change((old) => ({ ...old, ...part }))
  const form = useResource(
    (signal) => api.get('/api/procedures/lltp/form', { query: { subject: application.subject }, signal }),
    [application.subject],
  )
  const first = form.data?.purposes[0]?.code
  useEffect(() => {
    if (first) change((old) => (old.purpose ? old : { ...old, purpose: first }))
  }, [first])
  return (
    <Page title={t('apply.title')} lead={t('apply.lead')}>
      <Loaded of={form}>{(data) => <Wizard form={data} application={application} set={set} />}</Loaded>
    </Page>
  )
}
