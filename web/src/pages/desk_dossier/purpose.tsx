/* Why an officer looks: asked before anything is shown, kept with the read and shown to the person. */
import { useState } from 'preact/hooks'
import { InputField, RadioCards } from '../../ui/field'
import { t, tRecord } from '../../ui/text'

const ready = ['process', 'decide', 'inspect'] as const

export function PurposeForm({ given }: { given: (purpose: string) => void }) {
  const [choice, choose] = useState<string>('process')
  const [words, setWords] = useState('')
  const submit = (event: Event) => {
    event.preventDefault()
    given(choice === 'other' ? words.trim() : tRecord(`purpose.${choice}`))
  }
  return (
    <form class="panel stack" onSubmit={submit}>
      <RadioCards
        label={t('purpose.legend')}
        help={t('purpose.help')}
        value={choice}
        set={choose}
        options={[...ready, 'other'].map((value) => ({ value, label: t(`purpose.${value}`) }))}
      />
      {choice === 'other' && (
        <InputField label={t('purpose.words')} value={words} set={setWords} required minLength={10} maxLength={200} />
      )}
      <button type="submit" class="ds-button">
        {t('purpose.open')}
      </button>
    </form>
  )
}
