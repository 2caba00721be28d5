// The main job, once, through the public HTTP interface: a citizen applies for a criminal record certificate, officers process, sign and seal it,
// and it arrives in the wallet, the national portal and the provincial system.
// usage: node script/lib/main_job.mjs --origin URL --data DIR --program build/danh [--identities FILE] [--out FOLDER] [--citizen NAME]
//   --data        the installation        --identities  what `danh synth --json` printed (default DIR/identities.json)
//   --out         where the certificate and the root certificate are written (default DIR/main-job)
// Steps go to standard error, one JSON object to standard output. Exit code 0 only if everything held.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Client, application, newKey } from './client.mjs';

const { values: options } = parseArgs({
  options: {
    origin: { type: 'string' }, url: { type: 'string' }, data: { type: 'string' }, program: { type: 'string' }, identities: { type: 'string' },
    out: { type: 'string' }, citizen: { type: 'string', multiple: true, default: ['citizen.hanoi', 'citizen.hanoi.wife', 'citizen.hue'] },
  },
});
for (const name of ['origin', 'data', 'program']) {
  if (!options[name]) {
    console.error(`main_job: --${name} is needed`);
    process.exit(2);
  }
}

const DELIVERY_WAIT_MS = 60000;
const url = options.url ?? options.origin; // where to connect, when that is not where the platform believes to be
const identities = options.identities ?? path.join(options.data, 'identities.json');
const synth = JSON.parse(readFileSync(identities, 'utf8'));
const folder = path.resolve(options.out ?? path.join(options.data, 'main-job'));
const began = Date.now();
const out = process.stderr;
const bold = out.isTTY ? (text) => `\x1b[1m${text}\x1b[0m` : (text) => text;
const money = (value) => `${value.toLocaleString('vi-VN')} đ`;
let steps = 0;

/** One numbered line: Vietnamese, then English; details below it. */
function step(vi, en, ...details) {
  steps += 1;
  out.write(`${bold(`${String(steps).padStart(2)}. ${vi}`)}  (${en})\n`);
  for (const line of details) out.write(`      ${line}\n`);
}

function must(condition, what) {
  if (!condition) throw new Error(what);
}

function identity(name) {
  const found = synth.identities.find((i) => i.name === name);
  must(found, `no identity ${name} in ${identities}`);
  return found;
}

async function signIn(name) {
  const client = new Client(url, { origin: options.origin });
  const answer = await client.signIn(identity(name).pin, synth.demo_password);
  must(answer.status === 303, `${name} cannot sign in: ${answer.status}`);
  return client;
}

/** An officer of the agency that has the dossier: at today's date the police, before March 2025 the department of justice. */
async function signInOfficer(role, agency) {
  const found = synth.identities.find((i) => i.role === role && i.agency === agency);
  must(found, `nobody is ${role} at ${agency}`);
  const client = await signIn(found.name);
  await client.takePost(role);
  return client;
}

async function preview(citizen, session) {
  step('Công dân đăng nhập bằng tài khoản định danh mức 2', 'citizen signs in with a level-2 e-ID',
    `${session.person.name}, ${session.person.pin_masked}; ${session.now}`);
  const form = await citizen.ok(citizen.get('/api/procedures/lltp/form'));
  const known = form.categories.filter((c) => c.source === 'register');
  step('Mở tờ khai: cơ quan nhà nước điền sẵn những gì đã biết', 'the form, filled in by the registers',
    `${form.categories.length} mục, ${known.length} mục lấy từ cơ sở dữ liệu, công dân điền ${form.categories.length - known.length} mục`);
  const shown = await citizen.ok(citizen.post('/api/procedures/lltp/preview', { subject: 'self', certificate: 1, copies: 1 }));
  must(shown.refusal === null, `a submission would be refused: ${shown.refusal?.en}`);
  step('Xem trước lệ phí: ai trả và vì sao', 'the fee, who pays it and why',
    ...['fee', 'support', 'payable'].map((name) => {
      const { value, reason, clause } = shown[name];
      const word = { fee: 'Phí', support: 'Hỗ trợ', payable: 'Công dân trả' }[name];
      return `${`${word}:`.padEnd(14)}${money(value).padStart(10)}   ${reason.vi}${clause ? ` — ${clause}` : ''}`;
    }),
    `Hạn trả kết quả: ${shown.due_date.value} (${shown.due_date.clause}); cơ quan: ${shown.agency.name.vi}`);
  return { form, shown };
}

async function submit(citizen, { form, shown }) {
  const body = application(form, shown);
  const headers = { 'Idempotency-Key': newKey() };
  const dossier = await citizen.ok(citizen.post('/api/dossiers', body, { headers }));
  const again = await citizen.ok(citizen.post('/api/dossiers', body, { headers }));
  must(again.code === dossier.code, 'the same form made two dossiers');
  step('Nộp hồ sơ', 'submits; sending the same form again gives the same dossier', `Mã hồ sơ: ${dossier.code}`);
  return dossier.code;
}

/** The first of the citizens who has no such dossier open: this may not be the first job in this country. */
async function applyAsCitizen() {
  for (const name of options.citizen) {
    const citizen = await signIn(name);
    const { items } = await citizen.ok(citizen.get('/api/dossiers'));
    if (items.some((d) => d.certificate === 1 && !['not_received', 'withdrawn', 'stopped', 'done', 'returned'].includes(d.status.code))) continue;
    const previewed = await preview(citizen, await citizen.ok(citizen.get('/api/session')));
    return { citizen, preview: previewed.shown, code: await submit(citizen, previewed) };
  }
  throw new Error('every one of the citizens has a dossier open');
}

async function pay({ citizen, preview, code }) {
  if (preview.payable.value === 0) {
    step('Không phải trả tiền', 'nothing to pay');
    return 0;
  }
  const due = await citizen.ok(citizen.get(`/api/dossiers/${code}/payment`));
  const paid = await citizen.ok(citizen.post('/api/demo-bank/payments', { dossier_code: code, amount: due.remaining }));
  must(paid.state === 'paid' && paid.remaining === 0, `not paid: ${paid.state}`);
  step('Trả phí bằng mã VietQR tại ngân hàng minh họa', 'pays with VietQR at the demonstration bank',
    `${money(paid.paid)}, nội dung ${due.reference}`, due.qr_text);
  return paid.paid;
}

async function process_(code, agency) {
  const desk = `/api/desk/dossiers/${code}`;
  const purpose = 'Thụ lý hồ sơ cấp Phiếu lý lịch tư pháp';
  const receiver = await signInOfficer('one_stop_officer', agency);
  const received = await receiver.ok(receiver.post(`${desk}/receive`));
  step('Bộ phận một cửa tiếp nhận, cấp giấy hẹn', 'the one-stop desk receives; receipt and appointment slip',
    `Hẹn trả: ${received.dossier.due_date}`);
  const records = await signInOfficer('records_officer', agency);
  const looked = await records.ok(records.post(`${desk}/look-ups`, { registers: ['population', 'convictions'], purpose }));
  step('Cán bộ nêu mục đích rồi tra cứu cơ sở dữ liệu', 'the records officer states a purpose and looks the registers up',
    ...looked.items.map((item) => `${item.register}: ${JSON.stringify(item.result).slice(0, 100)}`));
  const decider = await signInOfficer('decider', agency);
  await decider.ok(decider.get(`${desk}?purpose=${encodeURIComponent(purpose)}`));
  await decider.ok(decider.post(`${desk}/decide`, { outcome: 'no_conviction' }));
  const signed = await decider.ok(decider.post(`${desk}/sign`, { signing_pin: synth.demo_signing_pin }));
  must(signed.stage === 'signed', `not signed: ${signed.stage}`);
  step('Người có thẩm quyền kết luận và ký bằng mã PIN ký số của mình', 'the competent person decides, and signs with their own signing PIN');
  const sealer = await signInOfficer('sealer', agency);
  const sealed = await sealer.ok(sealer.post(`${desk}/seal`));
  must(sealed.stage === 'sealed', `not sealed: ${sealed.stage}`);
  step('Văn thư đóng dấu của cơ quan', 'another person applies the agency\'s seal',
    ...sealed.signatures.map((s) => `${s.kind}: ${s.by.vi}, ${s.at}`));
}

async function waitForDeliveries({ citizen, code }) {
  const until = Date.now() + DELIVERY_WAIT_MS;
  for (;;) {
    const dossier = await citizen.ok(citizen.get(`/api/dossiers/${code}`));
    const acknowledged = dossier.deliveries.filter((d) => d.state === 'acknowledged');
    if (acknowledged.length === 3 && dossier.status.code === 'returned') {
      step('Kết quả đến ba nơi, mỗi nơi xác nhận bằng chữ ký của mình', 'delivered to three places, each acknowledged',
        ...acknowledged.map((d) => `${d.destination}: ${d.acknowledged_at}, ${d.attempts} lần gửi`));
      return dossier;
    }
    if (Date.now() > until) {
      const states = dossier.deliveries.map((d) => `${d.destination} ${d.state} (${d.attempts})`).join(', ');
      throw new Error(`not delivered in ${DELIVERY_WAIT_MS} ms: ${states}; status ${dossier.status.code}`);
    }
    await new Promise((done) => setTimeout(done, 200));
  }
}

async function download({ citizen }, dossier) {
  const document = `/api/wallet/${dossier.document_id}`;
  const closed = await citizen.get(document);
  must(closed.status === 403 && closed.body.code === 'passcode_required', `the wallet opened without the passcode: ${closed.status}`);
  await citizen.ok(citizen.post('/api/session/passcode', { passcode: synth.demo_passcode }));
  const opened = await citizen.ok(citizen.get(document));
  const pdf = await citizen.ok(citizen.get(`${document}/pdf`));
  const file = path.join(folder, `${dossier.code}.pdf`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, pdf.bytes);
  step('Mở ví giấy tờ bằng mã bảo mật, tải Phiếu', 'opens the wallet with the passcode, downloads the certificate',
    `${opened.title.vi}, số ${opened.number}: ${file} (${pdf.bytes.length} byte)`);
  return file;
}

/** pdfsig with a private NSS database that holds the demonstration root and nothing else. */
function checkWithPdfsig(file, root) {
  const nss = path.join(folder, 'nss');
  rmSync(nss, { recursive: true, force: true });
  mkdirSync(nss, { recursive: true });
  execFileSync('certutil', ['-N', '-d', `sql:${nss}`, '--empty-password']);
  execFileSync('certutil', ['-A', '-d', `sql:${nss}`, '-n', 'danh-root', '-t', 'CT,C,C', '-i', root]);
  const report = execFileSync('pdfsig', ['-nssdir', `sql:${nss}`, file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  const [, first = '', second = ''] = report.split(/^Signature #\d+:/m);
  const isValid = (part) => part.includes('Signature Validation: Signature is Valid.') && part.includes('Certificate Validation: Certificate is Trusted.');
  const holds = isValid(first) && isValid(second) && second.includes('- Total document signed');
  step('pdfsig kiểm tra hai chữ ký', 'pdfsig checks both signatures', holds ? 'hai chữ ký hợp lệ, chứng thư được tin cậy, con dấu phủ toàn bộ văn bản' : report);
  return holds;
}

/** danh verify, and once more on a copy with one byte changed: that one must be refused. */
function checkWithDanh(file) {
  const run = (name) => execFileSync(options.program, ['verify', name, '--data', options.data, '--json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const report = JSON.parse(run(file));
  const bytes = readFileSync(file);
  const copy = path.join(folder, 'changed.pdf');
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(copy, bytes);
  let refused = false;
  try {
    run(copy);
  } catch (error) {
    refused = error.status === 1;
  }
  rmSync(copy);
  const holds = report.valid && report.sealed && report.revocation_checked && refused;
  step('danh verify: không có gì được thêm sau chữ ký thứ nhất ngoài con dấu; đổi một byte là lộ', 'danh verify proves that nothing but the seal was added',
    `hợp lệ: ${report.valid}; bản bị đổi một byte bị từ chối: ${refused}`);
  return holds;
}

async function verify(file) {
  const client = new Client(url, { origin: options.origin });
  const answer = await client.ok(client.get('/pki/root.crt'));
  const root = path.join(folder, 'root.crt');
  writeFileSync(root, answer.bytes);
  const seen = checkWithPdfsig(file, root);
  return checkWithDanh(file) && seen;
}

async function showReads({ citizen, code }) {
  const { items } = await citizen.ok(citizen.get('/api/me/reads'));
  const mine = items.filter((read) => read.dossier_code === code);
  must(mine.length > 0, 'the citizen does not see who read their data');
  step('Công dân xem ai đã đọc dữ liệu của mình, để làm gì', 'the citizen sees who read their data and why',
    ...mine.slice(0, 4).map((read) => `${read.who.role.vi}, ${read.who.agency.vi}: ${read.what.vi} — ${read.purpose}`));
}

async function main() {
  must(existsSync(options.program), `${options.program} is not built`);
  const job = await applyAsCitizen();
  const paid = await pay(job);
  await process_(job.code, job.preview.agency.code);
  const dossier = await waitForDeliveries(job);
  const file = await download(job, dossier);
  const isValid = await verify(file);
  await showReads(job);
  const outcome = {
    dossier_code: job.code,
    certificate_path: file,
    signatures_valid: isValid,
    fee: job.preview.fee.value,
    support: job.preview.support.value,
    paid,
    deliveries_acknowledged: dossier.deliveries.filter((d) => d.state === 'acknowledged').length,
    elapsed_ms: Date.now() - began,
  };
  out.write(`${bold(isValid ? 'Xong' : 'KHÔNG ĐẠT')}  (${outcome.elapsed_ms} ms)\n`);
  console.log(JSON.stringify(outcome));
  return isValid && paid === job.preview.payable.value;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(`main_job: ${error.message}`);
  process.exitCode = 1;
}
