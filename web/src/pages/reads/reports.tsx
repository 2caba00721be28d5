/* One's own reports of misuse: state, day, answer. */
import { api, type Schemas } from '../../api/client'
import { type Resource, useAction } from '../../api/resource'
import { date, instant, say } from '../../ui/format'
import { ProblemNotice } from '../../ui/parts'
import { t } from '../../ui/text'

type Reports = { items: Schemas['MisuseReport'][] }

function ReportCard({ report, put }: { report: Schemas['MisuseReport']; put: (reports: Reports) => void }) {
  const isOpen = report.state.code === 'open'
  const withdraw = useAction(async () => {
    put(await api.post('/api/me/misuse-reports/{id}/withdraw', { path: { id: report.id }, body: {} }))
  })
  return (
    <li class="panel stack-sm">
      <div class="row row--apart">
        <h3>{report.read ? say(report.read.who.agency) : instant(report.reported_at)}</h3>
        <span class="ds-tag" data-color={isOpen ? 'warning' : 'neutral'}>
          {say(report.state.name)}
        </span>
      </div>
      <p>
        <q>{report.reason}</q>
      </p>
      {report.answer && <p>{report.answer}</p>}
      <ProblemNotice problem={withdraw.problem} />
      {isOpen && (
        <p class="row">
          <span class="quiet">{t('reads.report_due', { date: date(report.due_date) })}</span>
          <button
            type="button"
            class="ds-button"
            data-variant="tertiary"
            aria-busy={withdraw.busy}
            onClick={() => void withdraw.run()}
          >
            {t('reads.report_withdraw')}
          </button>
        </p>
      )}
    </li>
  )
}

export function Reports({ of }: { of: Resource<Reports> }) {
  if (!of.data || of.data.items.length === 0) return null
  return (
    <section class="stack">
      <h2>{t('reads.reports')}</h2>
      <ul class="list-plain">
        {of.data.items.map((report) => (
          <ReportCard key={report.id} report={report} put={of.put} />
        ))}
      </ul>
    </section>
  )
}
