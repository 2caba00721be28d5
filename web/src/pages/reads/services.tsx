/* The services one lets read, and how to stop each. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction, useResource } from '../../api/resource'
import { date, dayOf, say } from '../../ui/format'
import { Loaded, Notice, ProblemNotice } from '../../ui/parts'
import { t } from '../../ui/text'

type Consent = Schemas['Consent']

function Service({ consent, done }: { consent: Consent; done: (items: Consent[]) => void }) {
  const revoke = useAction(async () => {
    const { items } = await api.post('/api/me/consents/{client}/revoke', { path: { client: consent.client }, body: {} })
    done(items)
  })
  const day = (at: string) => date(dayOf(at))
  return (
    <li class="panel stack-sm">
      <h3>
        {say(consent.name)} – {say(consent.owner)}
      </h3>
      <p>
        {t('reads.purpose')}: <q>{say(consent.purpose)}</q>
      </p>
      <p>
        {t('reads.attributes')}: {consent.attributes.map((attribute) => say(attribute.name)).join(', ')}
      </p>
      {consent.organisation && !consent.given_by && (
        <p>{t('reads.service_for_organisation', { name: consent.organisation })}</p>
      )}
      {consent.given_by && <p>{t('reads.service_given_by', { name: consent.given_by })}</p>}
      <p class="quiet">
        {t('reads.service_given', {
          date: day(consent.given_at),
          until: day(consent.until),
          used: day(consent.used_at),
        })}
      </p>
      <ProblemNotice problem={revoke.problem} />
      <p>
        <button
          type="button"
          class="ds-button"
          data-variant="secondary"
          aria-busy={revoke.busy}
          aria-label={`${t('reads.service_revoke')}: ${say(consent.name)}`}
          onClick={() => void revoke.run()}
        >
          {t('reads.service_revoke')}
        </button>
      </p>
    </li>
  )
}

/** One's own, or those of the organisation one acts for. */
export function Services({ ofOrganisation = false }: { ofOrganisation?: boolean }) {
  const consents = useResource((signal) => api.get('/api/me/consents', { signal }), [])
  const [isRevoked, setRevoked] = useState(false)
  const left = (items: Consent[]) => {
    setRevoked(true)
    consents.put({ items })
  }
  return (
    <section class="stack">
      <h2>{t(ofOrganisation ? 'reads.services_organisation' : 'reads.services')}</h2>
      {isRevoked && <Notice color="success" title={t('reads.service_revoked')} live />}
      <Loaded of={consents}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="quiet">{t(ofOrganisation ? 'reads.services_organisation_empty' : 'reads.services_empty')}</p>
          ) : (
            <ul class="list-plain">
              {items.map((consent) => (
                <Service
                  key={`${consent.client}-${consent.for_another}-${consent.organisation}-${consent.given_by}`}
                  consent={consent}
                  done={left}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  )
}
