/* A new password or passcode: every other session ends with the old one. */
import { useState } from 'preact/hooks'
import { api } from '../../api/client'
import { useAction } from '../../api/resource'
import { InputField, Submit } from '../../ui/field'
import { Notice } from '../../ui/parts'
import { Refused } from '../../ui/step_up'
import { t } from '../../ui/text'

type Secret = 'password' | 'passcode'
const FORMS = {
  password: { minLength: 8, maxLength: 64 },
  passcode: { minLength: 6, maxLength: 6, inputMode: 'numeric' },
} as const

function ChangeSecret({ of, changed }: { of: Secret; changed: () => void }) {
  const [current, setCurrent] = useState('')
  const [secret, setSecret] = useState('')
  const [again, setAgain] = useState('')
  const [differs, setDiffers] = useState(false)
  const [done, setDone] = useState(false)
  const change = useAction(async () => {
    setDone(false)
    await api.put('/api/me/password', { body: { [of]: secret, current_password: current } })
    setDone(true)
    setCurrent('')
    setSecret('')
    setAgain('')
    changed()
  })
  return (
    <section class="panel stack">
      <h2>{t(`security.${of}`)}</h2>
      <p class="quiet">{t(`security.${of}_text`)}</p>
      {done && (
        <Notice color="success" live>
          <p>{t(`security.${of}_done`)}</p>
        </Notice>
      )}
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          setDiffers(secret !== again)
          if (secret === again) void change.run()
        }}
      >
        <Refused problem={change.problem} next="/app/security" />
        <InputField
          label={t('security.password_current')}
          help={t('security.password_current_help')}
          type="password"
          autocomplete="current-password"
          maxLength={64}
          value={current}
          set={setCurrent}
          required
        />
        <InputField
          label={t(`security.${of}_new`)}
          type="password"
          autocomplete="new-password"
          value={secret}
          set={setSecret}
          {...FORMS[of]}
          required
        />
        <InputField
          label={t(`security.${of}_again`)}
          type="password"
          autocomplete="new-password"
          value={again}
          set={setAgain}
          problem={differs ? t('security.password_differs') : undefined}
          {...FORMS[of]}
          required
        />
        <Submit busy={change.busy}>{t(`security.${of}_change`)}</Submit>
      </form>
    </section>
  )
}

export const ChangePassword = ({ changed }: { changed: () => void }) => <ChangeSecret of="password" changed={changed} />
export const ChangePasscode = ({ changed }: { changed: () => void }) => <ChangeSecret of="passcode" changed={changed} />
