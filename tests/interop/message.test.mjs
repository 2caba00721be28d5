// Messages through servers nobody here wrote: a mail server (aiosmtpd) that demands STARTTLS and a password, and an SMS gateway with a mind of its own.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Installation, danh, end, freePort, until } from '../flows/lib/installation.mjs';
import { certificate } from '../flows/lib/proxy.mjs';
import { newKey } from '../../script/lib/client.mjs';
import { PURPOSE } from '../flows/lib/story.mjs';

let place;
let mailServer;
let gateway;
const mails = [];
const texts = []; // {url, key, authorization, to, body, status}
const answers = new Map(); // number -> what the gateway says next to a message for it: [status, headers], or a function called instead; nothing: taken

const rows = (sql) => JSON.parse(execFileSync('/usr/bin/python3', ['-c', `import json, sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
print(json.dumps(db.execute(sys.argv[2]).fetchall()))`, path.join(place.data, 'danh.db'), sql], { encoding: 'utf8' }));

async function startMailServer(port, password, { key, pem }) {
  mailServer = spawn('/usr/bin/python3', [path.join(import.meta.dirname, 'lib/smtp_server.py'), String(port), pem, key, 'danh', password]);
  let rest = '';
  let errors = '';
  mailServer.stderr.on('data', (part) => (errors += part));
  mailServer.stdout.on('data', (part) => {
    const lines = (rest + part).split('\n');
    rest = lines.pop();
    for (const line of lines) mails.push(JSON.parse(line));
  });
  await until(`the mail server listens ${errors}`, () => mails.shift()?.ready);
}

/** Of this machine, by itself or by an issuer; madeOn: it has ended. */
const ofThisMachine = (name, more = {}) => certificate(place.folder, name, { subject: '/CN=localhost', extensions: ['subjectAltName=DNS:localhost', ...(more.issuer ? ['basicConstraints=critical,CA:FALSE'] : [])], ...more });

async function take(request, response) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts).toString();
  const { to } = JSON.parse(body);
  const answer = answers.get(to)?.shift() ?? [200, {}];
  if (typeof answer === 'function') return answer();
  const [status, headers] = answer;
  texts.push({ url: request.url, key: request.headers['idempotency-key'], authorization: request.headers.authorization, to, body, status });
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify({ messageId: `gw-${texts.length}` }));
}

function startGateway(port) {
  gateway = http.createServer(take);
  return new Promise((done) => gateway.listen(port, '127.0.0.1', done));
}

before(async () => {
  place = await Installation.open({ receivers: false, serve: false });
  const [mailPort, smsPort] = [await freePort(), await freePort()];
  const own = ofThisMachine('mail');
  await startMailServer(mailPort, 'mat-khau-thu', own);
  await startGateway(smsPort);
  writeFileSync(path.join(place.folder, 'password'), 'mat-khau-thu\n');
  writeFileSync(path.join(place.folder, 'token'), 'Bearer khoa-cua-cong\n');
  writeFileSync(path.join(place.folder, 'receipts'), 'bien-nhan-cua-cong\n');
  writeFileSync(path.join(place.data, 'danh.ini'), `${readFileSync(path.join(place.data, 'danh.ini'), 'utf8')}
[mail]
url = smtp://localhost:${mailPort}
from = khong-tra-loi@danh.example
from_name = Định danh điện tử
user = danh
password_file = ${place.folder}/password
ca_file = ${own.pem}

[sms]
url = http://127.0.0.1:${smsPort}/send?id={id}
body = {"to":"{to}","text":"{text}"}
authorization_file = ${place.folder}/token
reference = messageId
receipt_secret_file = ${place.folder}/receipts
`);
  await place.startServer();
});
after(async () => {
  await place?.close();
  gateway?.close();
  if (mailServer) await end(mailServer);
});

/** A new adult enrolled with that number and e-mail: approving sends a code. Gives the enrolment's code. */
async function enrol(phone, email, decide = 'approve', body = {}) {
  const [[pin]] = rows(`SELECT p.pin FROM person p JOIN person_residence r ON r.person_id = p.person_id WHERE p.life = 1 AND p.card_number IS NOT NULL
    AND r.province = '01' AND p.birth / 10000 BETWEEN 1970 AND 2000 AND p.person_id NOT IN (SELECT person_id FROM account) ORDER BY p.person_id LIMIT 1`);
  const collector = await place.officer('collector');
  const approver = await place.officer('approver');
  const made = await collector.ok(collector.post('/api/desk/enrolments', { pin: String(pin).padStart(12, '0'), phone, email, card_presented: true,
    face_checked: true, fingerprints_checked: true, purpose: PURPOSE }, { headers: { 'Idempotency-Key': newKey() } }));
  await approver.ok(approver.post(`/api/desk/enrolments/${made.code}/${decide}`, body));
  return made.code;
}
const reject = (phone, email) => enrol(phone, email, 'reject', { objections: [{ field: 'phone', reason: 'Số điện thoại không chính chủ: đề nghị mang giấy tờ thuê bao' }] });

test('a gateway that asks to wait gets the same message again, under the same key', async () => {
  answers.set('+84987654321', [[503, { 'Retry-After': '1' }]]);
  await enrol('0987654321', null);
  const attempts = () => texts.filter(({ to }) => to === '+84987654321');
  await until('two attempts', () => attempts().length === 2);
  const [first, second] = attempts();
  assert.equal(first.key, second.key);
  assert.equal(first.url, `/send?id=${first.key}`);
  assert.equal(first.authorization, 'Bearer khoa-cua-cong');
  const sent = JSON.parse(second.body);
  assert.match(sent.text, /Mã kích hoạt.*\d{8}/);
  const row = () => rows("SELECT state, reference, attempts FROM message WHERE address = '0987654321'")[0];
  await until('it is marked', () => row()[1] !== null);
  assert.deepEqual(row(), [2, `gw-${texts.indexOf(second) + 1}`, 2]);
});

test('the gateway alone says that a message has arrived, once and for its own', async () => {
  const state = (address) => rows(`SELECT state FROM message WHERE address = '${address}'`)[0]?.[0];
  await enrol('0987654331', null);
  await until('it is sent', () => state('0987654331') === 2);
  const [[reference]] = rows("SELECT reference FROM message WHERE address = '0987654331'");
  const say = (body, token = 'Bearer bien-nhan-cua-cong') =>
    place.client().request('POST', '/api/messages/receipts', { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: token } : {}) } });
  for (const token of [null, 'Bearer ', 'Bearer bien-nhan-cua-ai', 'bien-nhan-cua-cong']) {
    const refused = await say({ reference }, token);
    assert.deepEqual([refused.status, refused.body.code], [401, 'gateway_not_authentic']);
  }
  assert.equal((await say({ reference, state: 'seen' })).status, 422);
  assert.equal((await say({ reference: 'gw-of-nobody' })).status, 200);
  assert.equal(state('0987654331'), 2, 'none of these says that it arrived');
  assert.equal((await say({ reference })).status, 200);
  assert.equal(state('0987654331'), 3);
  assert.equal((await say({ reference })).status, 200, 'twice is once');
  assert.equal(state('0987654331'), 3);
});

test('a number the gateway refuses for good is not tried again', async () => {
  answers.set('+84987654322', [[422, {}]]);
  await enrol('0987654322', null);
  await until('it is given up', () => rows("SELECT state FROM message WHERE address = '0987654322'")[0]?.[0] === 4);
  assert.equal(texts.filter(({ to }) => to === '+84987654322').length, 1, 'one attempt');
});

test('a mail arrives over STARTTLS, in Vietnamese, without a defect', async () => {
  await reject('0987654323', 'nguoi.nhan@thu.example');
  const mail = await until('the mail', () => mails.shift());
  assert.deepEqual([mail.tls, mail.user, mail.from, mail.to, mail.defects], [true, 'danh', 'khong-tra-loi@danh.example', ['nguoi.nhan@thu.example'], []]);
  assert.match(mail.headers.Subject, /^Thông báo về tài khoản định danh điện tử/);
  assert.match(mail.headers.From, /Định danh điện tử/);
  assert.equal(mail.headers['Auto-Submitted'], 'auto-generated');
  assert.match(mail.text, /không được duyệt: Số điện thoại: Số điện thoại không chính chủ/);
  assert.ok(mail.longest <= 78, `a line of ${mail.longest}`);
});

test('a mailbox that does not exist ends it; a mail server that is busy gets it again', async () => {
  await reject('0987654324', 'khong-co@thu.example');
  await until('it is given up', () => rows("SELECT state FROM message WHERE address = 'khong-co@thu.example'")[0]?.[0] === 4);
  mails.length = 0;
  await reject('0987654325', 'cham@thu.example');
  const mail = await until('the mail, later', () => mails.shift());
  assert.deepEqual(mail.to, ['cham@thu.example']);
  const row = () => rows("SELECT state, attempts FROM message WHERE address = 'cham@thu.example'")[0];
  await until('it is marked', () => row()[0] === 2);
  assert.deepEqual(row(), [2, 2], 'put off once');
});

test('killed while the gateway holds a message, the server sends it again: never lost', async () => {
  const holding = new Promise((held) => answers.set('+84987654326', [held])); // takes it and never answers
  await enrol('0987654326', null);
  await holding;
  await place.stop('server', 'SIGKILL');
  assert.deepEqual(rows("SELECT state FROM message WHERE address = '0987654326'"), [[1]]);
  await place.startServer();
  await until('sent again', () => texts.some(({ to }) => to === '+84987654326'));
  await until('and marked', () => rows("SELECT state FROM message WHERE address = '0987654326'")[0][0] === 2);
});

test('a gateway and a mail server whose certificates have ended get nothing, the log says why, and the messages wait', async (t) => {
  const root = certificate(place.folder, 'root', { subject: '/CN=Gateways', extensions: ['basicConstraints=critical,CA:TRUE', 'keyUsage=keyCertSign'] });
  const ended = ofThisMachine('ended', { issuer: 'root', madeOn: '2020-01-01' });
  const [mailPort, smsPort] = [await freePort(), await freePort()];
  const secure = https.createServer({ key: readFileSync(ended.key), cert: readFileSync(ended.pem) }, take);
  await new Promise((done) => secure.listen(smsPort, '127.0.0.1', done));
  t.after(() => secure.close());
  const earlier = mailServer;
  await startMailServer(mailPort, 'mat-khau-thu', ended);
  await end(earlier);
  const file = path.join(place.data, 'danh.ini');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/smtp:\/\/localhost:\d+/, `smtp://localhost:${mailPort}`).replace(/^ca_file = .*$/m, `ca_file = ${root.pem}`)
    .replace(/http:\/\/127\.0\.0\.1:\d+\/send/, `https://localhost:${smsPort}/send`).replace('[sms]', `[sms]\nca_file = ${root.pem}`));
  const reloaded = await danh('reload', '--data', place.data);
  assert.equal(reloaded.code, 0, reloaded.stderr);
  await enrol('0987654327', null);
  await reject('0987654328', 'het-han@thu.example');
  for (const [event, address] of [['sms.failed', '0987654327'], ['mail.failed', 'het-han@thu.example']]) {
    await until(`${address} waits`, () => rows(`SELECT state, last_error FROM message WHERE address = '${address}'`)[0]?.join() === '1,unreachable');
    const line = await until(`the log says ${event}`, () => place.children.server.errors.split('\n').slice(0, -1).find((each) => each.includes(`"${event}"`)));
    assert.match(JSON.parse(line).detail, /certificate has expired/, event);
  }
  assert.ok(!texts.some(({ to }) => to === '+84987654327') && mails.length === 0, 'neither saw a message');
});
