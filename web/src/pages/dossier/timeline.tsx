/* What happened to a dossier, where, by which role and on which legal basis. */
import type { Schemas } from '../../api/client'
import { instant, say } from '../../ui/format'
import { t, tOr } from '../../ui/text'

type Move = Schemas['Move']

/** Who did it at which desk, said once: the desk is often the beginning of the name of who did it. */
export function doneBy(move: Move): string {
  const [desk, by] = [say(move.desk), say(move.by)]
  if (!by || !desk || by.startsWith(desk)) return by || desk
  return `${desk} · ${by}`
}

/** Look-ups of several registers at once are one line. */
export function linesOf(moves: Move[]): Move[] {
  const same = (a: Move | undefined, b: Move) =>
    a?.act === 'look_up' && b.act === 'look_up' && a.legal_basis === b.legal_basis && doneBy(a) === doneBy(b)
  return moves.filter((move, i) => !same(moves[i - 1], move))
}

export function Timeline({ moves }: { moves: Move[] }) {
  const lines = linesOf(moves)
  return (
    <ol class="timeline">
      {lines.map((move, i) => (
        <li key={`${move.at}-${i}`} class="stack-sm" data-last={i === lines.length - 1 ? 'yes' : 'no'}>
          <b>{tOr(`act.${move.act}_done`, say(move.status.label))}</b>
          <p class="quiet">
            <time dateTime={move.at}>{instant(move.at)}</time>
            <br />
            {doneBy(move)}
          </p>
          {move.note && <p class="multiline">{move.note}</p>}
          {move.legal_basis && (
            <p class="clause">
              <span class="ds-sr-only">{t(move.act === 'look_up' ? 'reads.purpose' : 'dossier.basis')}: </span>
              {move.legal_basis}
            </p>
          )}
        </li>
      ))}
    </ol>
  )
}
