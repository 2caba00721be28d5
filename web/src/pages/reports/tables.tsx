/* The tables beside the charts: the same figures for whoever reads rather than looks. */
import type { ComponentChildren } from 'preact'
import type { Schemas } from '../../api/client'
import { date, number, percent, say, vnd } from '../../ui/format'
import { t } from '../../ui/text'
import { buckets } from './buckets'
import type { DayCount } from './sums'

type Scope = Schemas['ReportScope']

function Table({ caption, children }: { caption: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling table must be reachable by keyboard
    <section class="table-scroll" tabIndex={0} aria-label={caption}>
      <table class="ds-table">
        <caption class="ds-sr-only">{caption}</caption>
        {children}
      </table>
    </section>
  )
}

const CountCell = ({ value }: { value: number | null }) => (
  <td class="numeric">{value === null ? <span class="unknown">{t('report.unknown')}</span> : number(value)}</td>
)

export function ChannelTable({ scopes }: { scopes: Scope[] }) {
  return (
    <Table caption={t('report.channels_table')}>
      <thead>
        <tr>
          <th scope="col">{t('report.province')}</th>
          <th scope="col">{t('report.channel')}</th>
          <th scope="col" class="numeric">
            {t('report.received')}
          </th>
          <th scope="col" class="numeric">
            {t('report.returned')}
          </th>
        </tr>
      </thead>
      <tbody>
        {scopes.flatMap((scope) => [
          ...scope.channels.map((row) => (
            <tr key={`${scope.scope.code}-${row.channel}`}>
              <td>{say(scope.scope.name)}</td>
              <td>{t(`channel.${row.channel}`)}</td>
              <CountCell value={row.received} />
              <CountCell value={row.returned} />
            </tr>
          )),
          <tr key={`${scope.scope.code}-sum`} class="sum-row">
            <th scope="row">{say(scope.scope.name)}</th>
            <th scope="row">{t('report.sum')}</th>
            <CountCell value={scope.received} />
            <td class="numeric">
              {number(scope.returned)}
              {scope.returned_unknown > 0 && (
                <>
                  <br />
                  <span class="unknown">{t('report.and_unknown', { count: number(scope.returned_unknown) })}</span>
                </>
              )}
            </td>
          </tr>,
        ])}
      </tbody>
    </Table>
  )
}

export function LatenessTable({ scopes }: { scopes: Scope[] }) {
  return (
    <Table caption={t('report.lateness_table')}>
      <thead>
        <tr>
          <th scope="col">{t('report.province')}</th>
          {buckets.map((bucket) => (
            <th key={bucket} scope="col" class="numeric">
              {t(`lateness.${bucket}`)}
            </th>
          ))}
          <th scope="col" class="numeric">
            {t('report.sum')}
          </th>
          <th scope="col" class="numeric">
            {t('report.open')}
          </th>
          <th scope="col" class="numeric">
            {t('report.open_overdue')}
          </th>
          <th scope="col" class="numeric">
            {t('report.reappointed')}
          </th>
        </tr>
      </thead>
      <tbody>
        {scopes.map((scope) => (
          <tr key={scope.scope.code}>
            <th scope="row">{say(scope.scope.name)}</th>
            {buckets.map((bucket) => (
              <CountCell key={bucket} value={scope.lateness[bucket]} />
            ))}
            <CountCell value={scope.lateness.total} />
            <CountCell value={scope.open} />
            <CountCell value={scope.open_overdue} />
            <CountCell value={scope.reappointed} />
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

export function ShareTable({ scopes }: { scopes: Scope[] }) {
  return (
    <Table caption={t('report.shares_table')}>
      <thead>
        <tr>
          <th scope="col">{t('report.province')}</th>
          <th scope="col">{t('report.share')}</th>
          <th scope="col" class="numeric">
            {t('report.part')}
          </th>
          <th scope="col" class="numeric">
            {t('report.rounded')}
          </th>
          <th scope="col" class="numeric">
            {t('report.truncated')}
          </th>
        </tr>
      </thead>
      <tbody>
        {scopes.flatMap((scope) =>
          scope.shares.map((share) => (
            <tr key={`${scope.scope.code}-${share.id}`}>
              <td>{say(scope.scope.name)}</td>
              <td>{say(share.label)}</td>
              <td class="numeric">
                {number(share.numerator)} / {number(share.denominator)}
              </td>
              <td class="numeric">{percent(share.percent)}</td>
              <td class="numeric">{percent(share.percent_truncated)}</td>
            </tr>
          )),
        )}
      </tbody>
    </Table>
  )
}

export function MoneyTable({ scopes }: { scopes: Scope[] }) {
  return (
    <Table caption={t('report.money_table')}>
      <thead>
        <tr>
          <th scope="col">{t('report.province')}</th>
          {(['fees', 'support', 'paid'] as const).map((name) => (
            <th key={name} scope="col" class="numeric">
              {t(`report.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {scopes.map((scope) => (
          <tr key={scope.scope.code}>
            <th scope="row">{say(scope.scope.name)}</th>
            <td class="numeric">{vnd(scope.fees)}</td>
            <td class="numeric">{vnd(scope.support)}</td>
            <td class="numeric">{vnd(scope.paid)}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

export function DayTable({ rows }: { rows: DayCount[] }) {
  const channels = [...new Set(rows.map((row) => row.channel))]
  const days = [...new Set(rows.map((row) => row.date))]
  const count = new Map(rows.map((row) => [`${row.date} ${row.channel}`, row.received]))
  return (
    <Table caption={t('report.days_table')}>
      <thead>
        <tr>
          <th scope="col">{t('report.day')}</th>
          {channels.map((channel) => (
            <th key={channel} scope="col" class="numeric">
              {t(`channel.${channel}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.map((day) => (
          <tr key={day}>
            <th scope="row">{date(day)}</th>
            {channels.map((channel) => (
              <CountCell key={channel} value={count.get(`${day} ${channel}`) ?? 0} />
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
