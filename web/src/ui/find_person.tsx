/* Finds somebody by number, for a purpose the person will see. */
import { useState } from 'preact/hooks'
import { useAction } from '../api/resource'
import { InputField, Submit } from './field'
import { ProblemNotice } from './parts'
import { t } from './text'

export function FindPerson(props: {
  label: string
  help: string
  purpose: string
  submit: string
  find: (pin: string, purpose: string) => Promise<void>
}) {
  const [pin, setPin] = useState('')
  const [purpose, setPurpose] = useState(props.purpose)
  const find = useAction(() => props.find(pin, purpose))
  return (
    <form
      class="panel stack"
      onSubmit={(event) => {
        event.preventDefault()
        void find.run()
      }}
    >
      <ProblemNotice problem={find.problem} />
      <InputField
        label={props.label}
        help={props.help}
        inputMode="numeric"
        autocomplete="off"
        pattern="[0-9]{12}"
        maxLength={12}
        required
        value={pin}
        set={setPin}
      />
      <InputField
        label={t('purpose.words')}
        help={t('purpose.help')}
        value={purpose}
        set={setPurpose}
        required
        minLength={10}
        maxLength={200}
      />
      <Submit busy={find.busy}>{props.submit}</Submit>
    </form>
  )
}
