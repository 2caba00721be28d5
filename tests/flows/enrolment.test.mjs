// A level-2 account: collected at the desk by one officer, approved by another, activated by a one-time code.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newKey } from '../../script/lib/client.mjs';
import { Installation, danh } from './lib/installation.mjs';
import { open, preview, refused } from './lib/story.mjs';
import { execFileSync } from 'node:child_process';

const PURPOSE = 'Thu nhận hồ sơ cấp tài khoản định danh mức độ 2';
let place;
let person;
before(async () => {
  place = await Installation.open({ receivers: false });
  // an adult of Hanoi with a card and without an account
  const [[pin, mobile]] = place.rows(`SELECT p.pin, p.mobile FROM person p JOIN person_residence r ON r.person_id = p.person_id WHERE p.life = 1
    AND p.card_number IS NOT NULL AND p.mobile IS NOT NULL AND r.province = '01' AND p.birth / 10000 BETWEEN 1970 AND 2000
    AND p.person_id NOT IN (SELECT person_id FROM account) ORDER BY p.person_id LIMIT 1`);
  person = { pin: String(pin).padStart(12, '0'), mobile };
});
after(() => place?.close());

/** The number of a grown-up of that province with a card and without an account. */
const adult = (province) => String(place.rows(`SELECT p.pin FROM person p JOIN person_residence r ON r.person_id = p.person_id
  WHERE p.life = 1 AND p.card_number IS NOT NULL AND r.province = $1 AND p.birth / 10000 BETWEEN 1970 AND 2000
  AND p.person_id NOT IN (SELECT person_id FROM account) ORDER BY p.person_id LIMIT 1`, province)[0][0]).padStart(12, '0');

const collect = (officer, fields = {}, key = newKey()) => officer.post('/api/desk/enrolments', {
  pin: person.pin, phone: '0987654321', email: null, card_presented: true, face_checked: true, fingerprints_checked: true, purpose: PURPOSE, ...fields,
}, { headers: { 'Idempotency-Key': key } });

const activate = (fields) => place.client().post('/activate', new URLSearchParams(fields));
const codes = async () => (await place.client().ok(place.client().get('/api/demo/messages'))).items;

let enrolment;
test('an enrolment is collected once, only with the person and their card at the desk, and only by a collector', async () => {
  const collector = await place.officer('collector');
  const found = await collector.ok(collector.get(`/api/desk/people?pin=${person.pin}&purpose=${encodeURIComponent(PURPOSE)}`));
  assert.deepEqual([found.pin, found.eligible.level_2], [person.pin, true]);
  await refused(collector.get(`/api/desk/people?pin=${person.pin}&purpose=ng%E1%BA%AFn`), 422, 'purpose_required');
  for (const missing of ['card_presented', 'face_checked', 'fingerprints_checked']) {
    await refused(collect(collector, { [missing]: false }), 409, 'biometrics_not_matched');
  }
  assert.equal((await collect(collector, { phone: '12345' })).status, 422);
  const records = await place.officer('records_officer');
  await refused(collect(records), 403, 'role');
  const key = newKey();
  const first = await collect(collector, {}, key);
  assert.equal(first.status, 201, first.text);
  assert.equal((await collect(collector, {}, key)).body.code, first.body.code);
  enrolment = first.body;
  assert.deepEqual([enrolment.state, enrolment.pin_masked.includes(person.pin)], ['collected', false]);
  assert.equal((await place.client().signIn(person.pin, 'bat-cu-mat-khau-nao')).status, 401);
});

test('who collected does not approve; who approves sends a one-time code', async () => {
  const collector = await place.officer('collector');
  await refused(collector.post(`/api/desk/enrolments/${enrolment.code}/approve`, {}), 403, 'role');
  const hue = await place.officer('approver', '46');
  await refused(hue.post(`/api/desk/enrolments/${enrolment.code}/approve`, {}), 404, 'dossier_unknown');
  assert.ok(!(await codes()).some((m) => m.to === '0987654321'));
  const approver = await place.officer('approver');
  const approved = await approver.ok(approver.post(`/api/desk/enrolments/${enrolment.code}/approve`, {}));
  assert.equal(approved.state, 'approved');
  await refused(approver.post(`/api/desk/enrolments/${enrolment.code}/approve`, {}), 409, 'move_forbidden');
  const [message] = (await codes()).filter((m) => m.to === '0987654321');
  assert.match(message.code, /^\d{8}$/);
});

test('the code opens once, the secrets are held to the rules, and then the person signs in at level 2', async () => {
  const { code } = (await codes()).find((m) => m.to === '0987654321');
  const wrong = String((Number(code) + 1) % 100000000).padStart(8, '0');
  assert.equal((await activate({ step: 'code', pin: person.pin, code: wrong })).status, 422);
  assert.equal((await activate({ step: 'code', pin: place.identity('poor.hanoi').pin, code })).status, 422, "another person's number");
  const next = await activate({ step: 'code', pin: person.pin, code });
  assert.equal(next.status, 200, next.text);
  const [, ticket] = /name="ticket" value="([^"]+)"/.exec(next.text);
  const good = { step: 'secrets', ticket, password: 'nang-thu-vang-ruc-ro', password_again: 'nang-thu-vang-ruc-ro', passcode: '408152', passcode_again: '408152' };
  for (const fields of [{ password: 'ngan', password_again: 'ngan' }, { password: 'password123', password_again: 'password123' },
    { password: person.pin, password_again: person.pin }, { password_again: 'khac-hoan-toan' }, { passcode: '123456', passcode_again: '123456' },
    { passcode: '111111', passcode_again: '111111' }, { passcode: '40815', passcode_again: '40815' }, { passcode_again: '408153' }]) {
    const answer = await activate({ ...good, ...fields });
    assert.equal(answer.status, 422, JSON.stringify(fields));
    assert.ok(answer.text.includes(ticket), 'the ticket stays usable');
  }
  const answers = await Promise.all(Array.from({ length: 50 }, () => activate(good)));
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, ...Array(49).fill(422)], 'a ticket serves once, of fifty at the same time');
  assert.equal((await activate(good)).status, 422, 'and not later');
  assert.equal((await activate({ step: 'code', pin: person.pin, code })).status, 422, 'a code serves once');

  const citizen = place.client();
  assert.equal((await citizen.signIn(person.pin, good.password)).status, 303);
  const session = await citizen.ok(citizen.get('/api/session'));
  assert.equal(session.person.level, 2);
  assert.equal((await preview(citizen)).refusal, null);
  const { items } = await citizen.ok(citizen.get('/api/me/reads'));
  assert.ok(items.some((r) => r.purpose === PURPOSE), 'the new holder sees who looked them up');
  const shown = await danh('account', 'show', person.pin, '--purpose', 'Kiểm tra tài khoản vừa kích hoạt', '--data', place.data, '--json');
  assert.deepEqual([JSON.parse(shown.stdout).state, JSON.parse(shown.stdout).level], ['active', 2]);
});

test('[N8 accepts] [N8 refuses] a rejection says which field and why; the person is told, the collector mends it and collects anew', async () => {
  const collector = await place.officer('collector');
  const approver = await place.officer('approver');
  const pin = adult('01');
  const first = (await collect(collector, { pin, phone: '0912000222' })).body;
  const path = `/api/desk/enrolments/${first.code}/reject`;
  const objections = [{ field: 'phone', reason: 'Số điện thoại không chính chủ' }, { field: 'face', reason: 'Ảnh khuôn mặt bị mờ' }];
  await refused(collector.post(path, { objections }), 403, 'role');
  await refused((await place.officer('approver', '46')).post(path, { objections }), 404, 'dossier_unknown');
  for (const bad of [[], [{ field: 'hair', reason: 'Tóc quá dài' }], [{ field: 'phone', reason: 'sai' }], [objections[0], objections[0]]]) {
    await refused(approver.post(path, { objections: bad }), 422, 'rejection_grounds');
  }
  await refused(approver.post(path, { objections: [{ field: 'phone' }] }), 422, 'field_missing');
  const rejected = await approver.ok(approver.post(path, { objections }));
  assert.deepEqual([rejected.state, rejected.objections], ['rejected', objections]);
  await refused(approver.post(path, { objections }), 409, 'move_forbidden');
  await refused(approver.post(`/api/desk/enrolments/${first.code}/approve`, {}), 409, 'move_forbidden');
  const [message] = (await codes()).filter((m) => m.to === '0912000222');
  assert.match(message.text, /Số điện thoại: Số điện thoại không chính chủ; Ảnh khuôn mặt: Ảnh khuôn mặt bị mờ/);
  const desk = await open(collector, first.code, PURPOSE);
  assert.deepEqual([desk.dossier.status.code, desk.enrolment.objections], ['stopped', objections]);
  assert.match(desk.dossier.refusal_reason, /không chính chủ/);

  const again = await collector.ok(collector.get(`/api/desk/people?pin=${pin}&purpose=${encodeURIComponent(PURPOSE)}`));
  assert.deepEqual([again.rejected.code, again.rejected.phone, again.rejected.objections], [first.code, '0912000222', objections]);
  const mended = await collect(collector, { pin, phone: '0912000333' });
  assert.equal(mended.status, 201, mended.text);
  assert.notEqual(mended.body.code, first.code);
  assert.equal((await collector.ok(collector.get(`/api/desk/people?pin=${pin}&purpose=${encodeURIComponent(PURPOSE)}`))).rejected, null);
  await approver.ok(approver.post(`/api/desk/enrolments/${mended.body.code}/approve`, {}));
});

test('a code that nobody uses runs out, and the desk sends another', async () => {
  const collector = await place.officer('collector', '46');
  const approver = await place.officer('approver', '46');
  const pin = adult('46');
  const collected = await collect(collector, { pin, phone: '0912000111' });
  assert.equal(collected.status, 201, collected.text);
  await approver.ok(approver.post(`/api/desk/enrolments/${collected.body.code}/approve`, {}));
  const { code } = (await codes()).find((m) => m.to === '0912000111');
  await place.moveTo('2027-01-18T10:00:00+07:00');
  assert.equal((await activate({ step: 'code', pin, code })).status, 422);
  const later = await place.officer('collector', '46');
  await refused((await place.officer('records_officer', '46')).post(`/api/desk/enrolments/${collected.body.code}/code`, {}), 403, 'role');
  await later.ok(later.post(`/api/desk/enrolments/${collected.body.code}/code`, {}));
  const fresh = (await codes()).find((m) => m.to === '0912000111');
  assert.notEqual(fresh.code, code);
  assert.equal((await activate({ step: 'code', pin, code })).status, 422);
  assert.equal((await activate({ step: 'code', pin, code: fresh.code })).status, 200);
  await refused(later.post(`/api/desk/enrolments/${enrolment.code}/code`, {}), 404, 'dossier_unknown');
});

test('a child comes with a parent, a ward with the guardian; nobody else, and never the officer', async () => {
  const at = await Installation.open({ receivers: false });
  try {
    const collector = await at.officer('collector');
    const approver = await at.officer('approver');
    const child = at.identity('citizen.hanoi.child');
    const father = at.identity('citizen.hanoi');
    const number = (pin) => at.rows("SELECT mobile FROM person WHERE pin = $1", pin)[0][0];
    const found = await collector.ok(collector.get(`/api/desk/people?pin=${child.pin}&purpose=${encodeURIComponent(PURPOSE)}`));
    assert.deepEqual([found.eligible.level_2, found.eligible.guardian_needed], [true, true]);
    const own = { pin: child.pin, phone: number(father.pin) };
    await refused(collect(collector, own), 422, 'guardian_needed');
    await refused(collect(collector, { ...own, guardian_pin: at.identity('poor.hanoi').pin }), 403, 'not_guardian');
    await refused(collect(collector, { ...own, guardian_pin: '001099999999' }), 404, 'person_unknown');
    await refused(collect(collector, { ...own, guardian_pin: at.identity('01.collector').pin }), 403, 'own_case');
    await refused(collect(collector, { ...own, guardian_pin: father.pin, phone: '0987000111' }), 422, 'guardian_phone');
    await refused(collect(collector, { pin: at.identity('newcomer.hanoi').pin, phone: '0987000111', guardian_pin: father.pin }), 422, 'guardian_not_needed');
    const collected = await collect(collector, { ...own, guardian_pin: father.pin });
    assert.equal(collected.status, 201, collected.text);
    assert.equal(collected.body.guardian.name, father.full_name);

    const parent = await at.as('citizen.hanoi');
    const seen = await parent.ok(parent.get(`/api/dossiers/${collected.body.code}`));
    assert.deepEqual([seen.subject.relation, seen.due_date, seen.slips.map((s) => s.kind)], ['child', '2026-11-23', ['receipt']]);
    assert.match(seen.due_clause, /Điều 13/);
    const reads = await parent.ok(parent.get('/api/me/reads'));
    assert.ok(reads.items.some((r) => r.purpose === PURPOSE && r.what.en === 'Looked up family relations'));
    const slip = await parent.get(`/api/dossiers/${collected.body.code}/slips/receipt`);
    const printed = execFileSync('pdftotext', ['-layout', '-', '-'], { input: slip.bytes, encoding: 'utf8' });
    for (const line of ['Thủ tục: Đăng ký tài khoản định danh điện tử mức độ 2', `Người đề nghị: ${father.full_name}`, `Cho: ${child.full_name}`,
      'Ngày hẹn trả kết quả: 23/11/2026']) assert.ok(printed.includes(line), `${line}\n${printed}`);

    await approver.ok(approver.post(`/api/desk/enrolments/${collected.body.code}/approve`, {}));
    const messages = (await at.client().ok(at.client().get('/api/demo/messages'))).items;
    assert.ok(messages.some((m) => m.to === own.phone && /^\d{8}$/.test(m.code)), 'the code goes to the parent');
    assert.equal((await parent.ok(parent.get(`/api/dossiers/${collected.body.code}`))).status.code, 'returned');

    const ward = { pin: at.identity('ward.hanoi').pin, phone: number(at.identity('guardian.hanoi').pin) };
    await refused(collect(collector, { ...ward, guardian_pin: father.pin }), 403, 'not_guardian');
    assert.equal((await collect(collector, { ...ward, guardian_pin: at.identity('guardian.hanoi').pin })).status, 201);
  } finally {
    await at.close();
  }
});

test('who lives elsewhere enrols at any desk', async () => {
  const collector = await place.officer('collector', '01');
  assert.equal((await collect(collector, { pin: adult('48'), phone: '0912000444' })).status, 201);
});
