/* The card that lies on the desk: its QR text or machine-readable zone, typed or scanned into one box, laid beside the register. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { AreaField, Submit } from '../../ui/field'
import { date, say } from '../../ui/format'
import { Notice, ProblemNotice } from '../../ui/parts'
import { t } from '../../ui/text'

type Comparison = Schemas['CardComparison']

/** Where two writings of a value part: what differs is marked, letter by letter. */
function Marked({ text, other }: { text: string; other: string }) {
  const letters = [...text.normalize('NFC')]
  const others = [...other.normalize('NFC')]
  return (
    <span>
      {letters.map((letter, at) =>
        letter.toLowerCase() === (others[at] ?? '').toLowerCase() ? (
          letter
        ) : (
          <mark key={`${at}${letter}`}>{letter}</mark>
        ),
      )}
    </span>
  )
}

/** Dates and sex as people write them. */
function shown(field: string, value: string | null): string {
  if (value === null) return t('common.none')
  if (field === 'sex') return t(`person.${value}`)
  return /^\d{4}-\d\d-\d\d$/.test(value) ? date(value) : value
}

function Rows({ compared }: { compared: Comparison }) {
  return (
    <table class="ds-table">
      <thead>
        <tr>
          <th scope="col">{t('card.field')}</th>
          <th scope="col">{t('card.card')}</th>
          <th scope="col">{t('card.register')}</th>
          <th scope="col">{t('card.verdict')}</th>
        </tr>
      </thead>
      <tbody>
        {compared.fields.map((one) => (
          <tr key={one.field}>
            <th scope="row">{say(one.name)}</th>
            <td>
              {one.verdict === 'same' ? (
                shown(one.field, one.card)
              ) : (
                <Marked text={shown(one.field, one.card)} other={shown(one.field, one.register)} />
              )}
            </td>
            <td>{shown(one.field, one.register)}</td>
            <td>
              <span class="ds-tag" data-color={one.verdict === 'same' || one.verdict === 'cut' ? 'success' : 'warning'}>
                {t(`card.${one.verdict}`)}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function CardOnDesk(props: { purpose: string; compared: (comparison: Comparison) => Promise<void> }) {
  const [card, setCard] = useState('')
  const [comparison, setComparison] = useState<Comparison>()
  const send = useAction(async () => {
    const answer = await api.post('/api/desk/card', { body: { card, purpose: props.purpose } })
    setComparison(answer)
    await props.compared(answer)
  })
  return (
    <section class="panel stack">
      <h2>{t('card.heading')}</h2>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void send.run()
        }}
      >
        <ProblemNotice problem={send.problem} />
        <AreaField label={t('card.text')} rows={3} maxLength={1024} value={card} set={setCard} />
        <Submit busy={send.busy}>{t('card.compare')}</Submit>
      </form>
      {comparison && (
        <>
          <Notice
            color={comparison.agrees ? 'success' : 'warning'}
            title={t(comparison.agrees ? 'card.agrees' : 'card.differs')}
            live
          >
            {!comparison.card_in_force && <p>{t('card.not_in_force')}</p>}
          </Notice>
          <div class="table-scroll">
            <Rows compared={comparison} />
          </div>
        </>
      )}
    </section>
  )
}
