// The one-stop desk writes an application down for somebody who stands at the counter or wrote by post; and each of the four channels.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { application, newKey } from '../../script/lib/client.mjs';
import { Installation, PILOT, danh } from './lib/installation.mjs';
import { act, desk, form, open, preview, read, refused, submit } from './lib/story.mjs';

const PURPOSE = 'Hỗ trợ người dân nộp hồ sơ tại quầy';
let place;
let officer;
before(async () => {
  place = await Installation.open({ receivers: false });
  officer = await place.officer('one_stop_officer');
});
after(() => place?.close());

/** A grown-up of a province who has neither account nor dossier. */
const withoutAccount = (province) => String(place.rows(`SELECT p.pin FROM person p JOIN person_residence r ON r.person_id = p.person_id AND r.kind = 1
  WHERE p.life = 1 AND r.province = $1 AND p.birth / 10000 BETWEEN 1975 AND 2000 AND p.person_id NOT IN (SELECT person_id FROM account)
  AND p.person_id NOT IN (SELECT person_id FROM dossier) AND p.person_id NOT IN (SELECT person_id FROM person_category) ORDER BY p.person_id LIMIT 1`, province)[0][0]).padStart(12, '0');

const formAt = (client, pin, subject = 'self', purpose = PURPOSE) =>
  client.get(`/api/desk/procedures/lltp/form?${new URLSearchParams({ applicant_pin: pin, subject, purpose })}`);
const previewAt = (client, pin, wanted = {}) => client.post('/api/desk/procedures/lltp/preview', {
  applicant_pin: pin, look_up_purpose: PURPOSE, subject: 'self', certificate: 1, copies: 1, ...wanted });
async function submitAt(client, pin, wanted = {}, key = newKey()) {
  const { channel, ...asked } = wanted;
  const shown = await client.ok(previewAt(client, pin, wanted));
  const filled = await client.ok(formAt(client, pin, wanted.subject));
  const body = { applicant_pin: pin, look_up_purpose: PURPOSE, ...application(filled, shown, asked), ...(channel && { channel }) };
  return client.post('/api/desk/dossiers', body, { headers: { 'Idempotency-Key': key } });
}

test('somebody without an account applies at the counter, pays there, and gets their receipt', async () => {
  const pin = withoutAccount('01');
  const filled = await officer.ok(formAt(officer, pin));
  assert.equal(filled.categories.length, 17);
  assert.equal(filled.categories.find((c) => c.id === 'full_name').value, filled.subject.name);
  const shown = await officer.ok(previewAt(officer, pin));
  assert.deepEqual([shown.fee.value, shown.support.value, shown.refusal, shown.channel.open], [200000, 0, null, true]);
  const key = newKey();
  const made = await submitAt(officer, pin, {}, key);
  assert.equal(made.status, 201, made.text);
  assert.deepEqual((await submitAt(officer, pin, {}, key)).body, made.body, 'the same form is one dossier');
  const { code } = made.body;
  assert.deepEqual([made.headers.location, made.body.payable, made.body.may], [`/api/desk/dossiers/${code}`, 200000, ['pay']]);
  const { dossier } = await open(officer, code, PURPOSE);
  assert.deepEqual([dossier.channel, dossier.moves[0].act], ['counter', 'submit_assisted']);
  assert.match(dossier.helper.vi, /^Cán bộ một cửa, Công an/);
  await refused(submitAt(officer, pin), 409, 'already_open');

  await refused(officer.post(desk(code, 'receive'), {}), 409, 'fee_unpaid');
  const due = await officer.ok(officer.get(`${desk(code)}/payment`));
  assert.deepEqual([due.remaining, due.qr_svg.includes('<svg')], [200000, true]);
  await officer.ok(officer.post('/api/demo-bank/payments', { dossier_code: code, amount: 200000 }));
  await act(officer, code, 'receive');
  const slip = await officer.get(`${desk(code)}/slips/receipt`);
  assert.deepEqual([slip.status, slip.headers['content-type'], slip.bytes.subarray(0, 5).toString()], [200, 'application/pdf', '%PDF-']);
  await refused(officer.get(`${desk(code)}/slips/menu`), 404, 'not_found');
  const hue = await place.officer('one_stop_officer', '46');
  await refused(hue.get(`${desk(code)}/slips/receipt`), 404, 'dossier_unknown');
  await refused(hue.get(`${desk(code)}/payment`), 404, 'dossier_unknown');
  await refused(hue.post('/api/demo-bank/payments', { dossier_code: code, amount: 1 }), 404, 'dossier_unknown');
});

test('the applicant sees who helped, who read what and what for', async () => {
  const { pin } = place.identity('convicted.hanoi');
  const made = await submitAt(officer, pin, { channel: 'post', copies: 3 });
  assert.equal(made.status, 201, made.text);
  const citizen = await place.as('convicted.hanoi');
  const dossier = await citizen.ok(citizen.get(`/api/dossiers/${made.body.code}`));
  assert.deepEqual([dossier.channel, dossier.moves[0].act, dossier.charge.fee.value], ['post', 'submit_assisted', 205000]);
  assert.match(dossier.helper.en, /^One-stop officer, /);
  assert.match(dossier.moves[0].by.vi, /^Cán bộ một cửa, /);
  const { items } = await citizen.ok(citizen.get('/api/me/reads'));
  const mine = items.filter((r) => r.purpose === PURPOSE && r.who.role.en === 'One-stop officer').map((r) => r.what.en);
  assert.ok(mine.includes('Read the prefilled form') && mine.includes('Previewed the fee'));
  const student = await place.as('student.hanoi');
  const own = await read(student, (await submit(student)).code);
  assert.deepEqual([own.helper, own.moves[0].act], [null, 'submit']);
});

test('only the one-stop desk, with a purpose, of the agency where the person lives, and never in its own case', async () => {
  const pin = withoutAccount('01');
  for (const role of ['records_officer', 'decider', 'collector']) {
    const other = await place.officer(role);
    await refused(formAt(other, pin), 403, 'role');
    await refused(formAt(other, '001099999999'), 403, 'role');
    await refused(previewAt(other, pin), 403, 'role');
  }
  const citizen = await place.as('poor.hanoi');
  await refused(formAt(citizen, pin), 403, 'post_required');
  await refused(formAt(officer, pin, 'self', 'ngắn'), 422, 'purpose_required');
  await refused(previewAt(officer, pin, { look_up_purpose: 'ngắn' }), 422, 'purpose_required');
  await refused(formAt(officer, '001099999999'), 404, 'person_unknown');
  const own = place.identity('01.one_stop_officer').pin;
  await refused(formAt(officer, own), 403, 'own_case');
  await refused(previewAt(officer, own), 403, 'own_case');
  const far = withoutAccount('46');
  const body = { ...(await form(citizen)), applicant_pin: far, look_up_purpose: PURPOSE };
  await refused(formAt(officer, far), 403, 'other_agency');
  await refused(previewAt(officer, far), 403, 'other_agency');
  await refused(officer.post('/api/desk/dossiers', body, { headers: { 'Idempotency-Key': newKey() } }), 403, 'other_agency');
  await refused(officer.post('/api/desk/dossiers', { ...body, applicant_pin: own }, { headers: { 'Idempotency-Key': newKey() } }), 403, 'own_case');
  await refused(officer.post('/api/desk/dossiers', body), 422, 'idempotency_key');
  const unconsented = { ...body, applicant_pin: pin, consent: false };
  await refused(officer.post('/api/desk/dossiers', unconsented, { headers: { 'Idempotency-Key': newKey() } }), 422, 'field_value');
  const dead = String(place.rows('SELECT pin FROM person WHERE life = 2 ORDER BY person_id LIMIT 1')[0][0]).padStart(12, '0');
  await refused(formAt(officer, dead), 409, 'applicant_not_eligible');
  await refused(previewAt(officer, dead), 409, 'applicant_not_eligible');
  for (const channel of ['vneid', 'online', 'pigeon']) await refused(previewAt(officer, pin, { channel }), 422, 'field_value');
});

test('at the counter one applies for spouse, parents and children too; No. 2 stays personal', async () => {
  const { pin } = place.identity('citizen.hanoi');
  const { subjects } = await officer.ok(formAt(officer, pin));
  const spouse = subjects.find((s) => s.relation === 'spouse');
  const child = subjects.find((s) => s.relation === 'child');
  assert.deepEqual([spouse.name, child.name], [place.identity('citizen.hanoi.wife').full_name, place.identity('citizen.hanoi.child').full_name]);
  const wife = await place.as('citizen.hanoi.wife');
  const { items } = await wife.ok(wife.get('/api/me/reads'));
  assert.ok(items.some((r) => r.purpose === PURPOSE && r.what.en === 'Looked up family relations'), 'who is named sees it');
  assert.equal((await officer.ok(previewAt(officer, pin, { subject: spouse.ref }))).refusal, null);
  assert.match((await officer.ok(previewAt(officer, pin, { subject: spouse.ref, certificate: 2 }))).refusal.en, /only for the person/);
  assert.equal((await officer.ok(previewAt(officer, pin, { subject: child.ref }))).fee.reason.en, 'No fee: child.');
  await refused(previewAt(officer, place.identity('poor.hanoi').pin, { subject: child.ref }), 422, 'field_value');
  assert.match((await officer.ok(previewAt(officer, place.identity('ward.hanoi').pin))).refusal.en, /parent or guardian must apply/);
});

test('what the applicant adds or takes back at the counter is written down for them', async () => {
  const made = await submitAt(officer, place.identity('expunged.hanoi').pin);
  const { code } = made.body;
  await officer.ok(officer.post('/api/demo-bank/payments', { dossier_code: code, amount: 200000 }));
  await refused(officer.post(desk(code, 'supplement'), { answer: 'Chưa ai yêu cầu gì' }), 409, 'move_forbidden');
  await act(officer, code, 'supplement-request', { reason: 'Thiếu giấy ủy quyền có công chứng' });
  await refused((await place.officer('sealer')).post(desk(code, 'supplement'), { answer: 'Đã nộp tại quầy' }), 403, 'role');
  assert.equal((await act(officer, code, 'supplement', { answer: 'Đã nộp tại quầy' })).dossier.supplement.answer, 'Đã nộp tại quầy');
  await refused((await place.officer('decider')).post(desk(code, 'withdraw'), { reason: 'Không cần nữa' }), 403, 'role');
  assert.equal((await act(officer, code, 'withdraw', { reason: 'Người nộp đề nghị rút' })).dossier.status.code, 'withdrawn');
});

test('all four channels reach the report, each under its own name', async () => {
  const citizen = await place.as('citizen.hanoi');
  const body = await form(citizen);
  const online = await citizen.ok(citizen.post('/api/dossiers', { ...body, channel: 'online' }, { headers: { 'Idempotency-Key': newKey() } }));
  assert.equal((await read(citizen, online.code)).channel, 'online');
  await submit(await place.as('elderly.hanoi'));
  await refused(citizen.post('/api/dossiers', { ...body, channel: 'counter' }, { headers: { 'Idempotency-Key': newKey() } }), 422, 'field_value');
  const supervisor = await place.officer('supervisor');
  const report = await supervisor.ok(supervisor.get('/api/reports/lltp?as_of=2026-11-18'));
  const hanoi = report.provinces.find((p) => p.scope.code === '01');
  const received = Object.fromEntries(hanoi.channels.map((c) => [c.channel, c.received]));
  assert.deepEqual([received.online, received.post, received.counter, received.vneid], [1, 1, 2, 2]);
});

test('a level-1 account applies on the portal; VNeID asks for level 2', async () => {
  const pin = withoutAccount('01');
  const secret = path.join(place.folder, 'password');
  writeFileSync(secret, 'nang-thu-vang-ruc-ro\n');
  const made = await danh('account', 'create', pin, '--level', '1', '--password-file', secret, '--data', place.data);
  assert.equal(made.code, 0, made.stderr);
  const citizen = place.client();
  assert.equal((await citizen.signIn(pin, 'nang-thu-vang-ruc-ro')).status, 303);
  assert.match((await preview(citizen)).refusal.en, /VNeID needs a level-2 account/);
  const body = await form(citizen);
  const send = (channel) => citizen.post('/api/dossiers', { ...body, channel }, { headers: { 'Idempotency-Key': newKey() } });
  await refused(send('vneid'), 403, 'level');
  assert.equal((await send('online')).status, 201);
});

test('where VNeID is not open yet the citizen is told which channels are, and applies there', async () => {
  const at = await Installation.open({ date: PILOT, receivers: false });
  try {
    const citizen = await at.as('citizen.danang');
    const shown = await preview(citizen);
    assert.deepEqual(shown.channels.map((c) => [c.code, c.open, c.own]),
      [['vneid', false, true], ['online', true, true], ['counter', true, false], ['post', true, false]]);
    const body = await form(citizen);
    const problem = await refused(citizen.post('/api/dossiers', body, { headers: { 'Idempotency-Key': newKey() } }), 409, 'channel_closed');
    assert.match(problem.detail, /Kênh đang mở: Cổng dịch vụ công trực tuyến; Trực tiếp tại Bộ phận Một cửa; Qua bưu chính/);
    const instead = await citizen.post('/api/procedures/lltp/preview', { subject: 'self', certificate: 1, copies: 1, channel: 'online' });
    assert.deepEqual([instead.body.channel.open, instead.body.refusal], [true, null]);
    const sent = await citizen.post('/api/dossiers', { ...body, channel: 'online' }, { headers: { 'Idempotency-Key': newKey() } });
    assert.deepEqual([sent.status, (await read(citizen, sent.body.code)).channel], [201, 'online']);

    const hanoi = await at.as('citizen.hanoi'); // Resolution 11 pays for VNeID alone
    const paid = async (channel) => (await hanoi.ok(hanoi.post('/api/procedures/lltp/preview', { subject: 'self', certificate: 1, copies: 1, channel }))).payable.value;
    assert.deepEqual([await paid('vneid'), await paid('online')], [0, 200000]);
    const helper = await at.officer('one_stop_officer');
    const counter = await helper.ok(previewAt(helper, at.identity('citizen.hanoi').pin));
    assert.deepEqual([counter.payable.value, counter.support.reason.en], [200000, 'No support: not requested through VNeID.']);
  } finally {
    await at.close();
  }
});
