/* Pictures of an enrolment: shown only when the officer asks, for each look is a line the person will see. */
import { useState } from 'preact/hooks'
import { addressOf, api, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { InputField, Submit } from '../../ui/field'
import { instant } from '../../ui/format'
import { MatcherSays, type Opinion } from '../../ui/matcher_says'
import { Notice, ProblemNotice } from '../../ui/parts'
import { t, tRecord } from '../../ui/text'

/** What the machine found of an application in the app. */
export function Findings({ findings }: { findings: NonNullable<Schemas['Enrolment']['findings']> }) {
  return (
    <Notice color={findings.face === 'match' ? 'info' : 'warning'} title={t(`finding.${findings.face}`)}>
      {findings.name_differs && <p>{t('finding.name_differs')}</p>}
      {!findings.phone_in_own_name && <p>{t('finding.phone')}</p>}
      {findings.demonstration && <p class="quiet">{t('finding.demonstration')}</p>}
    </Notice>
  )
}

type Shown = {
  id: string
  kind?: 'portrait' | 'face' | 'fingerprints' | 'document'
  kept_at?: string
  opinion?: Opinion
}

const caption = ({ kind }: Shown) => t(kind ? `evidence.of_${kind}` : 'finding.of_register')

export function Portraits({ code }: { code: string }) {
  const [ids, setIds] = useState<Shown[]>()
  const [purpose, setPurpose] = useState(tRecord('finding.purpose'))
  const look = useAction(async () => {
    const { items } = await api.get('/api/desk/enrolments/{code}/evidence', { path: { code }, query: { purpose } })
    setIds([{ id: 'register' }, ...items])
  })
  return (
    <section class="panel stack">
      <h2>{t('finding.pictures')}</h2>
      <ProblemNotice problem={look.problem} />
      {ids ? (
        <div class="portraits">
          {ids.map((one) => (
            <figure key={one.id}>
              <img
                src={addressOf('/api/desk/enrolments/{code}/evidence/{id}', {
                  path: { code, id: one.id },
                  query: { purpose },
                })}
                alt={caption(one)}
                width={160}
              />
              <figcaption>
                {caption(one)}
                {one.kept_at && ` · ${instant(one.kept_at)}`}
                {one.opinion && (one.opinion.engine || one.opinion.reason) && <MatcherSays opinion={one.opinion} />}
              </figcaption>
            </figure>
          ))}
        </div>
      ) : (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault()
            void look.run()
          }}
        >
          <p>{t('finding.look_text')}</p>
          <InputField
            label={t('evidence.purpose')}
            value={purpose}
            set={setPurpose}
            required
            minLength={10}
            maxLength={200}
          />
          <Submit busy={look.busy} variant="secondary">
            {t('finding.look')}
          </Submit>
        </form>
      )}
    </section>
  )
}
