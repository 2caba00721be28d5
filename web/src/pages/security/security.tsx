/* How I sign in, how sure this session is, and where I am signed in. */
import { api, type Schemas } from '../../api/client'
import { useResource } from '../../api/resource'
import { instant } from '../../ui/format'
import { Facts, Loaded, Page } from '../../ui/parts'
import { proofAddress } from '../../ui/step_up'
import { t, tOr } from '../../ui/text'
import { AddPasskey, AddRecoveryCodes, AddTotp } from './add'
import { AuthenticatorList } from './authenticators'
import { ChangePasscode, ChangePassword } from './password'
import { SessionList } from './sessions'

export const HERE = '/app/security'
export type Security = Schemas['Security']

function Level({ of }: { of: Security }) {
  return (
    <section class="panel stack">
      <h2>{t('security.level_title')}</h2>
      <Facts
        rows={[
          [t('security.level'), t(`security.level_${of.level}`)],
          [t('security.proven_with'), of.amr.map((method) => tOr(`amr.${method}`, method)).join(', ')],
          [t('security.proven_at'), instant(of.authenticated_at)],
        ]}
      />
      {!of.may_change && (
        <div class="stack-sm">
          <p>{t('security.prove_text')}</p>
          <p>
            <a class="ds-button" href={proofAddress(HERE, of.best_level)}>
              {t('step_up.prove')}
            </a>
          </p>
        </div>
      )}
    </section>
  )
}

export function SecurityPage() {
  const security = useResource((signal) => api.get('/api/me/authenticators', { signal }), [])
  const { reload } = security
  return (
    <Page title={t('security.title')} lead={t('security.lead')} back={{ href: '/app/me', label: t('nav.me') }}>
      <Loaded of={security}>
        {(of) => (
          <div class="stack-lg">
            <Level of={of} />
            <section class="panel stack">
              <h2>{t('security.ways')}</h2>
              <AuthenticatorList of={of.authenticators} changed={reload} />
            </section>
            <section class="panel stack">
              <h2>{t('security.add')}</h2>
              {of.may_change ? (
                <div class="stack-lg">
                  <AddPasskey changed={reload} />
                  <AddTotp changed={reload} />
                  <AddRecoveryCodes
                    changed={reload}
                    replaces={of.authenticators.some((one) => one.kind === 'recovery_codes')}
                  />
                </div>
              ) : (
                <p>{t('security.add_after')}</p>
              )}
            </section>
            {of.may_change && <ChangePassword changed={reload} />}
            {of.may_change && <ChangePasscode changed={reload} />}
            <section class="panel stack">
              <h2>{t('security.sessions')}</h2>
              <SessionList of={of.sessions} changed={reload} />
            </section>
          </div>
        )}
      </Loaded>
    </Page>
  )
}
