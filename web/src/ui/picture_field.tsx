/* A picture: taken with the camera or chosen from the files, and seen before it is sent. */
import { useId, useState } from 'preact/hooks'
import { t } from './text'

/** As a data: address, the one form of a local picture the content security policy lets through. */
function read(file: File): Promise<string> {
  return new Promise((resolve) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => resolve('')
    reader.readAsDataURL(file)
  })
}

export function PictureField(props: {
  label: string
  help?: string
  /** The camera that faces the holder of the telephone, or the one behind. */
  camera: 'user' | 'environment'
  busy?: boolean
  set: (file: File) => void
  problem?: string | undefined
}) {
  const id = useId()
  const [seen, see] = useState('')
  const chosen = async (input: HTMLInputElement) => {
    const file = input.files?.[0]
    input.value = '' // so that the same picture can be chosen again
    if (!file) return
    props.set(file)
    see(await read(file))
  }
  const way = (name: 'take' | 'choose') => (
    <div class="ds-field">
      <label for={`${id}-${name}`}>
        {t(`picture.${name}`)}
        <span class="ds-sr-only">: {props.label}</span>
      </label>
      <input
        class="ds-input"
        type="file"
        id={`${id}-${name}`}
        accept="image/jpeg,image/png"
        disabled={props.busy ?? false}
        {...(name === 'take' ? { capture: props.camera } : {})}
        {...(props.problem ? { 'aria-describedby': `${id}-problem` } : {})}
        onChange={(event) => void chosen(event.currentTarget)}
      />
    </div>
  )
  return (
    <fieldset class="ds-fieldset stack-sm">
      <legend>{props.label}</legend>
      {props.help && <p class="quiet">{props.help}</p>}
      {way('take')}
      {way('choose')}
      {seen && <img src={seen} alt={t('picture.chosen', { what: props.label })} width={120} />}
      {props.problem && (
        <p class="field-problem" id={`${id}-problem`}>
          {props.problem}
        </p>
      )}
    </fieldset>
  )
}
