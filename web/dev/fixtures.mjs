/* A small country for the mock server: one of everything the screens show. Invented people. */
import { readFileSync } from 'node:fs'

const T = (vi, en) => ({ vi, en })
export const now = '2026-11-21T02:15:00Z'
export const agency = { code: 'H26.11', name: T('Công an thành phố Hà Nội', 'Hanoi City Police') }
const role = (code, vi, en) => ({ code, name: T(vi, en) })
const roles = {
  one_stop_officer: role('one_stop_officer', 'Cán bộ một cửa', 'One-stop officer'),
  records_officer: role('records_officer', 'Chuyên viên thụ lý', 'Records officer'),
  decider: role('decider', 'Người có thẩm quyền ký', 'Competent person'),
  sealer: role('sealer', 'Người giữ con dấu', 'Keeper of the seal'),
  supervisor: role('supervisor', 'Giám sát', 'Supervisor'),
  collector: role('collector', 'Cán bộ thu nhận định danh', 'Enrolment collector'),
}
const desk = ['queue.view', 'dossier.view']
const actsOf = {
  one_stop_officer: [
    ...desk,
    'dossier.receive',
    'dossier.look_up',
    'dossier.supplement_request',
    'dossier.component_request',
    'dossier.refuse',
    'dossier.apology',
    'dossier.return',
  ],
  records_officer: [
    ...desk,
    'dossier.receive',
    'dossier.look_up',
    'dossier.supplement_request',
    'dossier.component_request',
    'dossier.apology',
  ],
  decider: [...desk, 'dossier.look_up', 'dossier.refuse', 'dossier.decide', 'dossier.sign'],
  sealer: [...desk, 'dossier.seal'],
  supervisor: ['report.view', 'refund.view'],
  collector: ['queue.view', 'enrol.collect', 'register.search'],
}
export function sessionOf(postId) {
  const codes = Object.keys(roles)
  const posts = codes.map((code, i) => ({
    post_id: String(i + 1),
    role: roles[code],
    agency,
    valid_from: '2025-03-01',
    valid_to: null,
  }))
  const acting = posts.find((post) => post.post_id === postId)
  return {
    person: { name: 'Nguyễn Thị Lan Anh', pin_masked: '00********45', level: 2, digital_citizen: false },
    posts,
    acting_post: acting ? acting.post_id : null,
    acts: acting ? actsOf[acting.role.code] : [],
    language: 'vi',
    languages: ['vi', 'en'],
    demo: true,
    now,
  }
}

const known = {
  full_name: 'NGUYỄN THỊ LAN ANH',
  other_name: null,
  sex: 'Nữ',
  birth_date: '14/05/1993',
  birthplace: 'Phường Cửa Nam, thành phố Hà Nội',
  nationality: 'Việt Nam',
  ethnicity: 'Kinh',
  permanent_residence: 'Số 12 ngõ 45 phố Hàng Bông, phường Hoàn Kiếm, thành phố Hà Nội',
  temporary_residence: null,
  identity_document: 'Thẻ căn cước 001193012345, cấp ngày 02/06/2023',
  parents: 'Nguyễn Văn Hòa (1965); Trần Thị Bích (1968)',
  spouse: 'Phạm Quang Minh (1990)',
}
const registers = {
  population: T('Cơ sở dữ liệu quốc gia về dân cư', 'National Population Database'),
  residence: T('Cơ sở dữ liệu về cư trú', 'Residence database'),
  family: T('Cơ sở dữ liệu hộ tịch điện tử', 'Civil status database'),
}
const formFile = JSON.parse(readFileSync(new URL('../../procedures/lltp/form.json', import.meta.url), 'utf8'))
export const categories = formFile.fields.map((field, i) => ({
  number: i + 1,
  id: field.id,
  label: T(field.vi, field.en),
  source: field.source === 'citizen' ? 'citizen' : 'register',
  register: registers[field.source] ?? null,
  value: known[field.id] ?? null,
  input:
    field.source === 'citizen'
      ? {
          kind: field.type,
          required: field.required,
          max_length: field.max_length ?? null,
          help: field.help_vi ? T(field.help_vi, field.help_en) : null,
          suggestion: field.id === 'email' ? 'lananh.nguyen@thu.example' : null,
        }
      : null,
}))
export const channel = { open: true, opens_on: null, reason: T('Đã triển khai từ 22/04/2024', 'Open since 2024-04-22') }
export const channels = [
  { code: 'vneid', name: T('Ứng dụng VNeID', 'The VNeID app'), own: true, ...channel },
  {
    code: 'online',
    name: T('Cổng dịch vụ công trực tuyến', 'The online public service portal'),
    own: true,
    ...channel,
  },
  { code: 'counter', name: T('Trực tiếp tại Bộ phận Một cửa', 'At the one-stop desk'), own: false, ...channel },
  { code: 'post', name: T('Qua bưu chính', 'By post'), own: false, ...channel },
]
const procedure = {
  code: 'lltp',
  national_code: '3.000333',
  name: T('Cấp phiếu lý lịch tư pháp', 'Issue of a criminal record certificate'),
  summary: T('Cấp phiếu số 1 hoặc số 2', 'Certificate No. 1 or No. 2'),
  channel,
  channels,
}
const subjects = [
  { ref: 'self', relation: 'self', name: 'Nguyễn Thị Lan Anh', birth_date: '1993-05-14' },
  { ref: '1', relation: 'child', name: 'Phạm Gia Huy', birth_date: '2009-08-02' },
]
export const form = (ref) => ({
  procedure,
  subject: subjects.find((one) => one.ref === ref) ?? subjects[0],
  subjects,
  categories,
  copies_max: 100,
  purposes: [
    role('job', 'Bổ sung hồ sơ xin việc', 'Job application'),
    role('study', 'Du học, lao động nước ngoài', 'Study or work abroad'),
    role('licence', 'Xin giấy phép hành nghề', 'Professional licence'),
    role('own', 'Để biết lý lịch của bản thân', 'Own knowledge'),
    role('other', 'Mục đích khác', 'Other purpose'),
  ],
  channel,
  channels,
})

const money = (value, clause, vi, en) => ({ value, clause, reason: T(vi, en), rule_hash: '9f2c41' })
export function preview({ subject, certificate, copies }) {
  const child = subject === '1'
  const extra = 5000 * Math.max(0, copies - 2)
  const fee = child ? 0 : 200000 + extra
  return {
    fee: child
      ? money(0, 'Thông tư 244/2016/TT-BTC, Điều 5', 'Trẻ em được miễn phí', 'Children are exempt')
      : money(
          fee,
          'Thông tư 16/2025/TT-BTC',
          extra ? `Phí 200.000 đồng và ${copies - 2} bản thêm, mỗi bản 5.000 đồng` : 'Mức phí thông thường',
          extra ? `VND 200,000 and ${copies - 2} extra copies at VND 5,000` : 'Standard fee',
        ),
    support: money(0, '', 'Không có hỗ trợ của địa phương vào ngày này', 'No local support on this date'),
    payable: money(
      fee,
      '',
      fee ? 'Nộp trước khi hồ sơ được tiếp nhận' : 'Ông/bà không phải trả',
      fee ? 'To be paid before the dossier is received' : 'You pay nothing',
    ),
    due_date: {
      value: '2026-11-30',
      clause: 'Luật 107/2025/QH15; Nghị định 216/2026/NĐ-CP',
      working_days: 5,
      rule_hash: '9f2c41',
    },
    authority: { value: 'police', clause: 'Luật 107/2025/QH15', rule_hash: '9f2c41' },
    agency,
    channel,
    channels,
    refusal:
      certificate === 2 && child
        ? T('Phiếu số 2 chỉ do chính người đó yêu cầu', 'Certificate No. 2 only for oneself')
        : null,
  }
}

export const statuses = {
  new: [1, 'Mới đăng ký', 'Newly registered'],
  received: [2, 'Đã tiếp nhận', 'Received'],
  not_received: [3, 'Không được tiếp nhận', 'Not received'],
  processing: [4, 'Đang xử lý', 'Processing'],
  supplement: [5, 'Yêu cầu bổ sung', 'Supplement requested'],
  fee_due: [6, 'Chờ nộp phí', 'Fee due'],
  withdrawn: [7, 'Đã rút', 'Withdrawn'],
  stopped: [8, 'Dừng xử lý', 'Stopped'],
  done: [9, 'Đã có kết quả', 'Result ready'],
  returned: [10, 'Đã trả kết quả', 'Returned'],
}
export const status = (code) => ({ number: statuses[code][0], code, label: T(statuses[code][1], statuses[code][2]) })
export const desks = {
  one_stop: T('Bộ phận một cửa', 'One-stop desk'),
  records: T('Phòng Hồ sơ (PV06)', 'Records unit (PV06)'),
  leader: T('Lãnh đạo phòng', 'Unit leadership'),
  citizen: T('Người nộp hồ sơ', 'Applicant'),
}
export const citizenBy = T('Người nộp hồ sơ', 'Applicant')
export const move = (at, act, code, where, by, legal_basis = null, note = null) => ({
  at,
  act,
  status: status(code),
  desk: desks[where],
  by,
  legal_basis,
  note,
})
export const officerBy = (code) =>
  T(`${roles[code].name.vi} – ${agency.name.vi}`, `${roles[code].name.en} – ${agency.name.en}`)
export const receiveLaw = 'Nghị định 118/2025/NĐ-CP, Điều 15'

export function newDossier(code, request, submitted_at = now) {
  const charge = preview(request)
  const due = charge.payable.value > 0
  return {
    code,
    procedure: { code: 'lltp', name: procedure.name },
    certificate: request.certificate,
    status: status('new'),
    submitted_at,
    due_date: due ? null : '2026-11-30',
    first_due_date: null,
    complex: null,
    withdrawal: null,
    due_clause: 'Luật 107/2025/QH15; Nghị định 216/2026/NĐ-CP: 5 ngày làm việc',
    late: due ? { state: 'none', working_days: 0 } : { state: 'open', working_days: 5 },
    subject: subjects.find((one) => one.ref === request.subject) ?? subjects[0],
    copies: request.copies,
    purpose: request.purpose,
    ban_information: request.ban_information,
    channel: 'vneid',
    helper: null,
    agency,
    desk: due ? desks.citizen : desks.one_stop,
    charge: { fee: charge.fee, support: charge.support, payable: charge.payable },
    payment: {
      state: due ? 'due' : 'not_needed',
      paid: 0,
      remaining: charge.payable.value,
      refund_due: 0,
      payments: [],
    },
    moves: [move(submitted_at, 'submit', 'new', 'citizen', citizenBy, 'Nghị định 216/2026/NĐ-CP, Điều 8')],
    supplement: null,
    refusal_reason: null,
    refused_requests: [],
    apologies: [],
    slips: [],
    deliveries: [],
    document_id: null,
    categories,
    may: due ? ['pay', 'withdraw'] : ['withdraw'],
  }
}

export const components = [
  { id: 'birth_certificate', name: T('Giấy khai sinh', 'Birth certificate'), register: registers.family },
  {
    id: 'residence_confirmation',
    name: T('Giấy xác nhận cư trú', 'Residence confirmation'),
    register: registers.residence,
  },
  {
    id: 'exemption_proof',
    name: T('Giấy tờ chứng minh diện miễn phí', 'Proof of exemption'),
    register: T('Cơ sở dữ liệu an sinh xã hội', 'Social security database'),
  },
  { id: 'authorisation', name: T('Văn bản ủy quyền', 'Authorisation'), register: null },
]
export const lookUps = {
  population: {
    name: 'NGUYỄN THỊ LAN ANH',
    pin: '001193012345',
    sex: 'female',
    birth_date: '1993-05-14',
    nationality: 'Việt Nam',
    ethnicity: 'Kinh',
    permanent_residence: known.permanent_residence,
  },
  residence: { permanent: known.permanent_residence, temporary: null },
  family: {
    father: { name: 'Nguyễn Văn Hòa', birth_date: '1965-02-11' },
    mother: { name: 'Trần Thị Bích', birth_date: '1968-10-30' },
    spouse: { name: 'Phạm Quang Minh', birth_date: '1990-03-08' },
    children: [{ name: 'Phạm Gia Huy', birth_date: '2009-08-02' }],
  },
  convictions: { active: [], expunged: [], bans: [] },
  categories: { categories: [] },
}
export const person = [
  ['Họ và tên', 'Full name', 'NGUYỄN THỊ LAN ANH'],
  ['Số định danh cá nhân', 'Personal identification number', '001193012345'],
  ['Ngày sinh', 'Date of birth', '14/05/1993'],
  ['Giới tính', 'Sex', 'Nữ'],
  ['Nơi thường trú', 'Permanent residence', known.permanent_residence],
].map(([vi, en, value]) => ({ label: T(vi, en), value }))

export const documentTitle = (no) => T(`Phiếu lý lịch tư pháp số ${no}`, `Criminal record certificate No. ${no}`)
export const documentOf = (dossier) => ({
  id: 'd1',
  type: `lltp_${dossier.certificate}`,
  title: documentTitle(dossier.certificate),
  number: '26HN00001842/2026',
  issuer: agency.name,
  issued_on: '2026-11-24',
  expires_on: null,
  status: 'valid',
  holder_name: dossier.subject.name,
  dossier_code: dossier.code,
  integrated_at: '2026-11-24T03:20:00Z',
  protected: true,
  sha256: 'a1'.repeat(32),
  bytes: 61234,
  fields: [...person, { label: T('Tình trạng án tích', 'Convictions'), value: 'Không có án tích' }],
})
export const verification = {
  valid: true,
  checked_at: now,
  checks: [
    ['bytes_unchanged', 'Tệp không bị sửa một byte nào', 'Not one byte was changed'],
    ['nothing_added', 'Không có gì được thêm ngoài chữ ký thứ hai', 'Nothing was added but the second signature'],
    ['signatures_valid', 'Cả hai chữ ký đều hợp lệ', 'Both signatures are valid'],
    ['certificates_trusted', 'Chứng thư số được tin cậy', 'The certificates are trusted'],
    ['not_revoked', 'Chứng thư số chưa bị thu hồi', 'No certificate is revoked'],
    ['status_valid', 'Phiếu chưa bị thu hồi', 'The document is not revoked'],
  ].map(([id, vi, en]) => ({ id, holds: true, label: T(vi, en) })),
  signatures: [
    {
      kind: 'personal',
      signer: 'CN=Đỗ Hữu Nghĩa, OU=Phòng Hồ sơ, O=Công an thành phố Hà Nội',
      issuer: 'Danh Demo Issuing CA',
      signed_at: '2026-11-24T03:12:00Z',
      valid: true,
      covers: 'revision',
    },
    {
      kind: 'seal',
      signer: 'CN=Công an thành phố Hà Nội',
      issuer: 'Danh Demo Issuing CA',
      signed_at: '2026-11-24T03:15:00Z',
      valid: true,
      covers: 'total_document',
    },
  ],
}
export const reads = ['2026-11-20T08:12:00Z', '2026-11-20T03:40:00Z', '2026-11-19T07:05:00Z'].map((at, i) => ({
  at,
  who: { role: [roles.decider, roles.records_officer, roles.one_stop_officer][i].name, agency: agency.name },
  what: [
    T('Hồ sơ và kết quả tra cứu', 'Dossier and look-ups'),
    T('Lý lịch tư pháp, dữ liệu dân cư', 'Judicial records, population record'),
    T('Hồ sơ', 'Dossier'),
  ][i],
  purpose: [
    'Xem xét để ký, đóng dấu kết quả',
    'Thụ lý, giải quyết hồ sơ theo phân công',
    'Kiểm tra hồ sơ nộp trực tuyến',
  ][i],
  dossier_code: 'H26.11-261118-0007',
  ledger_position: 1042 - i * 17,
}))
export const me = {
  name: 'Nguyễn Thị Lan Anh',
  other_name: null,
  pin: '001193012345',
  sex: 'female',
  birth_date: '1993-05-14',
  birth_place: known.birthplace,
  nationality: 'Việt Nam',
  ethnicity: 'Kinh',
  permanent_residence: known.permanent_residence,
  temporary_residence: null,
  card: { number: '001193012345', issued_on: '2023-06-02', expires_on: '2033-05-14' },
  father: { name: 'Nguyễn Văn Hòa', birth_date: '1965-02-11' },
  mother: { name: 'Trần Thị Bích', birth_date: '1968-10-30' },
  spouse: { name: 'Phạm Quang Minh', birth_date: '1990-03-08' },
  phone_masked: '091****678',
  email: 'lananh.nguyen@thu.example',
  level: 2,
  digital_citizen_since: null,
  categories: [],
}
export const history = [
  { at: now, event: 'signed_in', detail: null, device: 'Chrome trên Android', current: true },
  {
    at: '2026-11-20T01:00:00Z',
    event: 'document_opened',
    detail: '26HN00001842/2026',
    device: 'Chrome trên Android',
    current: false,
  },
  { at: '2026-11-19T14:22:00Z', event: 'sign_in_failed', detail: null, device: 'Firefox trên Windows', current: false },
]

const queueData = [
  ['H26.11-261110-0003', 'N. V. Đức', 'processing', 'records', '2026-11-17', 'overdue', 4, 1],
  ['H26.11-261113-0012', 'T. T. Hạnh', 'processing', 'leader', '2026-11-20', 'overdue', 1, 2],
  ['H26.11-261116-0021', 'L. H. Phương', 'processing', 'records', '2026-11-23', 'due_soon', 1, 1],
  ['H26.11-261117-0008', 'H. M. Quân', 'received', 'one_stop', '2026-11-25', 'open', 2, 1],
  ['H26.11-261119-0030', 'Đ. T. Thảo', 'new', 'one_stop', '2026-11-27', 'open', 4, 2],
]
export const queueRows = queueData.map(
  ([code, subject_short, state, where, due_date, late, working_days, certificate]) => ({
    code,
    procedure: { code: 'lltp', name: procedure.name },
    certificate,
    status: status(state),
    submitted_at: now,
    due_date,
    first_due_date: null,
    late: { state: late, working_days },
    desk: desks[where],
    subject_short,
  }),
)
export { roles }
