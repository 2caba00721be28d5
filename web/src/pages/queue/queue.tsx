/* The agency's dossiers by due date; what is overdue or due soon says so in words, shape and place. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useResource } from '../../api/resource'
import { date, instant, number, say } from '../../ui/format'
import { Empty, LateTag, Loaded, Page, StatusTag } from '../../ui/parts'
import { Link } from '../../ui/router'
import { t } from '../../ui/text'

function Counts({ counts }: { counts: Schemas['Queue']['counts'] }) {
  return (
    <div class="counts">
      <div class="panel count">
        <b>{number(counts.open)}</b>
        <span>{t('queue.open')}</span>
      </div>
      <div class="panel count count--danger">
        <b>{number(counts.overdue)}</b>
        <span>{t('queue.overdue')}</span>
      </div>
      <div class="panel count count--warning">
        <b>{number(counts.due_soon)}</b>
        <span>{t('queue.due_soon')}</span>
      </div>
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
      </span>
    </Link>
  )
}

export function Queue() {
  const [state, setState] = useState<'open' | 'closed'>('open')
  const [code, setCode] = useState('')
  const queue = useResource((signal) => api.get('/api/desk/queue', { query: { state }, signal }), [state])
  const wanted = code.trim().toUpperCase()
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
        <label class="row">
          <span>{t('queue.find')}</span>
          <input class="ds-input queue-find" value={code} onInput={(event) => setCode(event.currentTarget.value)} />
        </label>
      </div>
      <Loaded of={queue}>
        {(answer) => {
          const rows = answer.items.filter((row) => row.code.includes(wanted))
          return (
            <div class="stack-lg">
              <Counts counts={answer.counts} />
              {rows.length === 0 ? (
                <Empty icon="inbox" title={t('queue.empty')}>
                  <p>{t('queue.empty_text')}</p>
                </Empty>
              ) : (
                <ul class="list-plain">
                  {rows.map((row) => (
                    <li key={row.code}>
                      <Row row={row} />
                    </li>
                  ))}
                </ul>
              )}
              <p class="quiet">{t('common.as_of', { at: instant(answer.as_of) })}</p>
            </div>
          )
        }}
      </Loaded>
    </Page>
  )
}
