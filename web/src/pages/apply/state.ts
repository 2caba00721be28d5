/* What has been filled in so far. */
import type { Schemas } from '../../api/client'

export type HistoryRow = { from: string; to: string; place: string; work: string }
export type Channel = Schemas['ChannelOption']['code']
export type Application = {
  channel: Channel
  subject: string
  certificate: 1 | 2
  copies: number
  purpose: string
  purposeWords: string
  ban: boolean
  answers: Record<string, string>
  history: Record<string, HistoryRow[]>
  consent: boolean
}

export const emptyRow: HistoryRow = { from: '', to: '', place: '', work: '' }

export function emptyApplication(channel: Channel): Application {
  return {
    channel,
    subject: 'self',
    certificate: 1,
    copies: 1,
    purpose: '',
    purposeWords: '',
    ban: false,
    answers: {},
    history: {},
    consent: false,
  }
}

export const firstPurpose = (form: Schemas['Form']) => form.purposes[0]?.code ?? ''

const rowIsEmpty = (row: HistoryRow) => !row.from && !row.to && !row.place && !row.work

/** The request body: only what the form asks the citizen for, blanks left out. */
export function submission(
  application: Application,
  form: Schemas['Form'],
  payable: number,
  purpose: string,
): Omit<Schemas['SubmitRequest'], 'channel'> {
  const answers: Schemas['SubmitRequest']['answers'] = {}
  for (const category of form.categories) {
    const kind = category.input?.kind
    if (!kind || kind === 'request') continue
    if (kind === 'history') {
      const rows = (application.history[category.id] ?? []).filter((row) => !rowIsEmpty(row))
      if (rows.length > 0) answers[category.id] = rows.map((row) => ({ ...row, to: row.to || null }))
    } else {
      const text = (application.answers[category.id] ?? category.input?.suggestion ?? '').trim()
      if (text) answers[category.id] = text
    }
  }
  return {
    procedure: 'lltp',
    subject: application.subject,
    certificate: application.certificate,
    copies: application.copies,
    purpose,
    ban_information: application.certificate === 2 || application.ban,
    answers,
    consent: true,
    payable_shown: payable,
  }
}
