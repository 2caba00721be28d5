/* One check of the person at the desk: a picture taken or chosen, sealed at once, what the matcher makes of it, and the officer's own word beside it. */
import { useState } from 'preact/hooks'
import { type Schemas, sendForm } from '../../api/client'
import { useAction } from '../../api/resource'
import { CheckField } from '../../ui/field'
import { Notice, ProblemNotice } from '../../ui/parts'
import { PictureField } from '../../ui/picture_field'
import { t } from '../../ui/text'

type Opinion = Schemas['MatcherOpinion']

function MatcherSays({ opinion }: { opinion: Opinion }) {
  return (
    <Notice color={opinion.verdict === 'match' ? 'success' : 'warning'} title={t(`finding.${opinion.verdict}`)} live>
      {opinion.engine && (
        <p class="quiet">
          {opinion.score >= 0
            ? t('evidence.engine_score', { engine: opinion.engine, score: opinion.score })
            : t('evidence.engine', { engine: opinion.engine })}
        </p>
      )}
      {opinion.demonstration && <p class="quiet">{t('finding.demonstration')}</p>}
    </Notice>
  )
}

export function Evidence(props: {
  kind: 'face' | 'fingerprints'
  pin: string
  purpose: string
  checked: boolean
  check: (on: boolean) => void
  problem?: string | undefined
}) {
  const { kind } = props
  const [opinion, setOpinion] = useState<Opinion>()
  const keep = useAction(async (picture: File) => {
    setOpinion(undefined)
    const form = new FormData()
    for (const [name, value] of Object.entries({ pin: props.pin, kind, purpose: props.purpose })) form.set(name, value)
    form.set('picture', picture)
    setOpinion((await sendForm<{ id: string; opinion: Opinion }>('/api/desk/evidence', form)).opinion)
  })
  return (
    <div class="stack-sm">
      <PictureField
        label={t(`evidence.${kind}`)}
        help={t('evidence.help')}
        camera="environment"
        busy={keep.busy}
        set={(picture) => void keep.run(picture)}
      />
      <ProblemNotice problem={keep.problem} />
      {opinion && <MatcherSays opinion={opinion} />}
      <CheckField
        label={t(`enrol.${kind}_checked`)}
        checked={props.checked}
        set={props.check}
        problem={props.problem}
      />
    </div>
  )
}
