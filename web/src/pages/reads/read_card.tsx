/* One read: who, what, why, under which mandate; and the report of misuse. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { AreaField, Submit } from '../../ui/field'
import { instant, say } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { ProblemNotice } from '../../ui/parts'
import { Link } from '../../ui/router'
import { t } from '../../ui/text'

export type Read = Schemas['Read']

export function ReadFacts({ read }: { read: Read }) {
  return (
    <>
      <h3>
        {say(read.who.role)} – {say(read.who.agency)}
      </h3>
      <p>
        {t('reads.what')}: {say(read.what)}
      </p>
      {read.attributes.length > 0 && (
        <p>
          {t('reads.attributes')}: {read.attributes.map((attribute) => say(attribute.name)).join(', ')}
        </p>
      )}
      <p>
        {t('reads.purpose')}: <q>{read.purpose}</q>
      </p>
      {read.mandate && (
        <p>
          {t('reads.mandate')}: {say(read.mandate.kind.name)}
          {read.mandate.name && ` – ${read.mandate.name}`}
          {read.organisation && ` – ${read.organisation}`}
        </p>
      )}
      <p class="quiet row">
        <span>{instant(read.at)}</span>
        {read.dossier_code && <Link href={`/app/dossiers/${read.dossier_code}`}>{read.dossier_code}</Link>}
        {read.ledger_position != null && (
          <span class="source-tag">
            <Icon name="shield" />
            {t('reads.ledger', { position: read.ledger_position })}
          </span>
        )}
      </p>
    </>
  )
}

function Report({ read, done }: { read: Read; done: () => void }) {
  const [isOpen, open] = useState(false)
  const [reason, setReason] = useState('')
  const report = useAction(async () => {
    await api.post('/api/me/reads/{id}/report', { path: { id: read.id }, body: { reason } })
    done()
  })
  const submit = (event: Event) => {
    event.preventDefault()
    void report.run()
  }
  if (!isOpen)
    return (
      <p>
        <button type="button" class="ds-button" data-variant="tertiary" onClick={() => open(true)}>
          {t('reads.report')}
        </button>
      </p>
    )
  return (
    <form class="stack-sm" onSubmit={submit}>
      <ProblemNotice problem={report.problem} />
      <AreaField
        label={t('reads.report_reason')}
        help={t('reads.report_help')}
        required
        minLength={10}
        maxLength={1000}
        value={reason}
        set={setReason}
      />
      <p class="row">
        <Submit busy={report.busy}>{t('reads.report_send')}</Submit>
        <button type="button" class="ds-button" data-variant="secondary" onClick={() => open(false)}>
          {t('common.back')}
        </button>
      </p>
    </form>
  )
}

/** `reported`: what to do once it is; nothing when one looks for another. */
export function ReadCard({ read, reported }: { read: Read; reported: (() => void) | undefined }) {
  return (
    <li class="panel stack-sm">
      <ReadFacts read={read} />
      {reported && read.ledger_position != null && (
        <p>
          <a href={`/api/me/reads/${read.id}/proof`} download>
            {t('reads.proof')}
          </a>
        </p>
      )}
      {read.report ? (
        <p>
          <span class="ds-tag" data-color={read.report === 'misuse' ? 'danger' : 'warning'}>
            {t(`reads.reported_${read.report}`)}
          </span>
        </p>
      ) : (
        reported && <Report read={read} done={reported} />
      )}
    </li>
  )
}
