/* Adding: a passkey, an app that makes codes, a sheet of recovery codes. */
import { useState } from 'preact/hooks'
import { api, Problem, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { type CreationJson, createPasskey, PasskeyError, passkeysAreSupported } from '../../passkey/passkey'
import { InputField, Submit } from '../../ui/field'
import { Notice } from '../../ui/parts'
import { Refused } from '../../ui/step_up'
import { t } from '../../ui/text'

const HERE = '/app/security'
type Changed = { changed: () => void }

/** Where a service takes certain models alone it leads here, and the passkey says of which model it is; else it says nothing of itself. */
const isAttested = () => new URLSearchParams(location.search).get('attested') === '1'

export function AddPasskey({ changed }: Changed) {
  const attested = isAttested()
  const add = useAction(async () => {
    const begun = await api.post('/api/me/authenticators/{kind}/begin', {
      path: { kind: 'passkey' },
      body: attested ? { attested } : {},
    })
    const answer = await createPasskey(begun.options as unknown as CreationJson).catch((failure: unknown) => {
      const why = failure instanceof PasskeyError ? failure.failure : 'failed'
      throw new Problem({ status: 0, code: `passkey_${why}` })
    })
    await api.post('/api/me/authenticators/{kind}', {
      path: { kind: 'passkey' },
      body: { ceremony: begun.ceremony, answer },
    })
    changed()
  })
  return (
    <div class="stack-sm">
      <h3>{t('authenticator.passkey')}</h3>
      <p>{t('security.passkey_text')}</p>
      {attested && <p>{t('security.passkey_attested')}</p>}
      <Refused problem={add.problem} next={HERE} />
      {passkeysAreSupported() ? (
        <p>
          <button type="button" class="ds-button" aria-busy={add.busy} onClick={() => void add.run()}>
            {t('security.passkey_add')}
          </button>
        </p>
      ) : (
        <p class="quiet">{t('problem.passkey_unsupported')}</p>
      )}
    </div>
  )
}

function TotpSecret({ of, changed }: Changed & { of: Schemas['Ceremony'] }) {
  const [code, setCode] = useState('')
  const confirm = useAction(async () => {
    await api.post('/api/me/authenticators/{kind}', {
      path: { kind: 'totp' },
      body: { ceremony: of.ceremony, answer: code },
    })
    changed()
  })
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void confirm.run()
      }}
    >
      <p>{t('security.totp_scan')}</p>
      <img
        class="qr"
        src={`data:image/svg+xml,${encodeURIComponent(of.qr_svg ?? '')}`}
        alt={t('security.totp_qr')}
        width={220}
        height={220}
      />
      <p>
        {t('security.totp_type')} <code class="code totp-secret">{of.secret?.replaceAll(/(.{4})/g, '$1 ')}</code>
      </p>
      <Refused problem={confirm.problem} next={HERE} />
      <InputField
        label={t('security.totp_code')}
        value={code}
        set={setCode}
        inputMode="numeric"
        autocomplete="one-time-code"
        maxLength={7}
        required
      />
      <Submit busy={confirm.busy}>{t('security.totp_confirm')}</Submit>
    </form>
  )
}

export function AddTotp({ changed }: Changed) {
  const [begun, setBegun] = useState<Schemas['Ceremony']>()
  const begin = useAction(async () =>
    setBegun(await api.post('/api/me/authenticators/{kind}/begin', { path: { kind: 'totp' }, body: {} })),
  )
  const done = () => {
    setBegun(undefined)
    changed()
  }
  return (
    <div class="stack-sm">
      <h3>{t('authenticator.totp')}</h3>
      <p>{t('security.totp_text')}</p>
      <Refused problem={begin.problem} next={HERE} />
      {begun ? (
        <TotpSecret of={begun} changed={done} />
      ) : (
        <p>
          <button
            type="button"
            class="ds-button"
            data-variant="secondary"
            aria-busy={begin.busy}
            onClick={() => void begin.run()}
          >
            {t('security.totp_add')}
          </button>
        </p>
      )}
    </div>
  )
}

export function AddRecoveryCodes({ changed, replaces }: Changed & { replaces: boolean }) {
  const [codes, setCodes] = useState<string[]>()
  const make = useAction(async () => {
    const made = await api.post('/api/me/authenticators/{kind}', { path: { kind: 'recovery_codes' }, body: {} })
    setCodes(made.codes ?? [])
  })
  const kept = () => {
    setCodes(undefined)
    changed()
  }
  return (
    <div class="stack-sm">
      <h3>{t('authenticator.recovery_codes')}</h3>
      <p>{t('security.codes_text')}</p>
      <Refused problem={make.problem} next={HERE} />
      {codes ? (
        <Notice color="info" title={t('security.codes_title')} live>
          <p>{t('security.codes_keep')}</p>
          <ol class="recovery-codes">
            {codes.map((code) => (
              <li key={code} class="code">
                {code}
              </li>
            ))}
          </ol>
          <p class="row">
            <button type="button" class="ds-button" data-variant="secondary" onClick={() => window.print()}>
              {t('security.codes_print')}
            </button>
            <button type="button" class="ds-button" onClick={kept}>
              {t('security.codes_kept')}
            </button>
          </p>
        </Notice>
      ) : (
        <p>
          <button
            type="button"
            class="ds-button"
            data-variant="secondary"
            aria-busy={make.busy}
            onClick={() => void make.run()}
          >
            {t(replaces ? 'security.codes_again' : 'security.codes_add')}
          </button>
        </p>
      )}
    </div>
  )
}
