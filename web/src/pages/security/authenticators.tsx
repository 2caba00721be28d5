/* The ways to sign in one has, each with its name, its last use, and what can be done with it. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { InputField, Submit } from '../../ui/field'
import { instant } from '../../ui/format'
import { Refused } from '../../ui/step_up'
import { t } from '../../ui/text'

type Authenticator = Schemas['Authenticator']
const HERE = '/app/security'

function Rename({ of, done }: { of: Authenticator; done: () => void }) {
  const [name, setName] = useState(of.name)
  const rename = useAction(async () => {
    await api.put('/api/me/authenticators/{id}', { path: { id: of.id }, body: { name } })
    done()
  })
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void rename.run()
      }}
    >
      <Refused problem={rename.problem} next={HERE} />
      <InputField label={t('security.new_name')} value={name} set={setName} maxLength={60} required />
      <Submit busy={rename.busy}>{t('security.save')}</Submit>
    </form>
  )
}

function Remove({ of, done, keep }: { of: Authenticator; done: () => void; keep: () => void }) {
  const remove = useAction(async () => {
    await api.delete('/api/me/authenticators/{id}', { path: { id: of.id } })
    done()
  })
  return (
    <div class="stack-sm" role="group" aria-label={t('security.remove_sure', { name: of.name })}>
      <p>{t('security.remove_sure', { name: of.name })}</p>
      <Refused problem={remove.problem} next={HERE} />
      <p class="row">
        <button
          type="button"
          class="ds-button"
          data-color="danger"
          aria-busy={remove.busy}
          onClick={() => void remove.run()}
        >
          {t('security.remove_yes')}
        </button>
        <button type="button" class="ds-button" data-variant="secondary" onClick={keep}>
          {t('security.remove_no')}
        </button>
      </p>
    </div>
  )
}

function One({ of, changed }: { of: Authenticator; changed: () => void }) {
  const [doing, setDoing] = useState<'nothing' | 'renaming' | 'removing'>('nothing')
  const done = () => {
    setDoing('nothing')
    changed()
  }
  return (
    <li class="stack-sm">
      <h3>{of.name}</h3>
      <p class="quiet">
        {t(`authenticator.${of.kind}`)}
        {of.kind === 'passkey' && ` · ${t(of.may_be_copied ? 'security.copied' : 'security.stays')}`}
        {of.codes_left !== null && ` · ${t('security.codes_left', { count: of.codes_left })}`}
      </p>
      <p class="quiet">
        {t('security.made', { at: instant(of.made_at) })}{' '}
        {of.used_at ? t('security.used', { at: instant(of.used_at) }) : t('security.never_used')}
      </p>
      {of.state === 'suspended' && (
        <p>
          <span class="ds-tag" data-color="danger">
            {t('security.suspended')}
          </span>
        </p>
      )}
      {doing === 'renaming' && <Rename of={of} done={done} />}
      {doing === 'removing' && <Remove of={of} done={done} keep={() => setDoing('nothing')} />}
      {doing === 'nothing' && (
        <p class="row">
          <button type="button" class="ds-button" data-variant="secondary" onClick={() => setDoing('renaming')}>
            {t('security.rename')}
            <span class="ds-sr-only">: {of.name}</span>
          </button>
          <button type="button" class="ds-button" data-variant="secondary" onClick={() => setDoing('removing')}>
            {t('security.remove')}
            <span class="ds-sr-only">: {of.name}</span>
          </button>
        </p>
      )}
    </li>
  )
}

export function AuthenticatorList({ of, changed }: { of: Authenticator[]; changed: () => void }) {
  return (
    <div class="stack">
      <p class="quiet">{t('security.ways_text')}</p>
      <ul class="list-plain">
        {of.map((one) => (
          <One key={one.id} of={one} changed={changed} />
        ))}
      </ul>
    </div>
  )
}
