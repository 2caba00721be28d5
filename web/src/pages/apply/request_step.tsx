/* Step 1: whose certificate, which, how many, what for. */
import type { Problem, Schemas } from '../../api/client'
import { CheckField, InputField, RadioCards, SelectField } from '../../ui/field'
import { date, say } from '../../ui/format'
import { t } from '../../ui/text'
import type { Application, Channel } from './state'
import type { Filing } from './wizard'

export type StepProps = {
  filing: Filing
  form: Schemas['Form']
  application: Application
  set: (change: Partial<Application>) => void
  problem: Problem | undefined
}

export function RequestStep({ filing, form, application, set, problem }: StepProps) {
  const channels = form.channels.filter((channel) => filing.channels.includes(channel.code))
  return (
    <div class="stack-lg">
      <RadioCards
        label={t(filing.helps ? 'counter.channel' : 'apply.channel')}
        problem={problem?.at('/channel')}
        value={application.channel}
        set={(channel) => set({ channel: channel as Channel })}
        options={channels.map((channel) => ({
          value: channel.code,
          label: say(channel.name),
          help: channel.open ? t(`apply.channel_${channel.code}`) : say(channel.reason),
        }))}
      />
      {form.subjects.length > 1 && (
        <RadioCards
          label={t(filing.helps ? 'counter.subject' : 'apply.subject')}
          help={t(filing.helps ? 'counter.subject_help' : 'apply.subject_help')}
          problem={problem?.at('/subject')}
          value={application.subject}
          set={(subject) => set({ subject })}
          options={form.subjects.map((subject) => ({
            value: subject.ref,
            label: subject.name,
            help: `${t(`relation.${subject.relation}`)} · ${date(subject.birth_date)}`,
          }))}
        />
      )}
      <RadioCards
        label={t('apply.certificate')}
        problem={problem?.at('/certificate')}
        value={String(application.certificate)}
        set={(value) => set({ certificate: value === '2' ? 2 : 1 })}
        options={[
          { value: '1', label: t('apply.no_1'), help: t('apply.no_1_help') },
          { value: '2', label: t('apply.no_2'), help: t('apply.no_2_help') },
        ]}
      />
      {application.certificate === 1 && (
        <CheckField label={t('apply.ban')} checked={application.ban} set={(ban) => set({ ban })} />
      )}
      <SelectField
        label={t('apply.purpose')}
        help={t('apply.purpose_help')}
        problem={problem?.at('/purpose')}
        value={application.purpose}
        set={(purpose) => set({ purpose })}
        options={form.purposes.map((purpose) => ({ value: purpose.code, label: say(purpose.name) }))}
      />
      {application.purpose === 'other' && (
        <InputField
          label={t('apply.purpose_words')}
          value={application.purposeWords}
          set={(purposeWords) => set({ purposeWords })}
          required
          minLength={2}
          maxLength={200}
        />
      )}
      <InputField
        label={t('apply.copies')}
        help={t('apply.copies_help')}
        problem={problem?.at('/copies')}
        type="number"
        inputMode="numeric"
        min={1}
        max={form.copies_max}
        required
        value={String(application.copies)}
        set={(value) => set({ copies: Number.parseInt(value, 10) || 0 })}
      />
    </div>
  )
}
