/* An authority's document as it comes to the desk: whom it means, what it asks, until when. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { AreaField, InputField, SelectField, Submit } from '../../ui/field'
import { ProblemNotice } from '../../ui/parts'
import { t } from '../../ui/text'

type Request = Schemas['LockRequest']
type Capability = NonNullable<Request['capability']>

const empty = { pin: '', capability: '', authority: '', number: '', date: '', ground: '', until: '' }
type Fields = typeof empty

function bodyOf(form: Fields, lifts?: Request) {
  const { pin, authority, number, ground } = form
  const written = { pin, authority, number, date: form.date, ground }
  if (lifts) return { ...written, lifts: lifts.id }
  return {
    ...written,
    ...(form.capability ? { capability: form.capability as Capability } : {}),
    ...(form.until ? { until: form.until } : {}),
  }
}

/** What a lock alone says; an unlock takes it from the lock that it ends. */
function LockOnly({ form, change }: { form: Fields; change: (part: Partial<Fields>) => void }) {
  const capabilities = ['sign', 'share', 'submit', 'pay'] as const
  return (
    <>
      <SelectField
        label={t('lock_request.what')}
        value={form.capability}
        set={(capability) => change({ capability })}
        options={[
          { value: '', label: t('lock_request.all') },
          ...capabilities.map((one) => ({ value: one, label: t(`capability.${one}`) })),
        ]}
      />
      <InputField
        label={t('lock_request.until')}
        help={t('lock_request.until_help')}
        optional
        type="date"
        value={form.until}
        set={(until) => change({ until })}
      />
    </>
  )
}

export function EnterRequest({ lifts, done }: { lifts?: Request; done: (entered: Request) => void }) {
  const [form, setForm] = useState<Fields>({ ...empty, authority: lifts?.authority ?? '' })
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (lifts) heading.current?.focus()
  }, [lifts])
  const change = (part: Partial<Fields>) => setForm((old) => ({ ...old, ...part }))
  const enter = useAction(async () => {
    const request = await api.post('/api/desk/lock-requests', { body: bodyOf(form, lifts) })
    setForm(empty)
    done(request)
  })
  const bind = (key: keyof Fields) => ({ value: form[key], set: (value: string) => change({ [key]: value }) })
  return (
    <form
      class="panel stack"
      onSubmit={(event) => {
        event.preventDefault()
        void enter.run()
      }}
    >
      <h2 tabIndex={-1} ref={heading}>
        {lifts ? t('lock_request.unlock_of', { number: lifts.number, name: lifts.name }) : t('lock_request.enter')}
      </h2>
      <ProblemNotice problem={enter.problem} />
      <InputField
        label={t('person.pin')}
        inputMode="numeric"
        autocomplete="off"
        pattern="[0-9]{12}"
        maxLength={12}
        required
        {...bind('pin')}
      />
      <InputField label={t('lock_request.authority')} required maxLength={200} {...bind('authority')} />
      <InputField label={t('lock_request.number')} required maxLength={200} {...bind('number')} />
      <InputField label={t('lock_request.date')} type="date" required {...bind('date')} />
      <AreaField
        label={t('lock_request.ground')}
        rows={2}
        required
        minLength={10}
        maxLength={1000}
        {...bind('ground')}
      />
      {!lifts && <LockOnly form={form} change={change} />}
      <Submit busy={enter.busy}>{t('lock_request.send')}</Submit>
    </form>
  )
}
