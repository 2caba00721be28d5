/* The supervisor's statistics: every figure computed from the dossiers, as of a day, each chart beside its table. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useResource } from '../../api/resource'
import { InputField, SelectField } from '../../ui/field'
import { date, dayOf, instant, number, percent, say } from '../../ui/format'
import { Count, Empty, Loaded, Notice, Page } from '../../ui/parts'
import { useSession } from '../../ui/session'
import { t } from '../../ui/text'
import { EidFigures } from './eid'
import { DaysChart, LatenessChart } from './plots'
import { channelsOf, doesNotSum, receivedByDay, scopeOf } from './sums'
import { ChannelTable, DayTable, LatenessTable, MoneyTable, ShareTable } from './tables'

type Report = Schemas['LltpReport']

function Figures({ scope }: { scope: Schemas['ReportScope'] }) {
  return (
    <div class="counts counts--figures">
      <Count value={number(scope.received)} label={t('report.received')} />
      <Count value={number(scope.returned)} label={t('report.returned')}>
        {scope.returned_unknown > 0 && (
          <span class="unknown">{t('report.and_unknown', { count: number(scope.returned_unknown) })}</span>
        )}
      </Count>
      <Count value={number(scope.open)} label={t('report.open')} />
      <Count
        value={number(scope.open_overdue)}
        label={t('report.open_overdue')}
        mark={scope.open_overdue > 0 ? 'danger' : undefined}
      />
      {scope.shares.slice(0, 2).map((share) => (
        <Count key={share.id} value={percent(share.percent)} label={say(share.label)} />
      ))}
    </div>
  )
}

function Statistics({ report, province }: { report: Report; province: string }) {
  const scope = scopeOf(report, province)
  const several = province === 'all' && report.provinces.length > 1
  const compared = province === 'all' ? report.provinces : [scope]
  const scopes = several ? [...compared, report.total] : compared
  const days = receivedByDay(report, province)
  const channels = channelsOf(days)
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
        <DaysChart rows={days} channels={channels} />
        <details class="act">
          <summary>{t('report.show_table')}</summary>
          <DayTable rows={days} channels={channels} />
        </details>
      </section>
      <section class="panel stack">
        <h2>{t('report.lateness')}</h2>
        <div class="chart-and-table">
          <LatenessChart scopes={compared} names={compared.map((one) => say(one.scope.name))} />
          <LatenessTable scopes={scopes} />
        </div>
        <p class="quiet">{t('report.lateness_text')}</p>
      </section>
      <div class="tiles">
        <section class="panel stack">
          <h2>{t('report.channels')}</h2>
          <ChannelTable scopes={scopes} />
        </section>
        <section class="panel stack">
          <h2>{t('report.money')}</h2>
          <MoneyTable scopes={scopes} />
        </section>
      </div>
      <section class="panel stack">
        <h2>{t('report.shares')}</h2>
        <ShareTable scopes={scopes} />
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
        {names.length > 1 && (
          <SelectField
            label={t('report.province')}
            value={province}
            set={setProvince}
            options={[
              { value: 'all', label: t('report.all') },
              ...names.map((one) => ({ value: one.scope.code, label: say(one.scope.name) })),
            ]}
          />
        )}
      </div>
      <Loaded of={report}>{(data) => <Statistics report={data} province={province} />}</Loaded>
      <EidFigures />
    </Page>
  )
}
