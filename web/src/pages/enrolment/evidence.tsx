/* One check of the person at the desk: a picture taken or chosen, sealed at once, what the matcher makes of it, and the officer's own word beside it. */
import { useState } from 'preact/hooks'
import { sendForm } from '../../api/client'
import { useAction } from '../../api/resource'
import { CheckField } from '../../ui/field'
import { MatcherSays, type Opinion } from '../../ui/matcher_says'
import { ProblemNotice } from '../../ui/parts'
import { PictureField } from '../../ui/picture_field'
import { t } from '../../ui/text'

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
      {opinion && <MatcherSays opinion={opinion} live />}
      <CheckField
        label={t(`enrol.${kind}_checked`)}
        checked={props.checked}
        set={props.check}
        problem={props.problem}
      />
    </div>
  )
}
