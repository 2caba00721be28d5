/* What the matcher made of a picture: an opinion beside the officer's own. */
import type { Schemas } from '../api/client'
import { Notice } from './parts'
import { t } from './text'

export type Opinion = Schemas['MatcherOpinion']

export function MatcherSays({ opinion, live = false }: { opinion: Opinion; live?: boolean }) {
  const color = opinion.verdict === 'match' ? 'success' : 'warning'
  return (
    <Notice color={color} title={t(`finding.${opinion.verdict}`)} live={live}>
      {opinion.engine && (
        <p class="quiet">
          {opinion.score >= 0
            ? t('evidence.engine_score', { engine: opinion.engine, score: opinion.score })
            : t('evidence.engine', { engine: opinion.engine })}
        </p>
      )}
      {opinion.demonstration && <p class="quiet">{t('finding.demonstration')}</p>}
    </Notice>
  )
}
