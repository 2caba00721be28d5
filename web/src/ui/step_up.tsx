/* A refusal; and when it is for want of a fresher or better proof, the way to give one and come back. */
import type { Problem } from '../api/client'
import { Notice, ProblemNotice } from './parts'
import { t } from './text'

/** Where one proves who one is again, and comes back to `next`. */
export const proofAddress = (next: string, level: number) =>
  `/sign-in?${new URLSearchParams({ next, level: String(level), fresh: '1' })}`

export function Refused({ problem, next }: { problem: Problem | undefined; next: string }) {
  if (problem?.code !== 'insufficient_user_authentication') return <ProblemNotice problem={problem} />
  return (
    <Notice color="warning" title={t('step_up.title')} live>
      <p>{t('step_up.text')}</p>
      <a class="ds-button" data-variant="secondary" href={proofAddress(next, problem.level)}>
        {t('step_up.prove')}
      </a>
    </Notice>
  )
}
