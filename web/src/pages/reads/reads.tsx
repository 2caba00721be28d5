/* Who knows what about me: services, every read by anyone but the holder, reports of misuse; filtered and exported. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { type Pages, usePages } from '../../api/pages'
import { useResource } from '../../api/resource'
import { InputField, SelectField } from '../../ui/field'
import { longDate } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { Empty, Loaded, Page } from '../../ui/parts'
import { useSession } from '../../ui/session'
import { ShowMore } from '../../ui/show_more'
import { t } from '../../ui/text'
import { byDay } from './by_day'
import { type Read, ReadCard } from './read_card'
import { Reports } from './reports'
import { Services } from './services'

const readers = ['officer', 'service', 'representative', 'other'] as const
type Who = (typeof readers)[number] | ''
type Filter = { who: Who; from: string; to: string }

/** What the address carries: only what was chosen. */
function asQuery(filter: Filter) {
  return {
    ...(filter.who ? { who: filter.who } : {}),
    ...(filter.from ? { from: filter.from } : {}),
    ...(filter.to ? { to: filter.to } : {}),
  }
}

function FilterForm({ filter, set }: { filter: Filter; set: (part: Partial<Filter>) => void }) {
  return (
    <details class="panel">
      <summary>{t('reads.filter')}</summary>
      <div class="stack">
        <SelectField
          label={t('reads.who')}
          value={filter.who}
          set={(who) => set({ who: who as Who })}
          options={[
            { value: '', label: t('reads.who_all') },
            ...readers.map((who) => ({ value: who, label: t(`reads.who_${who}`) })),
          ]}
        />
        <InputField label={t('reads.from')} type="date" value={filter.from} set={(from) => set({ from })} />
        <InputField label={t('reads.to')} type="date" value={filter.to} set={(to) => set({ to })} />
      </div>
    </details>
  )
}

function Export({ filter }: { filter: Filter }) {
  const address = (format: string) => `/api/me/reads/export?${new URLSearchParams({ ...asQuery(filter), format })}`
  return (
    <p class="row">
      <Icon name="download" />
      <span>{t('reads.export')}:</span>
      <a href={address('csv')} download>
        {t('reads.export_csv')}
      </a>
      <a href={address('json')} download>
        {t('reads.export_json')}
      </a>
    </p>
  )
}

type Whom = ReturnType<typeof useSession>['session']['acting_for']
/** The sentence for oneself, or for the person or organisation one acts for. */
function about(key: 'title' | 'lead' | 'empty', whom: Whom) {
  if (!whom || (whom.organisation && key === 'empty')) return t(`reads.${key}`)
  return whom.organisation ? t(`reads.${key}_organisation`) : t(`reads.${key}_other`, { name: whom.name })
}

function Log(props: {
  of: Pages<{ items: Read[]; next: string | null }>
  isFiltered: boolean
  whom: Whom
  reported: (() => void) | undefined
}) {
  return (
    <Loaded of={props.of}>
      {({ items, next }) =>
        items.length === 0 && !next ? (
          <Empty icon="eye" title={props.isFiltered ? t('reads.empty_filter') : about('empty', props.whom)}>
            {!props.isFiltered && <p>{t('reads.empty_text')}</p>}
          </Empty>
        ) : (
          <div class="stack-lg">
            {byDay(items).map(([day, rows]) => (
              <section key={day} class="stack">
                <h3>{longDate(day)}</h3>
                <ul class="list-plain">
                  {rows.map((read) => (
                    <ReadCard key={read.id} read={read} reported={props.reported} />
                  ))}
                </ul>
              </section>
            ))}
            <ShowMore of={props.of} />
          </div>
        )
      }
    </Loaded>
  )
}

/** Services and reports are one's own affair: whoever acts for another person sees the reads alone. */
function Own({ reports }: { reports: ReturnType<typeof useResource<{ items: Schemas['MisuseReport'][] }>> }) {
  return (
    <>
      <Reports of={reports} />
      <Services />
    </>
  )
}

export function Reads() {
  const { session } = useSession()
  const isOwn = session.acting_for === null
  const isOrganisation = session.acting_for?.organisation === true
  const [filter, change] = useState<Filter>({ who: '', from: '', to: '' })
  const [round, setRound] = useState(0)
  const reads = usePages(
    (query, signal) => api.get('/api/me/reads', { query: { ...query, ...asQuery(filter) }, signal }),
    [filter.who, filter.from, filter.to, round],
  )
  const reports = useResource(
    (signal) => (isOwn ? api.get('/api/me/misuse-reports', { signal }) : Promise.resolve({ items: [] })),
    [round],
  )
  const reported = () => setRound((n) => n + 1)
  return (
    <Page title={about('title', session.acting_for)} lead={about('lead', session.acting_for)}>
      {isOwn && <Own reports={reports} />}
      {isOrganisation && <Services ofOrganisation />}
      <section class="stack">
        <h2>{t('reads.log')}</h2>
        <FilterForm filter={filter} set={(part) => change((old) => ({ ...old, ...part }))} />
        <Export filter={filter} />
        <Log
          of={reads}
          isFiltered={Object.keys(asQuery(filter)).length > 0}
          whom={session.acting_for}
          reported={isOwn ? reported : undefined}
        />
      </section>
    </Page>
  )
}
