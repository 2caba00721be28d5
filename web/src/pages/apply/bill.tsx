/* What it costs, who pays and why: the same for the preview and for a dossier. */
import type { Schemas } from '../../api/client'
import { longDate, say, vnd } from '../../ui/format'
import { t } from '../../ui/text'

/** Support is taken off; where the state pays nothing, the reason is enough. */
function Line({ label, money, support = false }: { label: string; money: Schemas['Money']; support?: boolean }) {
  const nothing = support && money.value === 0
  return (
    <div class="bill__row">
      <span>{label}</span>
      <output>
        {support && !nothing && '− '}
        {vnd(money.value)}
      </output>
      {say(money.reason) && <span class="quiet">{say(money.reason)}</span>}
      {money.clause && !nothing && <span class="quiet clause">{money.clause}</span>}
    </div>
  )
}

export function Bill({ charge }: { charge: Schemas['Charge'] }) {
  return (
    <div class="bill">
      <Line label={t('bill.fee')} money={charge.fee} />
      <Line label={t('bill.support')} money={charge.support} support />
      <div class="bill__row bill__row--sum">
        <b>{t('bill.payable')}</b>
        <output class="bill__sum">{vnd(charge.payable.value)}</output>
        {say(charge.payable.reason) !== say(charge.fee.reason) && (
          <span class="quiet">{say(charge.payable.reason)}</span>
        )}
      </div>
    </div>
  )
}

export function PreviewPanel({ preview }: { preview: Schemas['Preview'] }) {
  return (
    <div class="stack">
      <Bill charge={preview} />
      <div class="panel due">
        <span class="quiet">{t('bill.due')}</span>
        <span class="due__date">{longDate(preview.due_date.value)}</span>
        <span class="quiet">
          {preview.due_date.working_days
            ? `${t('bill.working_days', { count: preview.due_date.working_days })} · `
            : ''}
          {preview.due_date.clause}
        </span>
      </div>
      <p class="quiet">
        {t('bill.agency')}: <b>{say(preview.agency.name)}</b>
      </p>
    </div>
  )
}
