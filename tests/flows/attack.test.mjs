// What somebody hostile tries: over HTTP, against a whole installation. Each test is a way in that was found open, or one that must stay shut.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { newKey } from '../../script/lib/client.mjs';
import { Installation, danh } from './lib/installation.mjs';
import { dossier, form, lookUp, notify, refused, submit } from './lib/story.mjs';

let place;
before(async () => {
  place = await Installation.open({ receivers: false });
});
after(() => place?.close());

const readsOf = async (client) => (await client.ok(client.get('/api/me/reads'))).items;

test('an officer who looks at the list of dossiers is seen by everybody on it', async () => {
  const citizen = await place.as('citizen.hanoi');
  const { code } = await submit(citizen);
  const officer = await place.officer('one_stop_officer');
  const queue = await officer.ok(officer.get('/api/desk/queue'));
  assert.ok(queue.items.some((row) => row.code === code));
  const [read] = (await readsOf(citizen)).filter((line) => line.what.en === "Read the agency's list of dossiers");
  assert.equal(read.who.role.en, 'One-stop officer');
  await citizen.ok(citizen.post(`/api/dossiers/${code}/withdraw`, { reason: 'Không cần nữa' }));
});

test('relatives whom a family look-up shows are told, but not whose dossier it was', async () => {
  const citizen = await place.as('citizen.hanoi');
  const wife = await place.as('citizen.hanoi.wife');
  const staff = {};
  const code = await dossier(place, 'received', { citizen, staff });
  staff.records_officer = await place.officer('records_officer');
  await lookUp(staff.records_officer, code, ['family']);
  const [seen] = (await readsOf(wife)).filter((line) => line.what.en === 'Looked up family relations');
  assert.equal(seen.dossier_code, null);
  const [own] = (await readsOf(citizen)).filter((line) => line.what.en === 'Looked up family relations');
  assert.equal(own.dossier_code, code);
  await citizen.ok(citizen.post(`/api/dossiers/${code}/withdraw`, { reason: 'Không cần nữa' }));
});

test('a guardian who reads for a ward leaves a trace; of their own they leave none', async () => {
  const reads = async () => (await danh('ledger', 'tail', '--lines', '200', '--data', place.data, '--json')).stdout.split('\n')
    .filter((line) => line.includes('"guardian"')).length;
  const guardian = await place.as('guardian.hanoi');
  const before = await reads();
  const mine = await guardian.ok(guardian.get('/api/procedures/lltp/form'));
  assert.equal(await reads(), before);
  const { ref } = mine.subjects.find((subject) => subject.relation === 'ward');
  await guardian.ok(guardian.get(`/api/procedures/lltp/form?subject=${ref}`));
  assert.equal(await reads(), before + 1);
});

test('twenty submissions of one form at once are one dossier; another content under its key is none', async () => {
  const citizen = await place.as('convicted.hanoi');
  const body = await form(citizen);
  const key = newKey();
  const send = (sent) => citizen.post('/api/dossiers', sent, { headers: { 'Idempotency-Key': key } });
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(body)));
  assert.deepEqual([...new Set(answers.map((answer) => `${answer.status} ${answer.body.code}`))].length, 1);
  await refused(send({ ...body, purpose: `${body.purpose} khác` }), 409, 'idempotency_key_reused');
  const { items } = await citizen.ok(citizen.get('/api/dossiers'));
  assert.equal(items.length, 1);
});

test('text that hides itself or turns the writing around is stored nowhere', async () => {
  const citizen = await place.as('expunged.hanoi');
  const body = await form(citizen);
  for (const purpose of ['abc\u202Edef', 'abc\u2066def', 'bell\u0007', 'mark\u200F', 'c1\u0085']) {
    const problem = await refused(citizen.post('/api/dossiers', { ...body, purpose }, { headers: { 'Idempotency-Key': newKey() } }), 422, 'field_value');
    assert.equal(problem.errors[0].path, '/purpose');
  }
  const officer = await place.officer('records_officer');
  const hidden = encodeURIComponent('Thụ lý \u202Ehồ sơ số một');
  assert.equal((await officer.get(`/api/desk/dossiers/G01.26-261118-0001?purpose=${hidden}`)).status, 422);
});

test('one payment reported ten times at once is booked once; with another amount it is refused', async () => {
  const citizen = await place.as('poor.hanoi');
  const { code } = await submit(citizen);
  const due = await citizen.ok(citizen.get(`/api/dossiers/${code}/payment`));
  if (due.remaining === 0) return; // the law of the day asks nothing of this citizen
  const report = { transaction_id: 'RACE-1', reference: due.reference, amount: due.remaining, paid_at: new Date(place.now()).toISOString() };
  const bank = place.client();
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => notify(bank, place.bankSecret(), report)));
  assert.equal(outcomes.filter((answer) => answer.body.outcome === 'settled').length, 1);
  assert.equal(outcomes.filter((answer) => answer.body.outcome === 'duplicate').length, 9);
  await refused(notify(bank, place.bankSecret(), { ...report, amount: 1 }), 409, 'transaction_differs');
  await refused(notify(bank, 'not the secret', { ...report, transaction_id: 'FORGED-1' }), 401, 'bank_not_authentic');
});

test('sign, seal and withdraw at once: one result, signed once and sealed once', async () => {
  const citizen = await place.as('student.hanoi');
  const staff = {};
  const code = await dossier(place, 'decided', { citizen, staff });
  staff.sealer = await place.officer('sealer');
  const sign = () => staff.decider.post(`/api/desk/dossiers/${code}/sign`, { signing_pin: place.synth.demo_signing_pin });
  const signed = await Promise.all([sign(), sign(), sign()]);
  assert.equal(signed.filter((answer) => answer.status === 200).length, 1);
  const seal = () => staff.sealer.post(`/api/desk/dossiers/${code}/seal`, {});
  const ends = await Promise.all([seal(), citizen.post(`/api/dossiers/${code}/withdraw`, { reason: 'Rút hồ sơ' }), seal()]);
  assert.deepEqual(ends.map((answer) => answer.status).sort(), [200, 409, 409]);
  assert.equal(ends[1].status, 409);
});

test('supplement asked for and answered three times at once counts once', async () => {
  const citizen = await place.as('digital.hanoi');
  const staff = {};
  const code = await dossier(place, 'received', { citizen, staff });
  staff.records_officer = await place.officer('records_officer');
  const thrice = async (send) => (await Promise.all([send(), send(), send()])).map((answer) => answer.status).sort();
  assert.deepEqual(await thrice(() => staff.records_officer.post(`/api/desk/dossiers/${code}/supplement-request`, { reason: 'Thiếu thông tin cư trú' })), [200, 409, 409]);
  assert.deepEqual(await thrice(() => citizen.post(`/api/dossiers/${code}/supplement`, { answer: 'Đã bổ sung đủ' })), [200, 409, 409]);
  assert.deepEqual(await thrice(() => citizen.post(`/api/dossiers/${code}/withdraw`, { reason: 'Rút hồ sơ' })), [200, 409, 409]);
});

test('eight guesses of a passcode at once are five guesses', async () => {
  const citizen = await place.as('elderly.hanoi');
  const guesses = await Promise.all(Array.from({ length: 8 }, (_, i) => citizen.post('/api/session/passcode', { passcode: `48372${i}` })));
  assert.equal(guesses.filter((answer) => answer.status === 403).length, 4);
  await refused(citizen.post('/api/session/passcode', { passcode: place.synth.demo_passcode }), 423, 'locked_for_now');
});

test('no certificate is found by trying: which field is wrong is not told, and misses run out, whatever address is claimed', async () => {
  const asked = { dossier_code: 'G01.26-261118-0001', name: 'Không Có', birth_date: '1990-01-01', sex: 'male', id_number: '001090000000' };
  const anybody = place.client();
  let answer;
  for (let i = 0; i < 101; i++) {
    answer = await anybody.post('/api/check', asked, { headers: { 'X-Real-IP': `203.0.113.${i}` } });
    if (i === 0) assert.equal(answer.body.code, 'check_no_match');
  }
  assert.equal(answer.status, 429);
  assert.equal(answer.body.code, 'too_many_attempts');
  assert.ok(Number(answer.headers['retry-after']) > 60, `Retry-After: ${answer.headers['retry-after']}`);
  const page = await anybody.request('POST', '/check', { body: new URLSearchParams(asked) });
  assert.equal(page.status, 429);
  assert.match(page.text, /từ mạng này/);
});

test('the process that holds the keys has no parser, client or database to be broken through', () => {
  const tasks = `/proc/${place.children.server.pid}/task`;
  const [signer] = readdirSync(tasks).flatMap((task) => readFileSync(`${tasks}/${task}/children`, 'utf8').split(' ').filter(Boolean));
  assert.equal(readFileSync(`/proc/${signer}/comm`, 'utf8').trim(), 'danh-signer');
  const linked = execFileSync('readelf', ['-d', 'build/danh-signer'], { encoding: 'utf8' });
  const libraries = [...linked.matchAll(/NEEDED.*\[lib(\w+)\.so/g)].map(([, name]) => name);
  assert.deepEqual(libraries.sort(), ['c', 'crypto', 'inih', 'sodium']);
});

test('the log of all this names nobody', async () => {
  const log = place.children.server.errors + place.children.server.output;
  for (const { pin } of place.synth.identities) assert.ok(!log.includes(pin));
  assert.doesNotMatch(log, /Nguyễn|citizen|G01\.26-261118|danh_session/);
});
