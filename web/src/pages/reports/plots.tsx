/* Charts by Observable Plot. Its own <style> is dropped before the drawing enters the page: the policy allows no inline style. */
import * as Plot from '@observablehq/plot'
import { useEffect, useRef } from 'preact/hooks'
import type { Schemas } from '../../api/client'
import { number } from '../../ui/format'
import { t } from '../../ui/text'
import { buckets } from './buckets'
import type { DayCount } from './sums'

/** Colours are tokens of theme.css, so that chart and legend agree. */
const channelColor = (channel: string) => `var(--danh-channel-${channel})`
const bucketColor = (bucket: string) => `var(--danh-${bucket.replaceAll('_', '-')})`

function Chart({
  label,
  draw,
  on,
}: {
  label: string
  draw: (width: number) => ReturnType<typeof Plot.plot>
  on: unknown[]
}) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const box = place.current
    if (!box) return
    const show = () => {
      const drawing = draw(Math.max(box.clientWidth, 280))
      for (const style of drawing.querySelectorAll('style')) style.remove()
      drawing.setAttribute('aria-hidden', 'true')
      box.replaceChildren(drawing)
    }
    show()
    const watch = new ResizeObserver(show)
    watch.observe(box)
    return () => watch.disconnect()
  }, on)
  return <div class="chart" ref={place} role="img" aria-label={label} />
}

/** A tick every so many weeks that their labels never touch. */
function weeks(rows: DayCount[], width: number): Date[] {
  const first = Date.parse(rows[0]?.date ?? '')
  const last = Date.parse(rows.at(-1)?.date ?? '')
  const step = 7 * 86_400_000 * Math.max(1, Math.ceil((last - first) / (7 * 86_400_000) / (width / 75)))
  const ticks: Date[] = []
  for (let at = first; at <= last; at += step) ticks.push(new Date(at))
  return ticks
}

/** At least two weeks wide, or the bars of a young installation would fill the screen. */
function span(rows: DayCount[]): [Date, Date] {
  const first = Date.parse(rows[0]?.date ?? '')
  const end = Date.parse(rows.at(-1)?.date ?? '') + 86_400_000
  return [new Date(Math.min(first, end - 14 * 86_400_000)), new Date(end)]
}

export function DaysChart({ rows, channels }: { rows: DayCount[]; channels: string[] }) {
  return (
    <>
      <p class="legend" aria-hidden="true">
        {channels.map((channel) => (
          <span key={channel} data-channel={channel}>
            {t(`channel.${channel}`)}
          </span>
        ))}
      </p>
      <Chart
        label={t('report.days_chart')}
        on={[rows]}
        draw={(width) =>
          Plot.plot({
            className: 'plot',
            width,
            height: Math.min(340, Math.max(220, width * 0.4)),
            marginLeft: 48,
            x: {
              type: 'utc',
              label: null,
              domain: span(rows),
              ticks: weeks(rows, width),
              tickFormat: (day: Date) => day.toISOString().slice(5, 10).split('-').reverse().join('/'),
            },
            y: { grid: true, label: null, tickFormat: (count: number) => number(count) },
            color: { domain: channels, range: channels.map(channelColor) },
            marks: [
              Plot.rectY(rows, {
                x: (row: DayCount) => new Date(`${row.date}T00:00:00Z`),
                y: 'received',
                interval: 'day',
                fill: 'channel',
                order: channels,
                insetLeft: 0.5,
                insetRight: 0.5,
              }),
              Plot.ruleY([0]),
            ],
          })
        }
      />
    </>
  )
}

export function LatenessChart({ scopes, names }: { scopes: Schemas['ReportScope'][]; names: string[] }) {
  const rows = scopes.flatMap((scope, i) =>
    buckets.map((bucket) => ({
      scope: names[i] ?? '',
      bucket: t(`lateness.${bucket}`),
      count: scope.lateness[bucket],
    })),
  )
  return (
    <Chart
      label={t('report.lateness_chart')}
      on={[scopes]}
      draw={(width) =>
        Plot.plot({
          className: 'plot',
          width,
          height: 40 + 190 * Math.max(scopes.length, 1),
          marginLeft: 132,
          marginRight: 56,
          x: { axis: null, domain: [0, Math.max(1, ...rows.map((row) => row.count))] }, // nought everywhere is no bar
          y: { label: null, domain: buckets.map((bucket) => t(`lateness.${bucket}`)), tickSize: 0 },
          fy: { label: null, domain: names, axis: null },
          color: { domain: buckets.map((bucket) => t(`lateness.${bucket}`)), range: buckets.map(bucketColor) },
          marks: [
            Plot.text(names, {
              fy: (name: string) => name,
              text: (name: string) => name,
              frameAnchor: 'top-left',
              dy: -14,
              fontWeight: 600,
            }),
            Plot.barX(rows, {
              fy: 'scope',
              y: 'bucket',
              x: 'count',
              fill: 'bucket',
              rx: 3,
              insetTop: 2,
              insetBottom: 2,
            }),
            Plot.text(rows, {
              fy: 'scope',
              y: 'bucket',
              x: 'count',
              text: (row: { count: number }) => number(row.count),
              dx: 6,
              textAnchor: 'start',
            }),
          ],
        })
      }
    />
  )
}
