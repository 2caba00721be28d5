/* Something people carry to another app: the words and a button that copies them, where the browser lets it. */
import { useState } from 'preact/hooks'
import { Icon } from './icons'
import { t } from './text'

export function Copied({ value, what }: { value: string; what: string }) {
  const [done, set] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(value)
    set(true)
  }
  return (
    <span class="copied">
      <b class="code">{value}</b>
      {navigator.clipboard && (
        <button type="button" class="copied__button no-print" onClick={() => void copy().catch(() => set(false))}>
          <Icon name={done ? 'check' : 'copy'} />
          <span aria-live="polite">
            {t(done ? 'copy.done' : 'copy.do')}
            <span class="ds-sr-only"> {what}</span>
          </span>
        </button>
      )}
    </span>
  )
}
