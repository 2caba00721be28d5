/* What is shown when no server answers: documents out of this device, each with the time it was kept; or a sentence that says there are none. */
import { useEffect, useState } from 'preact/hooks'
import type { Problem } from '../api/client'
import { PdfPage } from '../pages/document/pdf_page'
import { date, instant, say } from '../ui/format'
import { Facts, Notice, Page, ProblemNotice, Skeleton } from '../ui/parts'
import { t } from '../ui/text'
import { bytesOf, type KeptDocument, keptDocuments } from './store'

function One({ kept }: { kept: KeptDocument }) {
  const { document, verification } = kept
  const [open, setOpen] = useState(false)
  const [failed, setFailed] = useState(false)
  return (
    <section class="panel stack">
      <h2>{say(document.title)}</h2>
      <Notice color="warning" title={t('kept.mark', { at: instant(kept.kept_at) })}>
        <p>{t('kept.mark_text')}</p>
      </Notice>
      <Facts
        rows={[
          [t('document.number'), document.number],
          [t('kept.holder'), document.holder_name],
          [t('document.issuer'), say(document.issuer)],
          [t('document.issued_on'), date(document.issued_on)],
          [
            t('kept.verified'),
            verification
              ? t(verification.valid ? 'kept.was_valid' : 'kept.was_invalid', { at: instant(verification.checked_at) })
              : t('kept.not_verified'),
          ],
        ]}
      />
      <img
        class="qr"
        src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(kept.qr)}`}
        alt={t('document.qr_alt', { code: document.dossier_code ?? document.number })}
      />
      {open ? (
        <PdfPage address={bytesOf(kept)} label={say(document.title)} failed={() => setFailed(true)} />
      ) : (
        <button type="button" class="ds-button" onClick={() => setOpen(true)}>
          {t('kept.open')}
        </button>
      )}
      {failed && <Notice color="danger" title={t('kept.no_page')} live />}
    </section>
  )
}

export function KeptWallet({ problem }: { problem: Problem }) {
  const [all, setAll] = useState<KeptDocument[]>()
  useEffect(() => {
    keptDocuments().then(setAll, () => setAll([]))
  }, [])
  if (!all) return <Skeleton lines={6} />
  return (
    <Page title={t('kept.title')}>
      <ProblemNotice problem={problem} retry={() => location.reload()}>
        <p>{t(all.length > 0 ? 'kept.away' : 'kept.away_none')}</p>
      </ProblemNotice>
      {all.map((kept) => (
        <One key={kept.document.id} kept={kept} />
      ))}
    </Page>
  )
}
