/* A new password: every other session ends with the old one. */
import { useState } from 'preact/hooks'
import { api } from '../../api/client'
import { useAction } from '../../api/resource'
import { InputField, Submit } from '../../ui/field'
import { Notice } from '../../ui/parts'
import { Refused } from '../../ui/step_up'
import { t } from '../../ui/text'

export function ChangePassword({ changed }: { changed: () => void }) {
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [differs, setDiffers] = useState(false)
  const [done, setDone] = useState(false)
  const change = useAction(async () => {
    await api.put('/api/me/password', { body: { password } })
    setDone(true)
    setPassword('')
    setAgain('')
    changed()
  })
  return (
    <section class="panel stack">
      <h2>{t('security.password')}</h2>
      <p class="quiet">{t('security.password_text')}</p>
      {done && (
        <Notice color="success" live>
          <p>{t('security.password_done')}</p>
        </Notice>
      )}
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          setDiffers(password !== again)
          if (password === again) void change.run()
        }}
      >
        <Refused problem={change.problem} next="/app/security" />
        <InputField
          label={t('security.password_new')}
          type="password"
          autocomplete="new-password"
          value={password}
          set={setPassword}
          minLength={8}
          maxLength={64}
          required
        />
        <InputField
          label={t('security.password_again')}
          type="password"
          autocomplete="new-password"
          value={again}
          set={setAgain}
          problem={differs ? t('security.password_differs') : undefined}
          maxLength={64}
          required
        />
        <Submit busy={change.busy}>{t('security.password_change')}</Submit>
      </form>
    </section>
  )
}
