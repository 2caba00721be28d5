/* The supervisor's statistics: every figure computed from the dossiers, as of a day, each chart beside its table. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useResource } from '../../api/resource'
import { InputField, SelectField } from '../../ui/field'
import { date, dayOf, instant, number, percent, say } from '../../ui/format'
import { Empty, Loaded, Notice, Page } from '../../ui/parts'
import { useSession } from '../../ui/session'
import { t } from '../../ui/text'
import { DaysChart, LatenessChart } from './plots'
import { doesNotSum, receivedByDay, scopeOf } from './sums'
import { ChannelTable, DayTable, LatenessTable, MoneyTable, ShareTable } from './tables'

type Report = Schemas['LltpReport']

function Figures({ scope }: { scope: Schemas['ReportScope'] }) {
  return (
    <div class="counts">
      <div class="panel count">
        <span>{t('report.received')}</span>
        <b>{number(scope.received)}</b>
      </div>
      <div class="panel count">
        <span>{t('report.returned')}</span>
        <b>{number(scope.returned)}</b>
        {scope.returned_unknown > 0 && (
          <span class="unknown">{t('report.and_unknown', { count: number(scope.returned_unknown) })}</span>
        )}
      </div>
      <div class="panel count">
        <span>{t('report.open')}</span>
        <b>{number(scope.open)}</b>
      </div>
      <div class="panel count count--danger">
        <span>{t('report.open_overdue')}</span>
        <b>{number(scope.open_overdue)}</b>
      </div>
      {scope.shares.slice(0, 2).map((share) => (
        <div key={share.id} class="panel count">
          <span>{say(share.label)}</span>
          <b>{percent(share.percent)}</b>
        </div>
      ))}
    </div>
  )
}

function Statistics({ report, province }: { report: Report; province: string }) {
  const scope = scopeOf(report, province)
  const scopes = province === 'all' ? [...report.provinces, report.total] : [scope]
  const compared = province === 'all' ? report.provinces : [scope]
  const days = receivedByDay(report, province)
  const wrong = doesNotSum(report)
  if (wrong.length > 0)
    return (
      <Notice color="danger" title={t('report.rejected')}>
        <p>{wrong.join('; ')}</p>
      </Notice>
    )
  if (scope.received === 0) return <Empty icon="chart" title={t('report.empty')} />
  return (
    <div class="stack-lg">
      <Figures scope={scope} />
      <section class="panel stack">
        <h2>{t('report.days')}</h2>
        <DaysChart rows={days} />
        <details class="act">
          <summary>{t('report.show_table')}</summary>
          <DayTable rows={days} />
        </details>
      </section>
      <section class="panel stack">
        <h2>{t('report.lateness')}</h2>
        <LatenessChart scopes={compared} names={compared.map((one) => say(one.scope.name))} />
        <LatenessTable scopes={scopes} />
        <p class="quiet">{t('report.lateness_text')}</p>
      </section>
      <section class="panel stack">
        <h2>{t('report.channels')}</h2>
        <ChannelTable scopes={scopes} />
      </section>
      <section class="panel stack">
        <h2>{t('report.shares')}</h2>
        <ShareTable scopes={scopes} />
      </section>
      <section class="panel stack">
        <h2>{t('report.money')}</h2>
        <MoneyTable scopes={scopes} />
      </section>
      {report.assumptions.length > 0 && (
        <section class="panel stack">
          <h2>{t('report.assumptions')}</h2>
          <ul class="plain-list">
            {report.assumptions.map((one) => (
              <li key={one.id}>{say(one.text)}</li>
            ))}
          </ul>
        </section>
      )}
      <p class="quiet">
        {t('report.as_of')} {date(report.as_of)} · {t('report.period')}: {date(report.period.from)} –{' '}
        {date(report.period.to)} · {t('report.unit')}: {say(report.unit)} ·{' '}
        {t('report.computed', { at: instant(report.computed_at) })}
      </p>
    </div>
  )
}

export function Reports() {
  const { session } = useSession()
  const [day, setDay] = useState(dayOf(session.now))
  const [province, setProvince] = useState('all')
  const report = useResource((signal) => api.get('/api/reports/lltp', { query: { as_of: day }, signal }), [day])
  const names = report.data?.provinces ?? []
  return (
    <Page title={t('report.title')} lead={t('report.lead')}>
      <div class="row report-choice">
        <InputField label={t('report.as_of')} type="date" value={day} set={setDay} max={dayOf(session.now)} required />
        <SelectField
          label={t('report.province')}
          value={province}
          set={setProvince}
          options={[
            { value: 'all', label: t('report.all') },
            ...names.map((one) => ({ value: one.scope.code, label: say(one.scope.name) })),
          ]}
        />
      </div>
      <Loaded of={report}>{(data) => <Statistics report={data} province={province} />}</Loaded>
    </Page>
  )
}
