/* Form fields: label, help, the field and its problem tied together by id. */
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { t } from './text'

type Frame = { label: string; optional?: boolean; help?: string | undefined; problem?: string | undefined }
type Value = { value: string; set: (value: string) => void }

function describedBy(id: string, frame: Frame) {
  const ids = [frame.help && `${id}-help`, frame.problem && `${id}-problem`].filter(Boolean).join(' ')
  return {
    ...(ids ? { 'aria-describedby': ids } : {}),
    ...(frame.problem ? { 'aria-invalid': 'true' as const } : {}),
  }
}

function Framed({ id, frame, children }: { id: string; frame: Frame; children: ComponentChildren }) {
  return (
    <div class="ds-field">
      <label for={id}>
        {frame.label}
        {frame.optional && <span class="field-optional"> · {t('common.optional')}</span>}
      </label>
      {frame.help && (
        <p data-field="description" id={`${id}-help`}>
          {frame.help}
        </p>
      )}
      {children}
      {frame.problem && (
        <p class="field-problem" id={`${id}-problem`}>
          {frame.problem}
        </p>
      )}
    </div>
  )
}

type InputProps = Frame &
  Value & {
    type?: 'text' | 'password' | 'email' | 'tel' | 'number' | 'date' | 'month'
    inputMode?: 'numeric'
    autocomplete?: string
    placeholder?: string
    pattern?: string
    min?: string | number
    max?: string | number
    step?: number
    minLength?: number
    maxLength?: number
    required?: boolean
  }
export function InputField({ label, optional = false, help, problem, value, set, ...rest }: InputProps) {
  const id = useId()
  const frame = { label, optional, help, problem }
  return (
    <Framed id={id} frame={frame}>
      <input
        class="ds-input"
        id={id}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
        {...describedBy(id, frame)}
        {...(rest as Record<string, unknown>)}
      />
    </Framed>
  )
}

type AreaProps = Frame & Value & { rows?: number; minLength?: number; maxLength?: number; required?: boolean }
export function AreaField({ label, optional = false, help, problem, value, set, ...rest }: AreaProps) {
  const id = useId()
  const frame = { label, optional, help, problem }
  return (
    <Framed id={id} frame={frame}>
      <textarea
        class="ds-input"
        id={id}
        rows={4}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
        {...describedBy(id, frame)}
        {...rest}
      />
    </Framed>
  )
}

type Option = { value: string; label: string; help?: string | undefined }
export function SelectField({ label, help, problem, value, set, options }: Frame & Value & { options: Option[] }) {
  const id = useId()
  const frame = { label, help, problem }
  return (
    <Framed id={id} frame={frame}>
      <select
        class="ds-input"
        id={id}
        value={value}
        onChange={(event) => set(event.currentTarget.value)}
        {...describedBy(id, frame)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Framed>
  )
}

export function RadioCards({ label, help, problem, value, set, options }: Frame & Value & { options: Option[] }) {
  const id = useId()
  return (
    <fieldset class="ds-fieldset radio-cards" {...describedBy(id, { label, help, problem })}>
      <legend>{label}</legend>
      {help && (
        <p data-field="description" id={`${id}-help`}>
          {help}
        </p>
      )}
      <div class="radio-cards__row">
        {options.map((option) => (
          <label key={option.value} class="radio-card">
            <input
              class="ds-input"
              type="radio"
              name={id}
              value={option.value}
              checked={option.value === value}
              onChange={() => set(option.value)}
            />
            <span>
              <b>{option.label}</b>
              {option.help && <span class="quiet">{option.help}</span>}
            </span>
          </label>
        ))}
      </div>
      {problem && (
        <p class="field-problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </fieldset>
  )
}

export function CheckField(props: {
  label: string
  checked: boolean
  set: (checked: boolean) => void
  problem?: string | undefined
  disabled?: boolean
}) {
  const id = useId()
  return (
    <div>
      <label class="check-line" for={id}>
        <input
          class="ds-input"
          type="checkbox"
          id={id}
          checked={props.checked}
          disabled={props.disabled ?? false}
          onChange={(event) => props.set(event.currentTarget.checked)}
          {...describedBy(id, props)}
        />
        <span>{props.label}</span>
      </label>
      {props.problem && (
        <p class="field-problem" id={`${id}-problem`}>
          {props.problem}
        </p>
      )}
    </div>
  )
}

export function Submit(props: { busy: boolean; children: ComponentChildren; variant?: 'secondary'; color?: 'danger' }) {
  return (
    <button
      type="submit"
      class="ds-button"
      aria-busy={props.busy}
      {...(props.variant ? { 'data-variant': props.variant } : {})}
      {...(props.color ? { 'data-color': props.color } : {})}
    >
      {props.busy && <span class="busy-dot" aria-hidden="true" />}
      {props.children}
    </button>
  )
}
