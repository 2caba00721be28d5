/* Locking: the whole account at once (form TK03), one thing alone; helpers for a recovery; recoveries of mine and the button that stops them. */
import { useState } from 'preact/hooks'
import { api, type Schemas } from '../../api/client'
import { useAction, useResource } from '../../api/resource'
import { AreaField, InputField, Submit } from '../../ui/field'
import { instant } from '../../ui/format'
import { Loaded, Notice, Page } from '../../ui/parts'
import { Refused } from '../../ui/step_up'
import { t } from '../../ui/text'

type Locks = Schemas['Locks']
type Put = (locks: Locks) => void

const HERE = '/app/locks'

function Capability({ one, put }: { one: Locks['capabilities'][number]; put: Put }) {
  const own = one.locks.find((lock) => lock.by === 'holder')
  const path = { capability: one.capability }
  const lock = useAction(async () => put(await api.post('/api/me/capabilities/{capability}/lock', { path, body: {} })))
  const unlock = useAction(async () =>
    put(await api.post('/api/me/capabilities/{capability}/unlock', { path, body: {} })),
  )
  return (
    <li class="stack-sm">
      <h3>{t(`capability.${one.capability}`)}</h3>
      <p>
        <span class="ds-tag" data-color={one.locks.length > 0 ? 'danger' : 'success'}>
          {t(one.locks.length > 0 ? 'locks.is_locked' : 'locks.works')}
        </span>
      </p>
      {one.locks.map((held) => (
        <p key={held.by} class="quiet">
          {t(`locks.by_${held.by}`)}{' '}
          {held.until ? t('locks.until', { at: instant(held.until) }) : t('locks.until_lifted')}
          {held.reason && ` ${held.reason}`}
        </p>
      ))}
      <Refused problem={lock.problem ?? unlock.problem} next={HERE} />
      <button
        type="button"
        class="ds-button"
        data-variant="secondary"
        aria-busy={lock.busy || unlock.busy}
        onClick={() => void (own ? unlock : lock).run()}
      >
        {t(own ? 'locks.unlock_one' : 'locks.lock_one', { what: t(`capability.${one.capability}`) })}
      </button>
    </li>
  )
}

function Recoveries({ of, put }: { of: Locks['recoveries']; put: Put }) {
  const stop = useAction(async (number: string) =>
    put(await api.post('/api/me/recoveries/{number}/stop', { path: { number }, body: {} })),
  )
  if (of.length === 0) return null
  return (
    <section class="panel stack">
      <h2>{t('locks.recoveries')}</h2>
      <Refused problem={stop.problem} next={HERE} />
      <ul class="list-plain">
        {of.map((one) => (
          <li key={one.number} class="stack-sm">
            <p>
              <b class="code">{one.number}</b> · {t(`recovery_state.${one.state}`)}
            </p>
            <p class="quiet">
              {t('locks.opened', { at: instant(one.opened_at) })}
              {one.waits_until && ` ${t('locks.waits', { at: instant(one.waits_until) })}`}
            </p>
            {one.can_be_stopped && (
              <button
                type="button"
                class="ds-button"
                data-color="danger"
                aria-busy={stop.busy}
                onClick={() => void stop.run(one.number)}
              >
                {t('locks.stop')}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Helpers({ of, put }: { of: Locks['helpers']; put: Put }) {
  const [pin, setPin] = useState('')
  const name = useAction(async () => {
    put(await api.post('/api/me/helpers', { body: { pin } }))
    setPin('')
  })
  const drop = useAction(async (id: string) =>
    put(await api.post('/api/me/helpers/{id}/drop', { path: { id }, body: {} })),
  )
  return (
    <section class="panel stack">
      <h2>{t('locks.helpers')}</h2>
      <p class="quiet">{t('locks.helpers_text')}</p>
      <Refused problem={name.problem ?? drop.problem} next={HERE} />
      <ul class="list-plain">
        {of.map((one) => (
          <li key={one.id} class="stack-sm">
            <p>
              <b>{one.name}</b> <span class="quiet">{t('locks.helper_since', { at: instant(one.since) })}</span>
            </p>
            <button type="button" class="ds-button" data-variant="secondary" onClick={() => void drop.run(one.id)}>
              {t('locks.drop', { name: one.name })}
            </button>
          </li>
        ))}
      </ul>
      {of.length < 3 && (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault()
            void name.run()
          }}
        >
          <InputField
            label={t('locks.helper_pin')}
            inputMode="numeric"
            autocomplete="off"
            pattern="[0-9]{12}"
            maxLength={12}
            required
            value={pin}
            set={setPin}
          />
          <Submit busy={name.busy} variant="secondary">
            {t('locks.name_helper')}
          </Submit>
        </form>
      )}
    </section>
  )
}

/** Somebody who named me a helper tells me their case number. */
function Help() {
  const [number, setNumber] = useState('')
  const [done, setDone] = useState(false)
  const help = useAction(async () => {
    setDone(false)
    await api.post('/api/me/recoveries/{number}/help', { path: { number }, body: {} })
    setDone(true)
  })
  return (
    <form
      class="panel stack"
      onSubmit={(event) => {
        event.preventDefault()
        void help.run()
      }}
    >
      <h2>{t('locks.help')}</h2>
      <p class="quiet">{t('locks.help_text')}</p>
      <Refused problem={help.problem} next={HERE} />
      {done && (
        <Notice color="success" live>
          <p>{t('locks.helped')}</p>
        </Notice>
      )}
      <InputField
        label={t('locks.case_number')}
        autocomplete="off"
        maxLength={9}
        required
        value={number}
        set={setNumber}
      />
      <Submit busy={help.busy} variant="secondary">
        {t('locks.confirm')}
      </Submit>
    </form>
  )
}

function LockAll() {
  const [sure, setSure] = useState(false)
  const [reason, setReason] = useState('')
  const lock = useAction(async () => {
    await api.post('/api/me/lock', { body: { reason: reason.trim() || null } })
    location.assign('/sign-in')
  })
  return (
    <section class="panel stack">
      <h2>{t('locks.all')}</h2>
      <p>{t('locks.all_text')}</p>
      {sure ? (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault()
            void lock.run()
          }}
        >
          <Refused problem={lock.problem} next={HERE} />
          <AreaField
            label={`${t('locks.reason')} (${t('common.optional')})`}
            rows={2}
            maxLength={300}
            value={reason}
            set={setReason}
          />
          <Submit busy={lock.busy} color="danger">
            {t('locks.lock_now')}
          </Submit>
        </form>
      ) : (
        <button
          type="button"
          class="ds-button"
          data-color="danger"
          data-variant="secondary"
          onClick={() => setSure(true)}
        >
          {t('locks.lock_all')}
        </button>
      )}
    </section>
  )
}

export function LocksPage() {
  const locks = useResource((signal) => api.get('/api/me/locks', { signal }), [])
  return (
    <Page title={t('locks.title')} lead={t('locks.lead')} back={{ href: '/app/me', label: t('nav.me') }}>
      <Loaded of={locks}>
        {(data) => (
          <div class="stack">
            <Recoveries of={data.recoveries} put={locks.put} />
            <section class="panel stack">
              <h2>{t('locks.one')}</h2>
              <p class="quiet">{t('locks.one_text')}</p>
              <ul class="list-plain">
                {data.capabilities.map((one) => (
                  <Capability key={one.capability} one={one} put={locks.put} />
                ))}
              </ul>
            </section>
            <Helpers of={data.helpers} put={locks.put} />
          </div>
        )}
      </Loaded>
      <Help />
      <LockAll />
    </Page>
  )
}
