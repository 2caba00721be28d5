/* Where I am signed in, and signing out there. */
import { api, type Schemas } from '../../api/client'
import { useAction } from '../../api/resource'
import { instant } from '../../ui/format'
import { ProblemNotice } from '../../ui/parts'
import { t } from '../../ui/text'

export function SessionList({ of, changed }: { of: Schemas['OwnSession'][]; changed: () => void }) {
  const end = useAction(async (id: string) => {
    await api.delete('/api/me/sessions/{id}', { path: { id } })
    changed()
  })
  return (
    <div class="stack">
      <p class="quiet">{t('security.sessions_text')}</p>
      <ProblemNotice problem={end.problem} />
      <ul class="list-plain">
        {of.map((one) => (
          <li key={one.id} class="stack-sm">
            <h3>{one.device}</h3>
            <p class="quiet">
              {t('security.session_since', { at: instant(one.created_at) })}{' '}
              {t('security.session_seen', { at: instant(one.seen_at) })} {t(`security.level_${one.level}`)}
            </p>
            {one.current ? (
              <p>
                <span class="ds-tag" data-color="success">
                  {t('me.this_session')}
                </span>
              </p>
            ) : (
              <p>
                <button type="button" class="ds-button" data-variant="secondary" onClick={() => void end.run(one.id)}>
                  {t('security.session_end')}
                  <span class="ds-sr-only">: {one.device}</span>
                </button>
              </p>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
