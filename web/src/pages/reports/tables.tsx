/* The tables beside the charts: the same figures for whoever reads rather than looks. One kind of table: a label, then numbers,
 * grouped under a province where there are several, so that it fits a telephone. */
import type { Schemas } from '../../api/client'
import { date, number, percent, say, vnd } from '../../ui/format'
import { t } from '../../ui/text'
import { buckets } from './buckets'
import type { DayCount } from './sums'

type Scope = Schemas['ReportScope']
type Row = { label: string; cells: (string | null)[]; sum?: boolean; note?: string }
type Group = { name: string; rows: Row[] }

/** What no dossier tells and nobody published. */
const Unknown = () => <span class="unknown">{t('report.unknown')}</span>

function Table(props: { caption: string; label: string; columns: string[]; groups: Group[] }) {
  const named = props.groups.length > 1
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling table must be reachable by keyboard
    <section class="table-scroll" tabIndex={0} aria-label={props.caption}>
      <table class="ds-table">
        <caption class="ds-sr-only">{props.caption}</caption>
        <thead>
          <tr>
            <th scope="col">{props.label}</th>
            {props.columns.map((column) => (
              <th key={column} scope="col" class="numeric">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        {props.groups.map((group) => (
          <tbody key={group.name}>
            {named && (
              <tr class="group-row">
                <th scope="rowgroup" colSpan={props.columns.length + 1}>
                  {group.name}
                </th>
              </tr>
            )}
            {group.rows.map((row) => (
              <tr key={row.label} class={row.sum ? 'sum-row' : undefined}>
                <th scope="row">
                  {row.label}
                  {row.note && <span class="row-note">{row.note}</span>}
                </th>
                {row.cells.map((cell, i) => (
                  <td key={props.columns[i]} class="numeric">
                    {cell ?? <Unknown />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </section>
  )
}

const grouped = (scopes: Scope[], rows: (scope: Scope) => Row[]): Group[] =>
  scopes.map((scope) => ({ name: say(scope.scope.name), rows: rows(scope) }))

const count = (value: number | null) => (value === null ? null : number(value))

export function ChannelTable({ scopes }: { scopes: Scope[] }) {
  const groups = grouped(scopes, (scope) => [
    ...scope.channels.map((row) => ({
      label: t(`channel.${row.channel}`),
      cells: [count(row.received), count(row.returned)],
    })),
    {
      label: t('report.sum'),
      cells: [number(scope.received), number(scope.returned)],
      sum: true,
      ...(scope.returned_unknown > 0
        ? { note: t('report.and_unknown', { count: number(scope.returned_unknown) }) }
        : {}),
    },
  ])
  return (
    <Table
      caption={t('report.channels_table')}
      label={t('report.channel')}
      columns={[t('report.received'), t('report.returned')]}
      groups={groups}
    />
  )
}

export function LatenessTable({ scopes }: { scopes: Scope[] }) {
  const groups = grouped(scopes, (scope) => [
    ...buckets.map((bucket) => ({ label: t(`lateness.${bucket}`), cells: [number(scope.lateness[bucket])] })),
    { label: t('report.returned_sum'), cells: [number(scope.lateness.total)], sum: true },
    { label: t('report.open'), cells: [number(scope.open)] },
    { label: t('report.open_overdue'), cells: [number(scope.open_overdue)] },
    { label: t('report.reappointed'), cells: [number(scope.reappointed)] },
  ])
  return (
    <Table
      caption={t('report.lateness_table')}
      label={t('report.level')}
      columns={[t('report.dossiers')]}
      groups={groups}
    />
  )
}

export function ShareTable({ scopes }: { scopes: Scope[] }) {
  const groups = grouped(scopes, (scope) =>
    scope.shares.map((share) => ({
      label: say(share.label),
      note: `${number(share.numerator)} / ${number(share.denominator)}`,
      cells: [percent(share.percent), percent(share.percent_truncated)],
    })),
  )
  return (
    <Table
      caption={t('report.shares_table')}
      label={t('report.share')}
      columns={[t('report.rounded'), t('report.truncated')]}
      groups={groups}
    />
  )
}

export function MoneyTable({ scopes }: { scopes: Scope[] }) {
  const groups = grouped(scopes, (scope) =>
    (['fees', 'support', 'paid'] as const).map((name) => ({ label: t(`report.${name}`), cells: [vnd(scope[name])] })),
  )
  return (
    <Table
      caption={t('report.money_table')}
      label={t('report.kind')}
      columns={[t('report.money_sum')]}
      groups={groups}
    />
  )
}

export function DayTable({ rows, channels }: { rows: DayCount[]; channels: string[] }) {
  const days = [...new Set(rows.map((row) => row.date))]
  const received = new Map(rows.map((row) => [`${row.date} ${row.channel}`, row.received]))
  const of = (day: string) => channels.map((channel) => received.get(`${day} ${channel}`) ?? 0)
  const group = {
    name: '',
    rows: days.map((day) => ({
      label: date(day),
      cells: [...of(day), of(day).reduce((sum, one) => sum + one, 0)].map(number),
    })),
  }
  return (
    <Table
      caption={t('report.days_table')}
      label={t('report.day')}
      columns={[...channels.map((channel) => t(`channel.${channel}`)), t('report.sum')]}
      groups={[group]}
    />
  )
}
