/* Step 2: the form's 17 categories; what registers know is shown, the rest is asked. */
import type { Schemas } from '../../api/client'
import { AreaField, InputField } from '../../ui/field'
import { say } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { t } from '../../ui/text'
import type { StepProps } from './request_step'
import { emptyRow, type HistoryRow } from './state'

type Category = Schemas['FormCategory']

function HistoryField(props: {
  category: Category
  rows: HistoryRow[]
  set: (rows: HistoryRow[]) => void
  problem?: string | undefined
}) {
  const { rows, set } = props
  const change = (index: number, part: Partial<HistoryRow>) =>
    set(rows.map((row, i) => (i === index ? { ...row, ...part } : row)))
  const month = { type: 'month' as const, min: '1940-01', placeholder: 'YYYY-MM', pattern: '[0-9]{4}-[0-9]{2}' }
  return (
    <fieldset class="ds-fieldset stack">
      <legend>
        {props.category.number}. {say(props.category.label)}
      </legend>
      {props.category.input?.help && <p data-field="description">{say(props.category.input.help)}</p>}
      {props.problem && <p class="field-problem">{props.problem}</p>}
      {rows.map((row, i) => (
        <div class="history-row" key={i} role="group" aria-label={t('apply.history_row', { number: i + 1 })}>
          <InputField
            label={t('apply.from')}
            {...month}
            value={row.from}
            set={(from) => change(i, { from })}
            required
          />
          <InputField label={t('apply.to')} {...month} value={row.to} set={(to) => change(i, { to })} />
          <InputField
            label={t('apply.place')}
            maxLength={200}
            value={row.place}
            set={(place) => change(i, { place })}
            required
          />
          <InputField
            label={t('apply.work')}
            maxLength={200}
            value={row.work}
            set={(work) => change(i, { work })}
            required
          />
          {rows.length > 1 && (
            <button
              type="button"
              class="ds-button"
              data-variant="tertiary"
              onClick={() => set(rows.filter((_, at) => at !== i))}
            >
              {t('apply.remove_row')}
            </button>
          )}
        </div>
      ))}
      <button type="button" class="ds-button" data-variant="secondary" onClick={() => set([...rows, { ...emptyRow }])}>
        {t('apply.add_row')}
      </button>
    </fieldset>
  )
}

function CitizenField({ category, ...step }: StepProps & { category: Category }) {
  const { application, set, problem } = step
  const input = category.input
  if (!input || input.kind === 'request') return null
  const refused = problem?.at(`/answers/${category.id}`)
  if (input.kind === 'history')
    return (
      <HistoryField
        category={category}
        rows={application.history[category.id] ?? [{ ...emptyRow }]}
        set={(rows) => set({ history: { ...application.history, [category.id]: rows } })}
        problem={refused}
      />
    )
  const field = {
    label: `${category.number}. ${say(category.label)}`,
    optional: !input.required,
    help: input.help ? say(input.help) : undefined,
    problem: refused,
    value: application.answers[category.id] ?? input.suggestion ?? '',
    set: (text: string) => set({ answers: { ...application.answers, [category.id]: text } }),
    required: input.required,
    maxLength: input.max_length ?? 2000,
  }
  if (input.kind === 'long_text') return <AreaField {...field} />
  const type = input.kind === 'email' ? 'email' : input.kind === 'phone' ? 'tel' : 'text'
  return <InputField {...field} type={type} />
}

function RegisterList({ categories }: { categories: Category[] }) {
  return (
    <dl class="facts">
      {categories.map((category) => [
        <dt key={`t${category.id}`}>
          {category.number}. {say(category.label)}
        </dt>,
        <dd key={`d${category.id}`}>
          {category.value ?? <span class="unknown">{t('common.none')}</span>}
          {category.register && (
            <>
              <br />
              <span class="source-tag">
                <Icon name="check" />
                {say(category.register)}
              </span>
            </>
          )}
        </dd>,
      ])}
    </dl>
  )
}

export function DetailsStep(props: StepProps) {
  const { categories } = props.form
  const known = categories.filter((category) => category.source === 'register')
  // what is not asked of this person has no input; the request itself was step 1
  const asked = categories.filter((category) => category.input && category.input.kind !== 'request')
  return (
    <div class="stack-lg">
      <section class="panel stack-lg">
        <div class="stack-sm">
          <h2>{t('apply.asked', { count: asked.length })}</h2>
          <p class="quiet">{t('apply.asked_text')}</p>
        </div>
        {asked.map((category) => (
          <CitizenField key={category.id} category={category} {...props} />
        ))}
      </section>
      <section class="panel stack">
        <h2>{t('apply.known', { count: known.length })}</h2>
        <p class="quiet">{t('apply.known_text')}</p>
        <RegisterList categories={known} />
      </section>
    </div>
  )
}
