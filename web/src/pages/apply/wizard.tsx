/* The three steps of an application, with the fee and its reason in sight all the way: the citizen fills them in, or the desk for somebody. */
import { useRef, useState } from 'preact/hooks'
import { Problem, type Schemas } from '../../api/client'
import { type Resource, useAction, useResource } from '../../api/resource'
import { Submit } from '../../ui/field'
import { date, say, vnd } from '../../ui/format'
import { Notice, ProblemNotice, Skeleton } from '../../ui/parts'
import { Link } from '../../ui/router'
import { t } from '../../ui/text'
import { PreviewPanel } from './bill'
import { DetailsStep } from './details_step'
import { RequestStep } from './request_step'
import { ReviewStep } from './review_step'
import { type Application, type Channel, submission } from './state'

type Submission = ReturnType<typeof submission>
export type Receipt = Schemas['DossierReceipt']

/** Who files, and where to: what differs between a citizen's application and one the desk writes down. */
export type Filing = {
  channels: Channel[]
  /** The name of the applicant, when it is not the reader. */
  helps: string | null
  preview: (application: Application, signal: AbortSignal) => Promise<Schemas['Preview']>
  submit: (body: Submission, channel: Channel) => Promise<Receipt>
  done: (receipt: Receipt) => void
}

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

/** A closed channel, when it opens, and which are open instead. */
function ClosedChannel({ preview }: { preview: Schemas['Preview'] }) {
  const open = preview.channels.filter((channel) => channel.open)
  return (
    <Notice color="warning" title={t('apply.channel_closed')}>
      <p>{say(preview.channel.reason)}</p>
      {open.length > 0 && (
        <>
          <p>{t('apply.channels_open')}</p>
          <ul class="plain-list">
            {open.map((channel) => (
              <li key={channel.code}>{say(channel.name)}</li>
            ))}
          </ul>
        </>
      )}
    </Notice>
  )
}

function PreviewAside({ preview }: { preview: Resource<Schemas['Preview']> }) {
  return (
    <aside class="panel stack aside-sticky" aria-live="polite" aria-busy={preview.state === 'loading'}>
      <h2>{t('bill.heading')}</h2>
      {preview.problem && <ProblemNotice problem={preview.problem} retry={preview.reload} />}
      {preview.data ? (
        <>
          {!preview.data.channel.open && <ClosedChannel preview={preview.data} />}
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

function usePreview(filing: Filing, application: Application) {
  const { subject, certificate, copies, channel } = application
  return useResource<Schemas['Preview']>(
    async (signal) => {
      await new Promise((later) => setTimeout(later, 250))
      if (signal.aborted || copies < 1) throw new DOMException('', 'AbortError')
      return filing.preview(application, signal)
    },
    [subject, certificate, copies, channel],
  )
}

function purposeOf(application: Application, form: Schemas['Form']): string {
  if (application.purpose === 'other') return application.purposeWords.trim()
  const chosen = form.purposes.find((purpose) => purpose.code === application.purpose) ?? form.purposes[0]
  return chosen?.name.vi ?? ''
}

/** Why there is no button yet: nobody submits before they have seen the fee. */
function awaitedBefore(step: number, application: Application, preview: Resource<Schemas['Preview']>) {
  if (preview.data && (!preview.data.channel.open || preview.data.refusal !== null)) return 'apply.stopped'
  if (step < 2) return undefined
  if (!application.consent) return 'apply.consent_first'
  return preview.data || preview.state === 'failed' ? undefined : 'apply.fee_first'
}

export function Wizard({
  filing,
  form,
  application,
  set,
}: {
  filing: Filing
  form: Schemas['Form']
  application: Application
  set: (change: Partial<Application>) => void
}) {
  const [step, setStep] = useState(0)
  const heading = useRef<HTMLHeadingElement>(null)
  const preview = usePreview(filing, application)
  const purpose = purposeOf(application, form)
  const send = useAction(async () => {
    if (!preview.data) throw new Problem({ status: 0, code: 'preview_missing' })
    try {
      const body = submission(application, form, preview.data.payable.value, purpose)
      filing.done(await filing.submit(body, application.channel))
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
  const props = { filing, form, application, set, problem: send.problem }
  const awaited = awaitedBefore(step, application, preview)
  return (
    <form class="columns" onSubmit={submit}>
      <div class="stack-lg">
        <Steps at={step} />
        <h2 class="ds-sr-only" ref={heading} tabIndex={-1}>
          {t('apply.step_of', { number: step + 1, name: t(stepKeys[step] as string) })}
        </h2>
        <ProblemNotice problem={send.problem}>
          {send.problem?.code === 'already_open' && !filing.helps && (
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
          {awaited === undefined ? (
            <Submit busy={send.busy}>{t(step < 2 ? 'common.continue' : 'apply.submit')}</Submit>
          ) : (
            <p class="quiet">{t(awaited)}</p>
          )}
        </div>
      </div>
      <PreviewAside preview={preview} />
    </form>
  )
}
