/* Opens protected documents with the six-digit passcode, when the server asks for it. */
import { useState } from 'preact/hooks'
import { api } from '../../api/client'
import { useAction } from '../../api/resource'
import { InputField, Submit } from '../../ui/field'
import { ProblemNotice } from '../../ui/parts'
import { t } from '../../ui/text'

/** `text` and `action`: what it opens, when that is no document. */
export function Passcode({ opened, text, action }: { opened: () => void; text?: string; action?: string }) {
  const [passcode, setPasscode] = useState('')
  const enter = useAction(async () => {
    await api.post('/api/session/passcode', { body: { passcode } })
    opened()
  })
  const submit = (event: Event) => {
    event.preventDefault()
    void enter.run()
  }
  return (
    <form class="panel panel--narrow stack" onSubmit={submit}>
      <h2>{t('passcode.heading')}</h2>
      <p class="quiet">{text ?? t('passcode.text')}</p>
      <ProblemNotice problem={enter.problem} />
      <InputField
        label={t('passcode.label')}
        type="password"
        inputMode="numeric"
        autocomplete="off"
        maxLength={6}
        pattern="[0-9]{6}"
        required
        value={passcode}
        set={setPasscode}
      />
      <Submit busy={enter.busy}>{action ?? t('passcode.open')}</Submit>
    </form>
  )
}
