/* Mandates: for whom I act and who acts for me; for an organisation acted for, its representatives and staff. */
import { api } from '../../api/client'
import { useAction, useResource } from '../../api/resource'
import { CardLink, Loaded, Page, ProblemNotice } from '../../ui/parts'
import { go } from '../../ui/router'
import { useSession } from '../../ui/session'
import { t } from '../../ui/text'
import { type Mandate, MandateCard } from './card'
import { Give } from './give'

const isOpen = (mandate: Mandate) => mandate.state.code === 'active' || mandate.state.code === 'offered'
const principalOf = (mandate: Mandate) => mandate.organisation?.name ?? mandate.principal?.name ?? ''

function Act({ mandate }: { mandate: Mandate }) {
  const { put } = useSession()
  const act = useAction(async () => {
    const body = mandate.organisation
      ? { organisation: mandate.organisation.ref }
      : { person: mandate.principal?.ref ?? null }
    put(await api.put('/api/session/mandate', { body }))
    go('/app/')
  })
  return (
    <>
      <ProblemNotice problem={act.problem} />
      <p>
        <button
          type="button"
          class="ds-button"
          aria-busy={act.busy}
          aria-label={t('mandates.act_for', { name: principalOf(mandate) })}
          onClick={() => void act.run()}
        >
          {t('mandates.act')}
        </button>
      </p>
    </>
  )
}

/** Whom the registers let me enrol: an account first, then acting for them. */
function Enrol() {
  return (
    <div class="tiles">
      <CardLink href="/app/enrol-child" icon="plus" title={t('enrol_child.title')}>
        {t('enrol_child.card_text')}
      </CardLink>
      <CardLink href="/app/organisations" icon="plus" title={t('organisation.title')}>
        {t('organisation.card_text')}
      </CardLink>
    </div>
  )
}

function ForWhom({ items, done }: { items: Mandate[]; done: () => void }) {
  return (
    <section class="stack">
      <h2>{t('mandates.for_heading')}</h2>
      {items.length === 0 && <p class="quiet">{t('mandates.for_empty')}</p>}
      <ul class="list-plain">
        {items.map((mandate) => (
          <MandateCard
            key={mandate.id ?? `${mandate.kind.code}-${principalOf(mandate)}`}
            mandate={mandate}
            who={principalOf(mandate)}
            done={done}
          >
            {mandate.may.includes('act') && <Act mandate={mandate} />}
          </MandateCard>
        ))}
      </ul>
    </section>
  )
}

function ByWhom({ items, isStaff, done }: { items: Mandate[]; isStaff: boolean; done: () => void }) {
  const card = (mandate: Mandate) => (
    <MandateCard
      key={mandate.id ?? `${mandate.kind.code}-${mandate.actor.ref}`}
      mandate={mandate}
      who={mandate.actor.name}
      done={done}
    />
  )
  const past = items.filter((mandate) => !isOpen(mandate))
  const open = items.filter(isOpen)
  return (
    <section class="stack">
      <h2>{t(isStaff ? 'mandates.staff' : 'mandates.of_heading')}</h2>
      {open.length === 0 && <p class="quiet">{t('mandates.of_empty')}</p>}
      <ul class="list-plain">{open.map(card)}</ul>
      {past.length > 0 && (
        <details>
          <summary>{t('mandates.past', { count: past.length })}</summary>
          <ul class="list-plain">{past.map(card)}</ul>
        </details>
      )}
    </section>
  )
}

export function Mandates() {
  const { session } = useSession()
  const isStaff = session.acting_for?.organisation ?? false
  const mandates = useResource((signal) => api.get('/api/mandates', { signal }), [])
  return (
    <Page
      title={t(isStaff ? 'mandates.staff' : 'mandates.title')}
      lead={t(isStaff ? 'mandates.staff_text' : 'mandates.lead')}
    >
      <Loaded of={mandates}>
        {(loaded) => (
          <div class="stack-lg">
            {!session.acting_for && <Enrol />}
            {!isStaff && <ForWhom items={loaded.for} done={mandates.reload} />}
            <ByWhom items={loaded.of} isStaff={isStaff} done={mandates.reload} />
            <Give choices={loaded.choices} isStaff={isStaff} done={mandates.reload} />
          </div>
        )}
      </Loaded>
    </Page>
  )
}
