/* Shows what a register answered, whatever fields it has, with our words where we have them. */
import { date } from '../../ui/format'
import { Facts } from '../../ui/parts'
import { t, tOr } from '../../ui/text'

type Value = unknown

function plain(value: Value): string {
  if (value === null || value === undefined || value === '') return t('common.none')
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no_word')
  const text = String(value)
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? date(text) : tOr(`register_value.${text}`, text)
}

export function RegisterValue({ value }: { value: Value }) {
  if (Array.isArray(value)) {
    if (value.length === 0) return <span class="unknown">{t('desk.register_nothing')}</span>
    return (
      <ul class="list-plain records">
        {value.map((item, i) => (
          <li key={i}>
            <RegisterValue value={item} />
          </li>
        ))}
      </ul>
    )
  }
  if (value !== null && typeof value === 'object') {
    const named = value as { vi?: unknown; en?: unknown }
    if (typeof named.vi === 'string' && typeof named.en === 'string') return <>{named.vi}</>
    return (
      <Facts
        rows={Object.entries(value).map(([name, part]) => [
          tOr(`register_field.${name}`, name.replaceAll('_', ' ')),
          <RegisterValue key={name} value={part} />,
        ])}
      />
    )
  }
  return <>{plain(value)}</>
}
