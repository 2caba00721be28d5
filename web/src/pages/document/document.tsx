/* One document: the signed page itself, what it says, download, QR, and whether it is still valid. */
import { useState } from 'preact/hooks'
import { addressOf, api, type Schemas } from '../../api/client'
import { useResource } from '../../api/resource'
import { KeepChoice } from '../../kept/keep_choice'
import { date, say } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { Facts, Loaded, Page } from '../../ui/parts'
import type { Params } from '../../ui/router'
import { t } from '../../ui/text'
import { DocumentStatus } from '../wallet/wallet'
import { Passcode } from './passcode'
import { PdfPage, PdfText } from './pdf_page'
import { ValidityCheck } from './verification'

function Views({ document }: { document: Schemas['Document'] }) {
  const [view, setView] = useState<'page' | 'text'>('page')
  const pdf = addressOf('/api/wallet/{id}/pdf', { path: { id: document.id } })
  return (
    <div class="stack">
      <div class="row no-print" role="group" aria-label={t('document.view')}>
        {(['page', 'text'] as const).map((kind) => (
          <button
            key={kind}
            type="button"
            class="ds-button"
            data-variant={view === kind ? 'primary' : 'secondary'}
            aria-pressed={view === kind}
            onClick={() => setView(kind)}
          >
            {t(`document.view_${kind}`)}
          </button>
        ))}
      </div>
      {view === 'page' ? (
        <PdfPage address={pdf} label={say(document.title)} failed={() => setView('text')} />
      ) : (
        <article class="paper">
          <h2 class="ds-sr-only">{say(document.title)}</h2>
          <PdfText address={pdf} />
        </article>
      )}
      <div class="row no-print">
        <a class="ds-button" href={`${pdf}?download=1`} download>
          <Icon name="download" />
          {t('document.download')}
        </a>
        <a class="ds-button" data-variant="secondary" href={pdf} target="_blank" rel="noopener">
          {t('document.open_pdf')}
        </a>
      </div>
    </div>
  )
}

function About({ document }: { document: Schemas['Document'] }) {
  return (
    <section class="panel stack">
      <h2>{t('document.about')}</h2>
      <Facts
        rows={[
          [t('document.status'), <DocumentStatus key="s" status={document.status} />],
          [t('document.number'), document.number],
          [t('document.issuer'), say(document.issuer)],
          [t('document.issued_on'), date(document.issued_on)],
          [t('document.expires_on'), document.expires_on ? date(document.expires_on) : t('document.no_expiry')],
          [t('common.dossier_code'), document.dossier_code ?? ''],
        ]}
      />
    </section>
  )
}

export function Document({ id = '' }: Params) {
  const read = useResource((signal) => api.get('/api/wallet/{id}', { path: { id }, signal }), [id])
  const back = { href: '/app/wallet', label: t('nav.wallet') }
  if (read.problem?.code === 'passcode_required')
    return (
      <Page title={t('document.title')} back={back}>
        <Passcode opened={read.reload} />
      </Page>
    )
  return (
    <Page title={read.data ? say(read.data.title) : t('document.title')} back={back}>
      <Loaded of={read}>
        {(document) => (
          <div class="columns">
            <Views document={document} />
            <aside class="stack-lg">
              <ValidityCheck id={document.id} />
              <section class="panel stack">
                <h2>{t('document.qr_heading')}</h2>
                <p class="quiet">{t('document.qr_text')}</p>
                <img
                  class="qr"
                  src={addressOf('/api/wallet/{id}/qr.svg', { path: { id } })}
                  alt={t('document.qr_alt', { code: document.dossier_code ?? document.number })}
                />
              </section>
              <About document={document} />
              <KeepChoice document={document} />
            </aside>
          </div>
        )}
      </Loaded>
    </Page>
  )
}
