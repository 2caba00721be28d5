/* What happened to a dossier, where, by which role and on which legal basis. */
import type { Schemas } from '../../api/client'
import { instant, say } from '../../ui/format'
import { t, tOr } from '../../ui/text'

export function Timeline({ moves }: { moves: Schemas['Move'][] }) {
  return (
    <ol class="timeline">
      {moves.map((move, i) => (
        <li key={`${move.at}-${i}`} class="stack-sm" data-last={i === moves.length - 1 ? 'yes' : 'no'}>
          <b>{tOr(`act.${move.act}_done`, say(move.status.label))}</b>
          <p class="quiet">
            <time dateTime={move.at}>{instant(move.at)}</time>
            {say(move.desk) && ` · ${say(move.desk)}`}
          </p>
          {say(move.by) && (
            <p class="quiet">
              {t('dossier.by')}: {say(move.by)}
            </p>
          )}
          {move.note && <p>{move.note}</p>}
          {move.legal_basis && <p class="clause">{move.legal_basis}</p>}
        </li>
      ))}
    </ol>
  )
}
