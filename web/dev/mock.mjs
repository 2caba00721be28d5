/* A stand-in for the server while one works on the screens: `node dev/mock.mjs [port]`. Keeps everything in memory, checks
 * nothing, answers as doc/api/openapi.yaml says. Never part of a build. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import * as fixed from './fixtures.mjs'
import { page, sentence } from './pages.mjs'
import { report } from './report.mjs'

const port = Number(process.argv[2] ?? 8099)
const T = (vi, en) => ({ vi, en })
const state = {
  post: null,
  dossiers: [],
  keys: new Map(),
  passcode: false,
  serial: 1,
  stage: 'open',
  lookedUp: [],
  decision: null,
  signatures: [],
}

function seed() {
  const one = fixed.newDossier(
    'H26.11-261118-0007',
    { subject: 'self', certificate: 1, copies: 1, purpose: 'Bổ sung hồ sơ xin việc', ban_information: false },
    '2026-11-18T01:30:00Z',
  )
  const officer = fixed.officerBy
  Object.assign(one, {
    status: fixed.status('returned'),
    desk: fixed.desks.citizen,
    due_date: '2026-11-25',
    late: { state: 'early', working_days: 0 },
    document_id: 'd1',
    may: ['open_result'],
  })
  one.payment = { state: 'paid', paid: 200000, remaining: 0, refund_due: 0, payments: [] }
  one.moves.push(
    fixed.move('2026-11-18T01:32:00Z', 'pay', 'new', 'citizen', fixed.citizenBy, 'Thông tư 16/2025/TT-BTC'),
    fixed.move(
      '2026-11-18T03:05:00Z',
      'receive',
      'received',
      'one_stop',
      officer('one_stop_officer'),
      fixed.receiveLaw,
    ),
    fixed.move(
      '2026-11-18T08:40:00Z',
      'look_up',
      'processing',
      'records',
      officer('records_officer'),
      'Nghị định 216/2026/NĐ-CP, Điều 12',
    ),
    fixed.move(
      '2026-11-19T02:10:00Z',
      'component_request',
      'processing',
      'records',
      officer('records_officer'),
      'Chỉ thị 24/CT-TTg',
    ),
    fixed.move(
      '2026-11-20T08:12:00Z',
      'sign',
      'processing',
      'leader',
      officer('decider'),
      'Luật Giao dịch điện tử 2023',
    ),
    fixed.move('2026-11-20T08:20:00Z', 'seal', 'done', 'leader', officer('sealer'), 'Luật Giao dịch điện tử 2023'),
    fixed.move(
      '2026-11-20T08:21:00Z',
      'return',
      'returned',
      'one_stop',
      T('Hệ thống', 'The system'),
      'Nghị định 216/2026/NĐ-CP, Điều 15',
    ),
  )
  one.refused_requests = [
    {
      at: '2026-11-19T02:10:00Z',
      component: T('Giấy xác nhận cư trú', 'Residence confirmation'),
      register: T('Cơ sở dữ liệu về cư trú', 'Residence database'),
      reason: T(
        'Thông tin cư trú đã có trong cơ sở dữ liệu, cán bộ không được yêu cầu ông/bà nộp.',
        'Residence is held in a database; officers may not ask you for it.',
      ),
      legal_basis: 'Chỉ thị 24/CT-TTg ngày 13/9/2025',
      by: officer('records_officer'),
    },
  ]
  one.slips = [{ kind: 'receipt', issued_at: '2026-11-18T03:05:00Z', text: null, date: '2026-11-25' }]
  one.deliveries = ['wallet', 'national_portal', 'provincial_system'].map((destination, i) => ({
    destination,
    state: i < 2 ? 'acknowledged' : 'retrying',
    attempts: i < 2 ? 1 : 3,
    last_attempt_at: fixed.now,
    next_attempt_at: '2026-11-21T02:20:00Z',
    acknowledged_at: i < 2 ? '2026-11-20T08:21:30Z' : null,
  }))
  const two = fixed.newDossier(
    'H26.11-261120-0019',
    { subject: 'self', certificate: 2, copies: 3, purpose: 'Để biết lý lịch của bản thân', ban_information: true },
    '2026-11-20T04:00:00Z',
  )
  state.dossiers.push(two, one)
}
seed()

const byCode = (code) => state.dossiers.find((one) => one.code === code) ?? state.dossiers[1]
const summary = (one) => ({
  code: one.code,
  procedure: one.procedure,
  certificate: one.certificate,
  status: one.status,
  submitted_at: one.submitted_at,
  due_date: one.due_date,
  first_due_date: one.first_due_date,
  late: one.late,
  subject_name: one.subject.name,
  next_action: one.may.includes('pay')
    ? 'pay'
    : one.may.includes('supplement')
      ? 'supplement'
      : one.document_id
        ? 'open_result'
        : 'none',
})
const qr =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h29v29H0z"/><path fill="#000" d="M2 2h7v7H2zm1 1v5h5V3zM20 2h7v7h-7zm1 1v5h5V3zM2 20h7v7H2zm1 1v5h5v-5zM4 4h3v3H4zm18 0h3v3h-3zM4 22h3v3H4zM11 3h1v2h2v1h-2v3h-1zm4 1h3v1h-3zm-4 7h3v2h2v3h-3v-2h-2zm7 0h4v2h2v2h-3v-1h-3zM3 11h5v2H5v2H3zm10 7h4v2h-2v4h-2zm6 1h3v3h4v2h-5v-2h-2zm-7 6h2v2h-2z"/></svg>'
function payment(one) {
  const { payment: money } = one
  return {
    dossier_code: one.code,
    amount: one.charge.payable.value,
    ...money,
    reference: 'LLTP7K2M9QX4TB',
    account: { bank: 'Ngân hàng trình diễn (970436)', number: '0011004455667', holder: 'KHO BAC NHA NUOC HA NOI' },
    qr_text: money.remaining ? '000201...' : null,
    qr_svg: money.remaining ? qr : null,
  }
}
function deskDossier(code) {
  const one = byCode(code)
  const post = fixed.sessionOf(state.post)
  const stageOf = { 'dossier.decide': 'open', 'dossier.sign': 'decided', 'dossier.seal': 'signed' }
  const all = [
    'dossier.receive',
    'dossier.look_up',
    'dossier.supplement_request',
    'dossier.component_request',
    'dossier.decide',
    'dossier.sign',
    'dossier.seal',
    'dossier.apology',
    'dossier.refuse',
  ]
  const acts = all.map((act) => {
    if (!post.acts.includes(act))
      return {
        act,
        allowed: false,
        reason: T('Vai trò hiện tại không có quyền này.', 'This is not among the powers of the role.'),
      }
    if (stageOf[act] && stageOf[act] !== state.stage)
      return {
        act,
        allowed: false,
        reason: T('Kết luận, ký và đóng dấu theo đúng thứ tự.', 'Decide, sign and seal come in that order.'),
      }
    return { act, allowed: true, reason: null }
  })
  return {
    dossier: {
      ...one,
      code,
      status: fixed.status('processing'),
      late: { state: 'due_soon', working_days: 1 },
      due_date: '2026-11-23',
      document_id: null,
      may: [],
    },
    stage: state.stage,
    person: fixed.person,
    looked_up: state.lookedUp,
    components: fixed.components,
    complex_grounds: [],
    decision: state.decision,
    signatures: state.signatures,
    acts,
  }
}

class Refusal extends Error {
  constructor(status, code, title, detail = null, errors = []) {
    super(title)
    this.body = { type: `/problems/${code}`, title, status, detail, code, errors }
  }
}

const PAGE = 2

/** One page of a list, as the server cuts them; small, so that a person sees how it looks. */
function pageOf(rows, query) {
  const from = Number(query.get('after') ?? 0)
  return { items: rows.slice(from, from + PAGE), next: from + PAGE < rows.length ? String(from + PAGE) : null }
}

const routes = {
  'GET /api/session': () => fixed.sessionOf(state.post),
  'PUT /api/session/post': ({ body }) => {
    state.post = body.post_id
    return fixed.sessionOf(state.post)
  },
  'POST /api/session/passcode': ({ body }) => {
    if (body.passcode !== '246810') throw new Refusal(403, 'passcode_wrong', 'Mã truy cập không đúng', 'Còn 4 lần thử.')
    state.passcode = true
  },
  'GET /api/me': () => fixed.me,
  'GET /api/me/reads': ({ query }) => pageOf(fixed.reads, query),
  'GET /api/me/history': ({ query }) => pageOf(fixed.history, query),
  'GET /api/procedures/lltp/form': ({ query }) => fixed.form(query.get('subject')),
  'POST /api/procedures/lltp/preview': ({ body }) => fixed.preview(body),
  'GET /api/dossiers': ({ query }) => pageOf(state.dossiers.map(summary), query),
  'POST /api/dossiers': ({ body, headers }) => {
    const key = headers['idempotency-key']
    if (!body.answers.history)
      throw new Refusal(422, 'input_invalid', 'Dữ liệu gửi lên chưa hợp lệ', null, [
        { path: '/answers/history', detail: 'Cần khai quá trình cư trú, nghề nghiệp' },
      ])
    if (!state.keys.has(key)) {
      const one = fixed.newDossier(`H26.11-261121-${String(state.serial++).padStart(4, '0')}`, body)
      state.dossiers.unshift(one)
      state.keys.set(key, one)
    }
    return state.keys.get(key)
  },
  'GET /api/dossiers/:code': ({ code }) => byCode(code),
  'POST /api/dossiers/:code/withdraw': ({ code }) =>
    Object.assign(byCode(code), {
      status: fixed.status('withdrawn'),
      may: [],
      late: { state: 'none', working_days: 0 },
    }),
  'POST /api/dossiers/:code/supplement': ({ code, body }) => {
    const one = byCode(code)
    one.supplement = { ...one.supplement, answer: body.answer, answered_at: fixed.now }
    one.may = ['withdraw']
    return one
  },
  'GET /api/dossiers/:code/payment': ({ code }) => payment(byCode(code)),
  'POST /api/demo-bank/payments': ({ body }) => {
    const one = byCode(body.dossier_code)
    const total = one.payment.paid + body.amount
    const owed = one.charge.payable.value
    one.payment = {
      state: total < owed ? 'part_paid' : total > owed ? 'overpaid' : 'paid',
      paid: Math.min(total, owed),
      remaining: Math.max(0, owed - total),
      refund_due: Math.max(0, total - owed),
      payments: [],
    }
    if (total >= owed)
      Object.assign(one, {
        may: ['withdraw'],
        due_date: '2026-11-30',
        late: { state: 'open', working_days: 5 },
        desk: fixed.desks.one_stop,
      })
    return payment(one)
  },
  'GET /api/wallet': ({ query }) => pageOf([fixed.documentOf(state.dossiers.at(-1))], query),
  'GET /api/wallet/:id': () => {
    if (!state.passcode) throw new Refusal(403, 'passcode_required', 'Cần nhập mã truy cập')
    return fixed.documentOf(state.dossiers.at(-1))
  },
  'GET /api/wallet/:id/verification': () => fixed.verification,
  'GET /api/desk/queue': ({ query }) => ({
    as_of: fixed.now,
    counts: { open: 5, overdue: 2, due_soon: 1 },
    ...pageOf(
      query.get('state') === 'closed'
        ? []
        : fixed.queueRows.filter((row) => row.code.includes(query.get('code') ?? '')),
      query,
    ),
  }),
  'GET /api/desk/dossiers/:code': ({ code }) => deskDossier(code),
  'POST /api/desk/dossiers/:code/look-ups': ({ body }) => {
    state.lookedUp.push(...body.registers.map((register) => ({ register, at: fixed.now })))
    return { items: body.registers.map((register) => ({ register, at: fixed.now, result: fixed.lookUps[register] })) }
  },
  'POST /api/desk/dossiers/:code/component-request': ({ body }) => {
    const wanted = fixed.components.find((one) => one.id === body.component)
    if (wanted.register)
      throw new Refusal(
        409,
        'component_in_register',
        'Không được đòi giấy tờ này',
        `${wanted.name.vi} đã có trong ${wanted.register.vi} (Chỉ thị 24/CT-TTg). Yêu cầu đã bị từ chối và ghi lại cho người dân biết.`,
      )
    return deskDossier('x')
  },
  'POST /api/desk/dossiers/:code/decide': ({ code, body }) => {
    state.decision = { outcome: body.outcome, at: fixed.now, by: fixed.officerBy('decider'), note: body.note }
    state.stage = 'decided'
    return deskDossier(code)
  },
  'POST /api/desk/dossiers/:code/sign': ({ code, body }) => {
    if (body.signing_pin !== '135790')
      throw new Refusal(403, 'signing_pin_wrong', 'Mã ký số không đúng', 'Còn 4 lần thử trước khi khóa ký bị khóa.')
    state.stage = 'signed'
    state.signatures.push({ kind: 'personal', at: fixed.now, by: fixed.officerBy('decider') })
    return deskDossier(code)
  },
  'POST /api/desk/dossiers/:code/seal': ({ code }) => {
    state.stage = 'sealed'
    state.signatures.push({ kind: 'seal', at: fixed.now, by: fixed.officerBy('sealer') })
    return deskDossier(code)
  },
  'POST /api/desk/dossiers/:code/:act': ({ code }) => deskDossier(code),
  'GET /api/desk/people': ({ query }) => ({
    name: 'Lê Hoàng Phương',
    pin: query.get('pin'),
    birth_date: '2001-09-09',
    sex: 'female',
    permanent_residence: 'Xã Đông Anh, thành phố Hà Nội',
    card_number: query.get('pin'),
    card_expires_on: '2041-09-09',
    account: null,
    eligible: { level_2: true, guardian_needed: false, reason: T('Có thẻ căn cước còn hạn', 'Holds a valid card') },
    rejected: null,
  }),
  'POST /api/desk/enrolments': ({ body }) => ({
    code: 'H26.11-261121-0002',
    state: 'collected',
    name: 'Lê Hoàng Phương',
    pin_masked: `${body.pin.slice(0, 2)}********${body.pin.slice(-2)}`,
    collected_at: fixed.now,
    due_date: '2026-11-26',
    approved_at: null,
  }),
  'GET /api/reports/lltp': ({ query }) =>
    process.env.MOCK_REPORT
      ? JSON.parse(readFileSync(process.env.MOCK_REPORT, 'utf8'))
      : report(query.get('as_of') ?? '2026-11-21'),
  'GET /api/reports/savings': ({ query }) => {
    const value = (name) => Number(query.get(name))
    const each = value('extra_copy_fee') + value('travel') + value('waiting') + value('lost_wage')
    return {
      extra_copy_fee: value('extra_copy_fee'),
      travel: value('travel'),
      waiting: value('waiting'),
      lost_wage: value('lost_wage'),
      per_certificate: each,
      certificates: value('certificates'),
      total: each * value('certificates'),
      unit: T('đồng', 'VND'),
      period: T('một năm', 'one year'),
      as_of: '2026-11-21',
    }
  },
  'GET /api/reports/refunds': () => ({
    as_of: '2026-11-21',
    total: 205000,
    items: [
      {
        dossier_code: 'H26.11-261112-0004',
        transaction_id: 'FT26316482',
        amount: 5000,
        reason: 'excess',
        since: fixed.now,
      },
      {
        dossier_code: null,
        transaction_id: 'FT26317001',
        amount: 200000,
        reason: 'unknown_reference',
        since: fixed.now,
      },
    ],
    next: null,
  }),
  'GET /api/demo/messages': () => ({
    items: [
      {
        at: fixed.now,
        to: '0987654321',
        text: 'Danh: ma kich hoat tai khoan dinh danh cua ong/ba la 48201957, co hieu luc 7 ngay. Khong dua ma nay cho ai.',
        code: '48201957',
      },
    ],
  }),
}
const table = Object.entries(routes).map(([key, act]) => {
  const [method, path] = key.split(' ')
  return { method, act, pattern: new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`) }
})

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.pdf': 'application/pdf',
}
const policy =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
const dist = new URL('../dist/', import.meta.url)

async function readBody(request) {
  const parts = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

function serverPage(name, request, url, values) {
  const language = url.searchParams.get('lang') ?? (/danh_lang=en/.test(request.headers.cookie ?? '') ? 'en' : 'vi')
  return { type: types['.html'], body: page(name, language, url.pathname, values) }
}

async function pages(request, url) {
  const path = url.pathname
  const sent = request.method === 'POST' ? new URLSearchParams(await readBody(request)) : null
  const say = (key) => sentence('vi', key)
  if (path === '/') return serverPage('landing', request, url, { signed_out: url.searchParams.has('out') ? 'yes' : '' })
  if (path === '/sign-out') return { redirect: '/?out' }
  if (path === '/sign-in') {
    if (!sent) return serverPage('sign_in', request, url, { next: url.searchParams.get('next') ?? '' })
    if (sent.get('password') === 'sai')
      return serverPage('sign_in', request, url, { pin: sent.get('pin'), problem: say('sign_in.wrong') })
    return { redirect: sent.get('next') || '/app/' }
  }
  if (path === '/activate') {
    const step = sent?.get('step')
    if (!step) return serverPage('activate', request, url, { step_code: 'yes' })
    if (step === 'code') return serverPage('activate', request, url, { step_secrets: 'yes', ticket: 't' })
    if (sent.get('passcode') === '123456')
      return serverPage('activate', request, url, {
        step_secrets: 'yes',
        ticket: 't',
        passcode_problem: say('activate.passcode_trivial'),
      })
    return serverPage('activate', request, url, { step_done: 'yes' })
  }
  if (path === '/check') {
    if (!sent) return serverPage('check', request, url, { dossier_code: url.searchParams.get('code') ?? '' })
    const values = Object.fromEntries(sent)
    if (values.name === 'Không Có')
      return serverPage('check', request, url, { ...values, no_match: 'yes', [`sex_${values.sex}`]: 'yes' })
    return serverPage('check_result', request, url, {
      ...values,
      valid: 'yes',
      certificate: 1,
      number: '26HN00001842/2026',
      issued_on: '24/11/2026',
      authority: 'Công an thành phố Hà Nội',
      checked_at: '09:15 21/11/2026',
    })
  }
  return null
}

async function answer(request) {
  const url = new URL(request.url, `http://localhost:${port}`)
  const path = url.pathname
  if (/^\/api\/wallet\/[^/]+\/qr\.svg$/.test(path)) return { type: types['.svg'], body: qr }
  if (/^\/api\/(wallet\/[^/]+\/pdf|dossiers\/[^/]+\/slips\/\w+)$/.test(path))
    return { type: types['.pdf'], body: await readFile(process.env.MOCK_PDF ?? new URL('none.pdf', dist)) }
  if (path.startsWith('/api/')) {
    for (const { method, pattern, act } of table) {
      const match = method === request.method && pattern.exec(path)
      if (!match) continue
      const text = await readBody(request)
      const params = Object.fromEntries(Object.entries(match.groups ?? {}).map(([k, v]) => [k, decodeURIComponent(v)]))
      const value = act({
        ...params,
        query: url.searchParams,
        headers: request.headers,
        body: text ? JSON.parse(text) : undefined,
      })
      return {
        type: 'application/json',
        status: value === undefined ? 204 : 200,
        body: value === undefined ? '' : JSON.stringify(value),
      }
    }
    throw new Refusal(404, 'not_found', 'Không tìm thấy')
  }
  if (path.startsWith('/assets/'))
    return { type: types[extname(path)] ?? 'application/octet-stream', body: await readFile(new URL(`.${path}`, dist)) }
  if (path.startsWith('/app')) return { type: types['.html'], body: await readFile(new URL('index.html', dist)) }
  return (
    (await pages(request, url)) ?? {
      ...serverPage('error', request, url, {
        status: 404,
        heading: sentence('vi', 'error.404'),
        detail: sentence('vi', 'error.404_detail'),
      }),
      status: 404,
    }
  )
}

createServer(async (request, response) => {
  try {
    const { status = 200, type, body, redirect } = await answer(request)
    if (redirect) response.writeHead(303, { Location: redirect }).end()
    else response.writeHead(status, { 'Content-Type': type, 'Content-Security-Policy': policy }).end(body)
  } catch (failure) {
    const problem =
      failure instanceof Refusal
        ? failure.body
        : {
            type: '/problems/internal',
            title: String(failure),
            status: failure.code === 'ENOENT' ? 404 : 500,
            code: 'internal',
          }
    response.writeHead(problem.status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(problem))
  }
}).listen(port, '127.0.0.1', () => console.log(`http://localhost:${port}/`))
