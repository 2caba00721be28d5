/* "Keep on this device": off until its holder says so, for each document. */
import { useEffect, useState } from 'preact/hooks'
import { Problem, type Schemas } from '../api/client'
import { useAction } from '../api/resource'
import { CheckField } from '../ui/field'
import { ProblemNotice } from '../ui/parts'
import { ownerOf, useSession } from '../ui/session'
import { t } from '../ui/text'
import { canKeep, dropDocument, isKept, keepDocument } from './store'

export function KeepChoice({ document }: { document: Schemas['Document'] }) {
  const { session } = useSession()
  const [kept, setKept] = useState<boolean>()
  useEffect(() => {
    void isKept(document.id).then(setKept, () => setKept(undefined))
  }, [document.id])
  const change = useAction(async (keep: boolean) => {
    try {
      await (keep ? keepDocument(document, ownerOf(session)) : dropDocument(document.id))
      setKept(keep)
    } catch {
      throw new Problem({ status: 0, code: 'not_kept' })
    }
  })
  if (!canKeep() || session.acting_for || kept === undefined) return null
  return (
    <section class="panel stack">
      <h2>{t('kept.choice_heading')}</h2>
      <ProblemNotice problem={change.problem} />
      <CheckField label={t('kept.choice')} checked={kept} set={(keep) => void change.run(keep)} />
      <p class="quiet">{t('kept.choice_help')}</p>
      <p role="status">{change.busy ? t('kept.working') : kept ? t('kept.is_kept') : ''}</p>
    </section>
  )
}
