/* What every page is made of: heading, states, facts, tags. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Problem, Schemas } from '../api/client'
import type { Resource } from '../api/resource'
import { date, say, type Text } from './format'
import { Icon, type IconName } from './icons'
import { Link } from './router'
import { t, tOr } from './text'

/** The page's h1: takes the focus after a move, so that screen readers start there, and names the window. */
export function Page(props: {
  title: string
  lead?: ComponentChildren
  back?: { href: string; label: string }
  aside?: ComponentChildren
  children?: ComponentChildren
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${props.title} – Danh`
  }, [props.title])
  useEffect(() => {
    if (document.body.dataset.moved === 'yes') heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <div class="stack-lg">
      <div class="page-head">
        {props.back && (
          <Link class="page-back" href={props.back.href}>
            <Icon name="back" />
            {props.back.label}
          </Link>
        )}
        <div class="row row--apart">
          <h1 ref={heading} tabIndex={-1}>
            {props.title}
          </h1>
          {props.aside}
        </div>
        {props.lead && <p class="lead">{props.lead}</p>}
      </div>
      {props.children}
    </div>
  )
}

export function Notice(props: {
  color: 'info' | 'success' | 'warning' | 'danger'
  title?: string
  live?: boolean
  children?: ComponentChildren
}) {
  const role = props.live ? { role: props.color === 'danger' ? 'alert' : 'status' } : {}
  return (
    <div class="ds-alert" data-color={props.color} {...(role as { role?: 'alert' | 'status' })}>
      {props.title && <h2 class="notice-title">{props.title}</h2>}
      {props.children}
    </div>
  )
}

/** Whether the same request may go well a moment later: not what was refused for what it is. */
function mayPass(problem: Problem) {
  return problem.status < 400 || problem.status >= 500 || [408, 409, 425, 429].includes(problem.status)
}

/** What the server refused, in its words if it has any, with every field it named. */
export function ProblemNotice(props: {
  problem: Problem | undefined
  retry?: () => void
  children?: ComponentChildren
}) {
  const { problem, retry } = props
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (problem) place.current?.scrollIntoView({ block: 'nearest' })
  }, [problem])
  if (!problem) return null
  const title = problem.message !== problem.code ? problem.message : tOr(`problem.${problem.code}`, t('problem.other'))
  return (
    <div ref={place}>
      <Notice color="danger" title={title} live>
        {problem.detail && <p>{problem.detail}</p>}
        {problem.errors.length > 0 && (
          <ul class="plain-list">
            {problem.errors.map((e) => (
              <li key={e.path}>{e.detail}</li>
            ))}
          </ul>
        )}
        {props.children}
        {retry && mayPass(problem) && (
          <p>
            <button type="button" class="ds-button" data-variant="secondary" onClick={retry}>
              {t('common.retry')}
            </button>
          </p>
        )}
      </Notice>
    </div>
  )
}

export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div class="panel skeleton" role="status">
      <span class="ds-sr-only">{t('common.loading')}</span>
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} class="skeleton__line" />
      ))}
    </div>
  )
}

/** Loading, failed or there. An older answer stays in sight, faded, while a new one is read. */
export function Loaded<T>({ of, children }: { of: Resource<T>; children: (data: T) => ComponentChildren }) {
  if (of.state === 'failed') return <ProblemNotice problem={of.problem} retry={of.reload} />
  if (of.data === undefined) return <Skeleton />
  return (
    <div class="loaded" aria-busy={of.state === 'loading'}>
      {children(of.data)}
    </div>
  )
}

export function Empty(props: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="panel empty">
      <Icon name={props.icon} />
      <h2>{props.title}</h2>
      {props.children}
    </div>
  )
}

export function Facts({ rows }: { rows: [ComponentChildren, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {rows
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([label, value], i) => [<dt key={`t${i}`}>{label}</dt>, <dd key={`d${i}`}>{value}</dd>])}
    </dl>
  )
}

export const factsOf = (lines: { label: Text; value: string | null }[]): [string, string][] =>
  lines.map((line) => [say(line.label), line.value === null ? t('common.none') : date(line.value)])

/** A figure and what it counts; marked where it asks for attention. */
export function Count(props: {
  value: string
  label: string
  mark?: 'danger' | 'warning' | undefined
  children?: ComponentChildren
}) {
  return (
    <div class={`panel count${props.mark ? ` count--${props.mark}` : ''}`}>
      <b>{props.value}</b>
      <span>{props.label}</span>
      {props.children}
    </div>
  )
}

const statusColor: Record<Schemas['Status']['code'], string> = {
  new: 'info',
  received: 'info',
  not_received: 'danger',
  processing: 'info',
  supplement: 'warning',
  fee_due: 'warning',
  withdrawn: 'neutral',
  stopped: 'neutral',
  done: 'success',
  returned: 'success',
}
export function StatusTag({ status }: { status: Schemas['Status'] }) {
  return (
    <span class="ds-tag" data-color={statusColor[status.code]}>
      {say(status.label)}
    </span>
  )
}

const lateLook: Record<Schemas['Late']['state'], { color: string; icon: IconName } | undefined> = {
  open: { color: 'neutral', icon: 'clock' },
  due_soon: { color: 'warning', icon: 'clock' },
  overdue: { color: 'danger', icon: 'warn' },
  early: { color: 'success', icon: 'check' },
  on_time: { color: 'success', icon: 'check' },
  late: { color: 'danger', icon: 'warn' },
  none: undefined,
}
/** Words and a shape carry it; colour only helps. */
export function LateTag({ late }: { late: Schemas['Late'] }) {
  const look = lateLook[late.state]
  if (!look) return null
  const key = late.working_days === null ? `late.${late.state}_plain` : `late.${late.state}`
  return (
    <span class="ds-tag late-tag" data-color={look.color}>
      <Icon name={look.icon} />
      {t(key, { count: late.working_days ?? 0 })}
    </span>
  )
}

/** After an apology another date is shown than lateness counts against: both are said. */
export function FirstDue({ of }: { of: { first_due_date: string | null } }) {
  if (!of.first_due_date) return null
  return <span class="quiet first-due">{t('late.counted_against', { date: date(of.first_due_date) })}</span>
}

export function CardLink(props: { href: string; icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <Link class="panel card-link" href={props.href}>
      <span class="card-link__icon">
        <Icon name={props.icon} />
      </span>
      <span class="card-link__words">
        <b>{props.title}</b>
        {props.children && <span class="quiet">{props.children}</span>}
      </span>
      <Icon name="next" />
    </Link>
  )
}
