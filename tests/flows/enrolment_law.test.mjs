// Who may hold what, by whom, by when: foreigners, children, wards, organisations; the card on the desk; the counters; reminders.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newKey } from '../../script/lib/client.mjs';
import { Installation, danh, until } from './lib/installation.mjs';
import { open, refused } from './lib/story.mjs';

const PURPOSE = 'Thu nhận và duyệt hồ sơ định danh điện tử';
const purpose = `purpose=${encodeURIComponent(PURPOSE)}`;
let place;
before(async () => { place = await Installation.open({ receivers: false }); });
after(() => place?.close());

const rows = (sql, ...values) => place.rows(sql, ...values);
const number = (pin) => String(pin).padStart(12, '0');
const named = (name) => rows(`SELECT p.pin, p.name, p.birth, p.card_issued, p.mobile, p.sex FROM person p
  JOIN demo_identity d ON d.person_id = p.person_id WHERE d.name = $1`, name).map(([pin, ...rest]) => [number(pin), ...rest])[0];
const iso = (days) => new Date(days * 86400000).toISOString().slice(0, 10);
const messages = async (to) => (await place.client().ok(place.client().get('/api/demo/messages'))).items.filter((m) => m.to === to);
function multipart(parts) {
  const boundary = '----danhtest7MA4YWxk';
  const chunks = Object.entries(parts).flatMap(([name, value]) => [Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${
    Buffer.isBuffer(value) ? '; filename="a.png"\r\nContent-Type: image/png' : ''}\r\n\r\n`), Buffer.from(value), Buffer.from('\r\n')]);
  return { body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]), headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` } };
}
const drawn = async (pin) => (await place.client().get(`/sign-up/drawn-portraits?pin=${pin}`)).bytes;
const collect = (officer, fields) => officer.post('/api/desk/enrolments', { email: null, card_presented: true, face_checked: true, fingerprints_checked: true,
  purpose: PURPOSE, ...fields }, { headers: { 'Idempotency-Key': newKey() } });

test('a foreigner at the desk: three working days with biometrics in the immigration database, seven without, none once the residence has ended', async () => {
  const collector = await place.officer('collector', '01');
  const due = {};
  for (const name of ['foreigner.hanoi', 'foreigner.hue']) {
    const [pin, , , , mobile] = named(name);
    const found = await collector.ok(collector.get(`/api/desk/people?pin=${pin}&${purpose}`));
    assert.equal(found.eligible.level_2, true);
    const collected = await collect(collector, { pin, phone: mobile });
    assert.equal(collected.status, 201, collected.text);
    due[name] = collected.body.due_date;
  }
  assert.deepEqual(due, { 'foreigner.hanoi': '2026-11-23', 'foreigner.hue': '2026-11-30' });
  const [left, , , , mobile] = named('foreigner.left');
  assert.equal((await collector.ok(collector.get(`/api/desk/people?pin=${left}&${purpose}`))).eligible.level_2, false);
  const refusedOne = await collect(collector, { pin: left, phone: mobile });
  assert.ok([403, 409].includes(refusedOne.status), refusedOne.text);
});

test('the card on the desk beside the register, field by field; diacritics and other differences are marked', async () => {
  const collector = await place.officer('collector', '01');
  const [pin, name, born, issued, , sex] = named('newcomer.hanoi');
  const dd = (text) => text.split('-').reverse().join('');
  const b = String(born).replace(/(....)(..)(..)/, '$1-$2-$3');
  const qr = (n, s = sex === 1 ? 'Nam' : 'Nữ') => `${pin}||${n}|${dd(b)}|${s}|Hà Nội|${dd(iso(issued))}`;
  const compare = (card) => collector.post('/api/desk/card', { card, purpose: PURPOSE });
  const same = await collector.ok(compare(qr(name)));
  assert.deepEqual([same.source, same.agrees, same.fields.find((f) => f.field === 'name').verdict], ['qr', true, 'same']);
  const plain = name.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/đ/g, 'd').replace(/Đ/g, 'D');
  const folded = await collector.ok(compare(qr(plain)));
  assert.deepEqual([folded.agrees, folded.fields.find((f) => f.field === 'name').verdict], [plain === name, plain === name ? 'same' : 'diacritics']);
  const other = await collector.ok(compare(qr('Nguyễn Hoàn Toàn Khác')));
  assert.deepEqual([other.agrees, other.fields.find((f) => f.field === 'name').verdict], [false, 'different']);
  const bad = await compare(qr(name, 'M'));
  assert.deepEqual([bad.status, bad.body.code], [422, 'card_value']);
  assert.match(bad.body.detail, /^Giới tính: /);
  const unknown = await compare('001093047064||Ung Hoàng Hiệp|05011993|Nam|Hà Nội|10052021');
  assert.equal(unknown.status, 404);
  assert.match(unknown.body.detail, /phiếu thu thập thông tin dân cư/, 'not found is never an answer');
  await refused((await place.officer('records_officer')).post('/api/desk/card', { card: qr(name), purpose: PURPOSE }), 403, 'role');
  await refused(collector.post('/api/desk/card', { card: qr(name), purpose: 'xem' }), 422, 'purpose_required');
});

test('[N7 accepts] pictures at the desk are sealed, and the matcher\'s opinion stands beside the officer\'s', async () => {
  const collector = await place.officer('collector', '01');
  const [pin] = named('newcomer.hanoi');
  const send = (officer, changed = {}, picture) => officer.request('POST', '/api/desk/evidence', multipart({ pin, kind: 'face', purpose: PURPOSE, picture, ...changed }));
  const taken = await send(collector, {}, await drawn(pin));
  assert.deepEqual([taken.status, taken.body.opinion.verdict, taken.body.opinion.demonstration], [201, 'match', true], taken.text);
  assert.equal((await send(collector, {}, await drawn('001093047064'))).body.opinion.verdict, 'no_match');
  assert.equal((await send(collector, { kind: 'fingerprints' }, await drawn(pin))).body.opinion.verdict, 'unsure');
  assert.equal((await send(collector, { kind: 'hair' }, await drawn(pin))).status, 422);
  assert.equal((await send(collector, {}, Buffer.from('no picture'))).status, 422);
  await refused(send(await place.officer('records_officer'), {}, await drawn(pin)), 403, 'role');
  assert.equal(rows('SELECT COUNT(*) FROM evidence')[0][0], 3);
  const { code } = (await collect(collector, { pin, phone: '0912000555' })).body;
  const approver = await place.officer('approver', '01');
  const { items } = await approver.ok(approver.get(`/api/desk/enrolments/${code}/evidence?${purpose}`));
  assert.deepEqual(items.map((one) => [one.kind, one.opinion.verdict]), [['fingerprints', 'unsure'], ['face', 'no_match'], ['face', 'match']],
    'whoever decides sees what the machine said');
  assert.equal(rows("SELECT COUNT(*) FROM ledger_detail WHERE detail LIKE '%\"no_match\"%'")[0][0], 1, 'and whoever audits');
});

test('a parent enrols a child at level 1 from their own account; nobody enrols a stranger', async () => {
  const parent = await place.as('citizen.hanoi');
  const child = place.identity('citizen.hanoi.child');
  const list = await parent.ok(parent.get('/api/enrolments'));
  const mine = list.dependants.find((d) => d.person.name === child.full_name);
  assert.deepEqual([mine.may_apply, mine.state, mine.last], [true, 'none', null]);
  const apply = (client, person, portrait) => client.request('POST', '/api/enrolments', multipart({ person, portrait }));
  const portrait = await drawn(child.pin);
  await refused(apply(await place.as('poor.hanoi'), mine.person.ref, portrait), 403, 'not_guardian');
  await refused(apply(parent, 'self', portrait), 403, 'not_guardian');
  await refused(apply(parent, '12345', portrait), 403, 'not_guardian');
  const applied = await apply(parent, mine.person.ref, portrait);
  assert.equal(applied.status, 201, applied.text);
  assert.equal(applied.body.approved, true);
  assert.ok((await messages(named('citizen.hanoi')[4])).some((m) => /^\d{8}$/.test(m.code)), 'the code goes to the parent');
  const again = await parent.ok(parent.get('/api/enrolments'));
  const after = again.dependants.find((d) => d.person.name === child.full_name);
  assert.deepEqual([after.may_apply, after.last], [false, { dossier: applied.body.dossier, due_date: applied.body.due_date, objections: [] }]);
  const refusedAgain = await apply(parent, mine.person.ref, portrait);
  assert.equal(refusedAgain.status, 409, refusedAgain.text);
});

test('an organisation: its representative applies, the others consent, the police decide; three working days in a database, fifteen days without', async () => {
  const director = await place.as('citizen.hanoi');
  const enrol = (client, code) => client.post(`/api/organisations/${code}/enrolment`, {}, { headers: { 'Idempotency-Key': newKey() } });
  const { organisations } = await director.ok(director.get('/api/enrolments'));
  assert.deepEqual(organisations.map((o) => [o.code, o.state]), [['9900000011', 'none'], ['9900000022', 'none']]);
  await refused(enrol(await place.as('poor.hanoi'), '9900000011'), 403, 'not_representative');
  await refused(enrol(director, '9900000099'), 404, 'organisation_unknown');
  await refused(enrol(director, '12'), 422, 'organisation_code');
  await refused(enrol(await place.as('citizen.danang'), '9900000044'), 409, 'organisation_ended');
  await refused(enrol(await place.as('citizen.hochiminh'), '9900000055'), 409, 'organisation_ended');

  const one = await enrol(director, '9900000011');
  assert.deepEqual([one.status, one.body.waits_for_consent, one.body.due_date], [201, false, '2026-11-23'], one.text);
  await refused(enrol(director, '9900000011'), 409, 'organisation_move');
  const approver = await place.officer('approver', '01');
  const seen = await open(approver, one.body.dossier, PURPOSE);
  assert.deepEqual([seen.organisation.kind, seen.organisation.name, seen.organisation.in_database], ['organisation', 'Công ty TNHH Một thành viên Sen Hồng', true]);
  assert.equal((await approver.ok(approver.post(`/api/desk/enrolments/${one.body.dossier}/approve`, {}))).state, 'active');
  assert.match((await messages(named('citizen.hanoi')[4])).map((m) => m.text).join('\n'), /của tổ chức đã được cấp/);

  const two = await enrol(director, '9900000022');
  assert.deepEqual([two.status, two.body.waits_for_consent, two.body.due_date], [201, true, null], two.text);
  await refused(approver.post(`/api/desk/enrolments/${two.body.dossier}/approve`, {}), 409, 'move_forbidden');
  const wife = await place.as('citizen.hanoi.wife');
  await refused(director.post('/api/organisations/9900000022/consent', { consents: true }), 409, 'consent_given');
  const consented = await wife.ok(wife.post('/api/organisations/9900000022/consent', { consents: true }));
  assert.deepEqual([consented.waits_for_consent, consented.due_date], [false, '2026-11-23']);
  await refused(wife.post('/api/organisations/9900000022/consent', { consents: false }), 409, 'organisation_move');
  const objections = [{ field: 'other', reason: 'Tên không khớp đăng ký kinh doanh' }];
  await refused(approver.post(`/api/desk/enrolments/${two.body.dossier}/reject`, { objections: [] }), 422, 'rejection_grounds');
  assert.equal((await approver.ok(approver.post(`/api/desk/enrolments/${two.body.dossier}/reject`, { objections }))).state, 'rejected');
  assert.equal((await enrol(director, '9900000022')).status, 201, 'mended and sent again at once');

  const cooperative = await enrol(await place.as('citizen.hue'), '9900000033');
  assert.deepEqual([cooperative.status, cooperative.body.due_date], [201, '2026-12-03'], cooperative.text);
});

test('four counters, apart: cards, dossiers, accounts, activations; as a report on screen and in the terminal', async () => {
  const supervisor = await place.officer('supervisor');
  const report = await supervisor.ok(supervisor.get('/api/reports/eid'));
  const [[cards]] = rows('SELECT COUNT(*) FROM person WHERE card_number IS NOT NULL');
  const [[collected, issued, activated]] = rows('SELECT COUNT(*) AS made, COUNT(approved_at) AS approved, COUNT(activated_at) AS activated FROM account');
  assert.deepEqual([report.cards, report.collected, report.issued, report.activated], [cards, collected, issued, activated]);
  assert.ok(report.collected > report.issued && report.issued > report.activated, JSON.stringify(report));
  assert.equal(report.rates[0].percent, (Math.round(activated / collected * 10000) / 100).toFixed(2));
  assert.deepEqual([report.organisations_collected, report.organisations_issued], [3, 1]);
  await refused((await place.officer('collector')).get('/api/reports/eid'), 403, 'role');
  const printed = await danh('report', 'eid', '--data', place.data);
  assert.match(printed.stdout, new RegExp(`đã kích hoạt: ${activated}`));
});

test('who decides is reminded the working day before and on the day; the applicant on the day; each once', async () => {
  const [[phone]] = rows(`SELECT a.phone FROM account a JOIN demo_identity d ON d.person_id = a.person_id WHERE d.name = '01.approver'`);
  const [pin, , , , mobile] = named('foreigner.hanoi');
  assert.ok(pin);
  const texts = async (to) => (await messages(to)).map((m) => m.text).filter((t) => /đến hạn/.test(t));
  assert.deepEqual(await texts(mobile), []);
  await place.moveTo('2026-11-20T09:00:00+07:00');
  await until('the reminder before', async () => (await texts(phone)).some((t) => /sắp đến hạn \(23\/11\/2026\)/.test(t)));
  assert.deepEqual(await texts(mobile), []);
  await place.moveTo('2026-11-23T09:00:00+07:00');
  await until('the reminder of the day', async () => (await texts(phone)).some((t) => /đến hạn hôm nay/.test(t)));
  assert.equal((await texts(mobile)).length, 1);
  await place.moveTo('2026-11-23T11:00:00+07:00');
  assert.equal((await texts(mobile)).length, 1, 'once');
});
