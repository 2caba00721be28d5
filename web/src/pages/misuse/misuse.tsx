/* The supervisor's list: reads that their holders report as misuse, and the answer. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction, useResource } from '../../api/resource'
import { AreaField, RadioCards, Submit } from '../../ui/field'
import { date, instant, say } from '../../ui/format'
import { Empty, Facts, Loaded, Page, ProblemNotice } from '../../ui/parts'
import { t } from '../../ui/text'
import { ReadFacts } from '../reads/read_card'

type Case = Schemas['MisuseCase']
type Finding = 'misuse' | 'lawful'

function Answer({ report, done }: { report: Case; done: (items: Case[]) => void }) {
  const [finding, setFinding] = useState<Finding>('lawful')
  const [answer, setAnswer] = useState('')
  const send = useAction(async () => {
    const { items } = await api.post('/api/misuse-reports/{id}/answer', {
      path: { id: report.id },
      body: { finding, answer },
    })
    done(items)
  })
  const submit = (event: Event) => {
    event.preventDefault()
    void send.run()
  }
  return (
    <form class="stack" onSubmit={submit}>
      <ProblemNotice problem={send.problem} />
      <RadioCards
        label={t('misuse.finding')}
        value={finding}
        set={(value) => setFinding(value as Finding)}
        options={[
          { value: 'lawful', label: t('misuse.lawful') },
          { value: 'misuse', label: t('misuse.found') },
        ]}
      />
      <AreaField label={t('misuse.answer')} required minLength={10} maxLength={1000} value={answer} set={setAnswer} />
      <Submit busy={send.busy}>{t('misuse.send')}</Submit>
    </form>
  )
}

function CaseCard({ report, done }: { report: Case; done: (items: Case[]) => void }) {
  const isOpen = report.state.code === 'open'
  return (
    <li class="panel stack-sm">
      <div class="row row--apart">
        <h2>{report.reporter}</h2>
        <span class="ds-tag" data-color={report.late_days > 0 ? 'danger' : isOpen ? 'warning' : 'neutral'}>
          {report.late_days > 0 ? t('misuse.late', { count: report.late_days }) : say(report.state.name)}
        </span>
      </div>
      <p>
        {t('misuse.reason')}: <q>{report.reason}</q>
      </p>
      <Facts
        rows={[
          [t('misuse.reader'), report.reader ?? t('misuse.service')],
          [t('misuse.due'), isOpen ? date(report.due_date) : ''],
          [t('misuse.answered'), report.answered_at && instant(report.answered_at)],
          [t('misuse.answer'), report.answer],
        ]}
      />
      {report.read && <ReadFacts read={report.read} />}
      {report.may_answer && <Answer report={report} done={done} />}
      {isOpen && !report.may_answer && <p class="quiet">{t('misuse.own')}</p>}
    </li>
  )
}

export function Misuse() {
  const reports = useResource((signal) => api.get('/api/misuse-reports', { signal }), [])
  return (
    <Page title={t('misuse.title')} lead={t('misuse.lead')}>
      <Loaded of={reports}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="eye" title={t('misuse.empty')} />
          ) : (
            <ul class="list-plain">
              {items.map((report) => (
                <CaseCard key={report.id} report={report} done={(left) => reports.put({ items: left })} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}
