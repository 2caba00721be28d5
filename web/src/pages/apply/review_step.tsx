/* Step 3: everything once more, consent, submit. */
import type { ComponentChildren } from 'preact'
import type { Schemas } from '../../api/client'
import { CheckField } from '../../ui/field'
import { month, say } from '../../ui/format'
import { Facts } from '../../ui/parts'
import { t } from '../../ui/text'
import type { StepProps } from './request_step'
import { submission } from './state'

export function ReviewStep(props: StepProps & { purpose: string; preview: Schemas['Preview'] | undefined }) {
  const { filing, form, application, set, problem } = props
  const body = submission(application, form, 0, props.purpose)
  const subject = form.subjects.find((one) => one.ref === application.subject) ?? form.subject
  const answered = form.categories.flatMap((category): [string, ComponentChildren][] => {
    const answer = body.answers[category.id]
    if (answer === undefined) return []
    const text =
      typeof answer === 'string'
        ? answer
        : answer
            .map((row) => `${month(row.from)} – ${row.to ? month(row.to) : t('apply.now')}: ${row.work}, ${row.place}`)
            .join('\n')
    return [
      [
        say(category.label),
        <span class="multiline" key={category.id}>
          {text}
        </span>,
      ],
    ]
  })
  return (
    <section class="panel stack">
      <h2>{t('apply.review')}</h2>
      <Facts
        rows={[
          [t('counter.applicant'), filing.helps],
          [t('apply.subject_short'), subject.name],
          [t('dossier.channel'), t(`channel.${application.channel}`)],
          [t('apply.certificate_short'), t(`apply.no_${application.certificate}`)],
          [t('apply.copies'), String(application.copies)],
          [t('apply.purpose'), props.purpose],
          [t('apply.ban_short'), t(body.ban_information ? 'common.yes' : 'common.no_word')],
          ...answered,
        ]}
      />
      <CheckField
        label={t(filing.helps ? 'counter.consent' : 'apply.consent')}
        checked={application.consent}
        set={(consent) => set({ consent })}
        problem={problem?.at('/consent')}
      />
    </section>
  )
}
