/* Gives a mandate, or a role to an organisation's staff. Asks for the passcode when the server does. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { CheckField, InputField, SelectField, Submit } from '../../ui/field'
import { say } from '../../ui/format'
import { Notice, ProblemNotice } from '../../ui/parts'
import { t } from '../../ui/text'
import { Passcode } from '../document/passcode'

type Choices = Schemas['MandateChoices']
const SIGN_IN = 'sign_in:'
const empty = { pin: '', name: '', to: '', client: '', role: '' }

export function Give({ choices, isStaff, done }: { choices: Choices; isStaff: boolean; done: () => void }) {
  const [form, change] = useState({ ...empty, role: choices.roles[0]?.code ?? '' })
  const [scopes, setScopes] = useState<string[]>([])
  const [sentTo, setSentTo] = useState('')
  const [missing, setMissing] = useState(false)
  const set = (part: Partial<typeof form>) => change((old) => ({ ...old, ...part }))
  const give = useAction(async () => {
    const client = form.client.trim()
    const words = client ? [...scopes, SIGN_IN + client] : scopes
    setMissing(words.length === 0)
    if (words.length === 0) return
    const body = { pin: form.pin, name: form.name.trim(), scopes: words, to: form.to, role: isStaff ? form.role : null }
    const made = await api.post('/api/mandates', { body })
    setSentTo(made.actor.name)
    change({ ...empty, role: choices.roles[0]?.code ?? '' })
    setScopes([])
    done()
  })
  const submit = (event: Event) => {
    event.preventDefault()
    setSentTo('')
    void give.run()
  }
  const needsPasscode = give.problem?.code === 'passcode_required'
  const next = useRef<HTMLDivElement>(null)
  useEffect(() => {
    next.current?.scrollIntoView({ block: 'nearest' })
    if (needsPasscode) next.current?.querySelector('input')?.focus()
  }, [needsPasscode, sentTo])
  return (
    <section class="stack">
      <h2>{t(isStaff ? 'mandates.give_staff' : 'mandates.give')}</h2>
      <form class="panel stack" onSubmit={submit}>
        <p class="quiet">
          {t('mandates.give_text')} {!isStaff && t('mandates.give_limits')}
        </p>
        {!needsPasscode && <ProblemNotice problem={give.problem} />}
        <InputField
          label={t('mandates.pin')}
          inputMode="numeric"
          pattern="[0-9]{12}"
          maxLength={12}
          autocomplete="off"
          required
          value={form.pin}
          set={(pin) => set({ pin })}
        />
        <InputField
          label={t('mandates.name')}
          help={t('mandates.name_help')}
          autocomplete="off"
          maxLength={100}
          required
          value={form.name}
          set={(name) => set({ name })}
        />
        {isStaff && (
          <SelectField
            label={t('mandates.role')}
            value={form.role}
            set={(role) => set({ role })}
            options={choices.roles.map((role) => ({ value: role.code, label: say(role.name) }))}
          />
        )}
        <fieldset class="ds-fieldset stack-sm">
          <legend>{t('mandates.scopes')}</legend>
          {choices.scopes
            .filter((scope) => scope.word !== SIGN_IN)
            .map((scope) => (
              <CheckField
                key={scope.word}
                label={say(scope.name)}
                checked={scopes.includes(scope.word)}
                set={(on) =>
                  setScopes((old) => (on ? [...old, scope.word] : old.filter((word) => word !== scope.word)))
                }
              />
            ))}
          {missing && (
            <p class="field-problem" role="alert">
              {t('mandates.no_scope')}
            </p>
          )}
        </fieldset>
        <InputField
          label={t('mandates.client')}
          help={t('mandates.client_help')}
          optional
          autocomplete="off"
          pattern="[A-Za-z0-9._\-]{3,64}"
          maxLength={64}
          value={form.client}
          set={(client) => set({ client })}
        />
        <InputField
          label={t('mandates.to')}
          type="date"
          max={choices.to_max}
          required
          value={form.to}
          set={(to) => set({ to })}
        />
        <Submit busy={give.busy}>{t('mandates.send')}</Submit>
      </form>
      <div ref={next} class="stack">
        {needsPasscode && (
          <Passcode
            opened={() => void give.run()}
            text={t('mandates.passcode_text')}
            action={t('mandates.passcode_go')}
          />
        )}
        {sentTo && <Notice color="success" title={t('mandates.sent', { name: sentTo })} live />}
      </div>
    </section>
  )
}
