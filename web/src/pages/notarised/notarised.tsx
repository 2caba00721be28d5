/* Notarised authorisations at the counter: one officer enters the paper, another confirms it. */
import { useState } from 'preact/hooks'
import { api } from '../../api/client'
import { useAction, useResource } from '../../api/resource'
import { InputField, Submit } from '../../ui/field'
import { Loaded, Notice, Page, ProblemNotice } from '../../ui/parts'
import { mayAct, useSession } from '../../ui/session'
import { t } from '../../ui/text'
import { MandateCard } from '../mandates/card'

const empty = { principal_pin: '', actor_pin: '', office: '', number: '', date: '', to: '' }
type Key = keyof typeof empty

function Enter({ done }: { done: () => void }) {
  const [form, change] = useState(empty)
  const [purpose, setPurpose] = useState(t('notarised.purpose_value'))
  const [entered, setEntered] = useState(false)
  const enter = useAction(async () => {
    await api.post('/api/desk/mandates', { body: { ...form, scopes: ['dossier.lltp'], purpose } })
    change(empty)
    setEntered(true)
    done()
  })
  const submit = (event: Event) => {
    event.preventDefault()
    setEntered(false)
    void enter.run()
  }
  const bind = (key: Key) => ({ value: form[key], set: (value: string) => change((old) => ({ ...old, [key]: value })) })
  const pin = {
    inputMode: 'numeric' as const,
    pattern: '[0-9]{12}',
    maxLength: 12,
    autocomplete: 'off',
    required: true,
  }
  return (
    <form class="panel stack" onSubmit={submit}>
      <h2>{t('notarised.enter')}</h2>
      <ProblemNotice problem={enter.problem} />
      {entered && <Notice color="success" title={t('notarised.entered')} live />}
      <InputField label={t('notarised.principal_pin')} {...pin} {...bind('principal_pin')} />
      <InputField label={t('notarised.actor_pin')} {...pin} {...bind('actor_pin')} />
      <InputField label={t('notarised.office')} required minLength={3} maxLength={120} {...bind('office')} />
      <InputField label={t('notarised.number')} required maxLength={120} {...bind('number')} />
      <InputField label={t('notarised.date')} type="date" required {...bind('date')} />
      <InputField label={t('notarised.to')} type="date" required {...bind('to')} />
      <InputField
        label={t('notarised.purpose')}
        required
        minLength={10}
        maxLength={300}
        value={purpose}
        set={setPurpose}
      />
      <Submit busy={enter.busy}>{t('notarised.enter')}</Submit>
    </form>
  )
}

export function Notarised() {
  const { session } = useSession()
  const waiting = useResource((signal) => api.get('/api/desk/mandates', { signal }), [])
  return (
    <Page title={t('notarised.title')} lead={t('notarised.lead')}>
      <section class="stack">
        <h2>{t('notarised.waiting')}</h2>
        <Loaded of={waiting}>
          {({ items }) =>
            items.length === 0 ? (
              <p class="quiet">{t('notarised.empty')}</p>
            ) : (
              <ul class="list-plain">
                {items.map((mandate) => (
                  <MandateCard
                    key={mandate.id}
                    mandate={mandate}
                    who={`${mandate.principal?.name ?? ''} → ${mandate.actor.name}`}
                    done={waiting.reload}
                  >
                    {!mandate.may.includes('confirm') && <p class="quiet">{t('notarised.own')}</p>}
                  </MandateCard>
                ))}
              </ul>
            )
          }
        </Loaded>
      </section>
      {mayAct(session, 'mandate.enter') && <Enter done={waiting.reload} />}
    </Page>
  )
}
