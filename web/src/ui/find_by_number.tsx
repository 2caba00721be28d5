/* Finds a person, or a case of theirs, by its number, for a purpose the person will see. */
import { useState } from 'preact/hooks'
import { useAction } from '../api/resource'
import { InputField, Submit } from './field'
import { ProblemNotice } from './parts'
import { t } from './text'

/** How numbers are typed. */
const shapes = {
  pin: { inputMode: 'numeric', pattern: '[0-9]{12}', maxLength: 12 },
  case: { maxLength: 9 },
} as const

export function FindByNumber(props: {
  of?: keyof typeof shapes
  label: string
  help: string
  purpose: string
  submit: string
  find: (number: string, purpose: string) => Promise<void>
}) {
  const [number, setNumber] = useState('')
  const [purpose, setPurpose] = useState(props.purpose)
  const find = useAction(() => props.find(number, purpose))
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
        autocomplete="off"
        required
        value={number}
        set={setNumber}
        {...shapes[props.of ?? 'pin']}
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
