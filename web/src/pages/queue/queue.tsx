/* The agency's dossiers by due date; what is overdue or due soon says so in words, shape and place. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { usePages } from '../../api/pages'
import { date, instant, number, say } from '../../ui/format'
import { Count, Empty, FirstDue, LateTag, Loaded, Page, StatusTag } from '../../ui/parts'
import { Link } from '../../ui/router'
import { ShowMore } from '../../ui/show_more'
import { t } from '../../ui/text'

function Counts({ counts }: { counts: Schemas['Queue']['counts'] }) {
  return (
    <div class="counts">
      <Count value={number(counts.open)} label={t('queue.open')} />
      <Count
        value={number(counts.overdue)}
        label={t('queue.overdue')}
        mark={counts.overdue > 0 ? 'danger' : undefined}
      />
      <Count
        value={number(counts.due_soon)}
        label={t('queue.due_soon')}
        mark={counts.due_soon > 0 ? 'warning' : undefined}
      />
    </div>
  )
}

function Row({ row }: { row: Schemas['QueueRow'] }) {
  return (
    <Link class="panel queue-row" href={`/app/desk/dossiers/${row.code}`} data-late={row.late.state}>
      <span>
        <b class="code">{row.code}</b>
        {row.subject_short && (
          <>
            <br />
            <span class="quiet">{row.subject_short}</span>
          </>
        )}
      </span>
      <span>
        {say(row.procedure.name)}
        {row.certificate ? ` – ${t('common.no')} ${row.certificate}` : ''}
        <br />
        <span class="quiet">{say(row.desk)}</span>
      </span>
      <span>
        <StatusTag status={row.status} />
      </span>
      <span class="stack-sm">
        <span>
          {t('common.due')} <b>{date(row.due_date)}</b>
        </span>
        <LateTag late={row.late} />
        <FirstDue of={row} />
      </span>
    </Link>
  )
}

/** What can be a part of a dossier code; nothing else finds anything. */
const codeOf = (typed: string) =>
  typed
    .toUpperCase()
    .replace(/[^A-Z0-9.-]/g, '')
    .slice(0, 60)

export function Queue() {
  const [state, setState] = useState<'open' | 'closed'>('open')
  const [typed, setTyped] = useState('')
  const [code, setCode] = useState('')
  const queue = usePages(
    (query, signal) => api.get('/api/desk/queue', { query: { state, code, ...query }, signal }),
    [state, code],
  )
  const find = (event: Event) => {
    event.preventDefault()
    setCode(codeOf(typed))
  }
  return (
    <Page title={t('nav.queue')} lead={t('queue.lead')}>
      <div class="row row--apart">
        <div class="row" role="group" aria-label={t('queue.which')}>
          {(['open', 'closed'] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              class="ds-button"
              data-variant={state === kind ? 'primary' : 'secondary'}
              aria-pressed={state === kind}
              onClick={() => setState(kind)}
            >
              {t(`queue.show_${kind}`)}
            </button>
          ))}
        </div>
        <form class="row queue-search" role="search" onSubmit={find}>
          <label class="row">
            <span>{t('queue.find')}</span>
            <input class="ds-input queue-find" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
          </label>
          <button type="submit" class="ds-button" data-variant="secondary">
            {t('queue.find_now')}
          </button>
        </form>
      </div>
      <Loaded of={queue}>
        {(answer) => (
          <div class="stack-lg">
            <Counts counts={answer.counts} />
            {answer.items.length === 0 ? (
              <Empty icon="inbox" title={t('queue.empty')}>
                <p>{t('queue.empty_text')}</p>
              </Empty>
            ) : (
              <ul class="list-plain">
                {answer.items.map((row, i) => (
                  <li key={`${row.code}-${i}`}>
                    <Row row={row} />
                  </li>
                ))}
              </ul>
            )}
            <ShowMore key={`${state} ${code}`} of={queue} />
            <p class="quiet">{t('common.as_of', { at: instant(answer.as_of) })}</p>
          </div>
        )}
      </Loaded>
    </Page>
  )
}
