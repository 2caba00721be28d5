import { beforeEach, expect, it } from 'vitest'
import type { Schemas } from '../../api/client'
import { formKey, formKeyDone } from './form_key'
import { emptyApplication, submission } from './state'

beforeEach(() => sessionStorage.clear())

it('keeps one key for one form instance, also over a reload', () => {
  const key = formKey()
  expect(key).toMatch(/^[0-9a-f]{32}$/)
  expect(formKey()).toBe(key)
})
it('gives the next form another key', () => {
  const key = formKey()
  formKeyDone()
  expect(formKey()).not.toBe(key)
})
it('replaces a key that was tampered with', () => {
  sessionStorage.setItem('danh.form.lltp', 'x y')
  expect(formKey()).toMatch(/^[0-9a-f]{32}$/)
})

const text = { vi: '', en: '' }
const category = (id: string, kind: Schemas['FormInput']['kind'] | null, suggestion: string | null = null) => ({
  number: 1,
  id,
  label: text,
  source: kind ? 'citizen' : 'register',
  register: null,
  value: 'x',
  input: kind ? { kind, required: false, suggestion } : null,
})
const form = {
  categories: [
    category('full_name', null),
    category('email', 'email', 'a@b.example'),
    category('history', 'history'),
    category('declared', 'long_text'),
    category('request', 'request'),
  ],
} as unknown as Schemas['Form']

it('sends only what the citizen fills, blanks left out', () => {
  const application = { ...emptyApplication('vneid'), answers: { declared: '  ', full_name: 'forged' } }
  expect(submission(application, form, 200000, 'Xin việc')).toEqual({
    procedure: 'lltp',
    subject: 'self',
    certificate: 1,
    copies: 1,
    purpose: 'Xin việc',
    ban_information: false,
    answers: { email: 'a@b.example' },
    consent: true,
    payable_shown: 200000,
  })
})
it('drops empty rows of the history and sends an open end as null', () => {
  const row = { from: '2018-09', to: '', place: 'Hà Nội', work: 'Kế toán' }
  const application = {
    ...emptyApplication('vneid'),
    history: { history: [row, { from: '', to: '', place: '', work: '' }] },
  }
  expect(submission(application, form, 0, 'x').answers.history).toEqual([{ ...row, to: null }])
})
it('shows bans on No. 2 whatever the box says', () => {
  expect(submission({ ...emptyApplication('vneid'), certificate: 2 }, form, 0, 'x').ban_information).toBe(true)
})
