// What may happen to a dossier at the desk besides a certificate: supplement, refusal, withdrawal, apology, lateness.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation, danh } from './lib/installation.mjs';
import { PURPOSE, act, desk, dossier, open, preview, read, refused, submit, payRest } from './lib/story.mjs';

let place;
before(async () => (place = await Installation.open({ receivers: false })));
after(() => place?.close());

test('a supplement is asked for once, completely, and its answer starts the clock again', async () => {
  const staff = {};
  let citizen = await place.as('student.hanoi');
  const code = await dossier(place, 'received', { citizen, staff });
  const asked = await act(staff.one_stop_officer, code, 'supplement-request', { reason: 'Quá trình cư trú từ 2018 đến 2020 còn thiếu' });
  assert.equal(asked.dossier.status.code, 'supplement');
  let seen = await read(citizen, code);
  assert.deepEqual([seen.status.number, seen.supplement.text, seen.supplement.answer, seen.may.includes('supplement')],
    [5, 'Quá trình cư trú từ 2018 đến 2020 còn thiếu', null, true]);
  assert.ok(seen.slips.some((s) => s.kind === 'supplement'));
  await refused(staff.one_stop_officer.post(desk(code, 'decide'), { outcome: 'no_conviction' }), 403, 'role');
  await place.moveTo('2026-11-20T10:00:00+07:00');
  citizen = await place.as('student.hanoi');
  await citizen.ok(citizen.post(`/api/dossiers/${code}/supplement`, { answer: 'Từ 2018 đến 2020: sinh viên, ký túc xá Mỹ Đình' }));
  seen = await read(citizen, code);
  assert.equal(seen.status.code, 'processing');
  assert.equal(seen.due_date, '2026-11-30', 'five working days from the answer, Culture Day between');
  assert.equal(seen.supplement.answer, 'Từ 2018 đến 2020: sinh viên, ký túc xá Mỹ Đình');
  const officer = await place.officer('one_stop_officer');
  await refused(officer.post(desk(code, 'supplement-request'), { reason: 'Còn thiếu thêm giấy tờ khác' }), 409, 'supplement_once');
  await refused(citizen.post(`/api/dossiers/${code}/supplement`, { answer: 'Một lần nữa' }), 409, 'move_forbidden');
  await place.moveTo('2026-11-23T09:00:00+07:00');
});

test('a refusal gives its reason and slip, and the fee becomes a refund due that citizen and supervisor see', async () => {
  const staff = {};
  const citizen = await place.as('citizen.hanoi.wife');
  const code = await dossier(place, 'submitted', { citizen });
  staff.one_stop_officer = await place.officer('one_stop_officer');
  await refused(staff.one_stop_officer.post(desk(code, 'refuse'), { reason: 'ít' }), 422, 'reason_needed');
  await act(staff.one_stop_officer, code, 'refuse', { reason: 'Không thuộc thẩm quyền giải quyết của cơ quan này' });
  const seen = await read(citizen, code);
  assert.deepEqual([seen.status.code, seen.refusal_reason, seen.may], ['not_received', 'Không thuộc thẩm quyền giải quyết của cơ quan này', []]);
  assert.equal(seen.late.state, 'none');
  assert.equal(seen.payment.refund_due, 200000);
  const slip = await citizen.get(`/api/dossiers/${code}/slips/refusal`);
  assert.deepEqual([slip.status, slip.bytes.subarray(0, 5).toString()], [200, '%PDF-']);
  const supervisor = await place.officer('supervisor');
  const refunds = await supervisor.ok(supervisor.get('/api/reports/refunds'));
  const mine = refunds.items.filter((r) => r.dossier_code === code);
  assert.deepEqual(mine.map((r) => r.amount), [200000]);
  assert.equal(refunds.total, refunds.items.reduce((sum, r) => sum + r.amount, 0));
  for (const name of ['receive', 'decide', 'seal']) {
    const body = name === 'decide' ? { outcome: 'no_conviction' } : {};
    const answer = await staff.one_stop_officer.post(desk(code, name), body);
    assert.ok(answer.status === 409 || answer.status === 403, `${name} after a refusal: ${answer.status}`);
  }
  await submit(citizen); // and may apply again
});

test('a refusal after a supplement request, but before receipt, pays the fee back too; after receipt it does not', async () => {
  const staff = { one_stop_officer: await place.officer('one_stop_officer'), decider: await place.officer('decider') };
  const reason = 'Không bổ sung hồ sơ theo yêu cầu của cơ quan';
  const early = await dossier(place, 'submitted', { citizen: await place.as('convicted.hanoi'), staff });
  await act(staff.one_stop_officer, early, 'supplement-request', { reason: 'Thiếu quá trình cư trú từ 2018' });
  const refusedEarly = await act(staff.one_stop_officer, early, 'refuse', { reason });
  assert.deepEqual([refusedEarly.dossier.status.code, refusedEarly.dossier.payment.refund_due], ['stopped', 200000]);
  const late = await dossier(place, 'looked_up', { citizen: await place.as('expunged.hanoi'), staff });
  const refusedLate = await act(staff.decider, late, 'refuse', { reason });
  assert.deepEqual([refusedLate.dossier.status.code, refusedLate.dossier.payment.refund_due], ['stopped', 0]);
});

test('a citizen withdraws until it is signed, and gets the fee back until the desk has received it', async () => {
  const citizen = await place.as('citizen.hanoi');
  const early = await dossier(place, 'submitted', { citizen });
  const { withdrawal: promised } = await read(citizen, early);
  assert.deepEqual([promised.paid, promised.refund], [200000, 200000]);
  assert.ok(promised.reason.vi && promised.reason.en && /97\/2015/.test(promised.clause), 'with its law, before one withdraws');
  const back = await citizen.ok(citizen.post(`/api/dossiers/${early}/withdraw`, { reason: 'Không còn cần nữa' }));
  assert.deepEqual([back.status.code, back.payment.refund_due], ['withdrawn', 200000]);
  const code = await dossier(place, 'received', { citizen });
  const { withdrawal: warned } = await read(citizen, code);
  assert.deepEqual([warned.paid, warned.refund], [200000, 0]);
  const seen = await citizen.ok(citizen.post(`/api/dossiers/${code}/withdraw`, {}));
  assert.deepEqual([seen.status.code, seen.payment.refund_due, seen.withdrawal], ['withdrawn', 0, null]);
  await refused(citizen.post(`/api/dossiers/${code}/withdraw`, {}), 409, 'move_forbidden');
  const officer = await place.officer('records_officer');
  await refused(officer.post(desk(code, 'look-ups'), { registers: ['convictions'], purpose: PURPOSE }), 409, 'move_forbidden');

  const staff = {};
  const other = await dossier(place, 'signed', { citizen, staff });
  await refused(citizen.post(`/api/dossiers/${other}/withdraw`, {}), 409, 'stage');
  staff.sealer = await place.officer('sealer');
  await act(staff.sealer, other, 'seal');
  await refused(citizen.post(`/api/dossiers/${other}/withdraw`, {}), 409, 'stage');
});

test('an apology re-appoints once, to a later working day, at the latest a day before the deadline; lateness is computed', async () => {
  const staff = {};
  let citizen = await place.as('citizen.hue');
  const reason = 'Cần xác minh tại nhiều nơi theo quy định';
  const make = async (wanted) => {
    const { code } = await submit(citizen, wanted);
    await payRest(citizen, code);
    staff.one_stop_officer ??= await place.officer('one_stop_officer', '46');
    await act(staff.one_stop_officer, code, 'receive');
    return code;
  };
  const late = await make({ certificate: 1 });
  const tooLate = await make({ certificate: 2 });
  const { due_date: due } = await read(citizen, late);
  assert.equal(due, '2026-12-01'); // from Monday 23 November, five working days, Culture Day between
  const apologise = (date) => staff.one_stop_officer.post(desk(late, 'apology'), { reason, new_due_date: date });
  await refused(apologise('2026-12-05'), 422, 'apology_date'); // a Saturday
  await refused(apologise('2026-11-30'), 422, 'apology_date'); // before the deadline
  const again = await act(staff.one_stop_officer, late, 'apology', { reason, new_due_date: '2026-12-04' });
  assert.deepEqual([again.dossier.due_date, again.dossier.first_due_date], ['2026-12-04', due], 'both dates are said');
  await refused(apologise('2026-12-08'), 409, 'apology_once');
  const seen = await read(citizen, late);
  assert.deepEqual(seen.apologies.map((a) => [a.old_due_date, a.new_due_date, a.reason]), [[due, '2026-12-04', reason]]);
  assert.ok(seen.slips.some((s) => s.kind === 'apology'));

  await place.moveTo('2026-12-01T09:00:00+07:00');
  staff.one_stop_officer = await place.officer('one_stop_officer', '46');
  await refused(staff.one_stop_officer.post(desk(tooLate, 'apology'), { reason, new_due_date: '2026-12-04' }), 409, 'apology_too_late');
  citizen = await place.as('citizen.hue');
  assert.equal((await read(citizen, tooLate)).late.state, 'due_soon');

  await place.moveTo('2026-12-03T09:00:00+07:00');
  staff.one_stop_officer = await place.officer('one_stop_officer', '46');
  const queue = await staff.one_stop_officer.ok(staff.one_stop_officer.get('/api/desk/queue'));
  // An apology gives a new appointment, not a new deadline: both are late against the first one.
  assert.deepEqual([queue.counts.open, queue.counts.overdue, queue.counts.due_soon], [2, 2, 0]);
  assert.deepEqual(queue.items.map((i) => [i.late.state, i.late.working_days]), [['overdue', 2], ['overdue', 2]]);
  assert.deepEqual(new Set(queue.items.map((i) => i.due_date)), new Set(['2026-12-01', '2026-12-04']));
  assert.deepEqual(queue.items.map((i) => i.first_due_date).sort(), ['2026-12-01', null]);
  const listed = (await danh('dossier', 'list', '--data', place.data)).stdout.split('\n').find((line) => line.startsWith(late));
  assert.match(listed, /due 2026-12-04 \(counted against 2026-12-01\)$/);
  const supervisor = await place.officer('supervisor', '46');
  const report = await supervisor.ok(supervisor.get('/api/reports/lltp?as_of=2026-12-03'));
  const hue = report.provinces.find((p) => p.scope.code === '46');
  assert.deepEqual([hue.reappointed, hue.open_overdue, report.total.reappointed], [1, 2, 1]);
  const before = await supervisor.ok(supervisor.get('/api/reports/lltp?as_of=2026-11-17'));
  assert.equal(before.total.reappointed, 0, 'not before the apology');
  const printed = await danh('report', 'lltp', '--as-of', '2026-12-03', '--data', place.data);
  assert.match(printed.stdout, /Đã xin lỗi, hẹn lại \(vẫn tính theo hạn đầu tiên\) +1/);
  assert.ok(queue.items.every((i) => !JSON.stringify(i).includes(place.identity('citizen.hue').full_name)), 'a queue shows no full name');
});

test('a signing PIN is tried five times, then the key is locked', async () => {
  const staff = {};
  const citizen = await place.as('citizen.hue');
  const code = await dossier(place, 'decided', { citizen, province: '46', staff, wanted: { certificate: 2 } }).catch((error) => error);
  assert.equal(code.code, 'already_open', 'one dossier of a kind at a time');
  const mine = (await citizen.ok(citizen.get('/api/dossiers'))).items.find((d) => d.certificate === 2).code;
  const records = await place.officer('records_officer', '46');
  await act(records, mine, 'look-ups', { registers: ['convictions'], purpose: PURPOSE });
  const decider = await place.officer('decider', '46');
  await act(decider, mine, 'decide', { outcome: 'no_conviction' });
  for (let i = 0; i < 5; i++) {
    const answer = await decider.post(desk(mine, 'sign'), { signing_pin: `00000${i}` });
    assert.ok((answer.status === 403 && answer.body.code === 'signing_pin_wrong') || (i === 4 && answer.status === 423), `${i}: ${answer.text}`);
  }
  await refused(decider.post(desk(mine, 'sign'), { signing_pin: place.synth.demo_signing_pin }), 423, 'signing_key_locked');
  assert.equal((await open(decider, mine)).stage, 'decided');
  assert.ok((await preview(citizen)).fee.value > 0);
});

test('an answered supplement starts the clock again: it overtakes an apology, which keeps the dates it was made with', async () => {
  const other = await Installation.open({ receivers: false });
  try {
    const staff = {};
    const code = await dossier(other, 'received', { citizen: await other.as('citizen.hanoi'), staff });
    await act(staff.one_stop_officer, code, 'apology', { reason: 'Cần xác minh thêm tại nơi cư trú cũ', new_due_date: '2026-11-30' });
    await act(staff.one_stop_officer, code, 'supplement-request', { reason: 'Quá trình cư trú từ 2018 đến 2020 còn thiếu' });
    await other.moveTo('2026-11-27T09:00:00+07:00');
    const citizen = await other.as('citizen.hanoi');
    const now = await citizen.ok(citizen.post(`/api/dossiers/${code}/supplement`, { answer: 'Từ 2018 đến 2020 tôi ở Hải Phòng' }));
    assert.deepEqual([now.due_date, now.first_due_date, now.late.state], ['2026-12-04', null, 'open']);
    assert.deepEqual(now.apologies.map((a) => [a.old_due_date, a.new_due_date]), [['2026-11-26', '2026-11-30']]);
    assert.deepEqual(now.slips.filter((s) => s.kind === 'receipt').map((s) => s.date), ['2026-11-26', '2026-12-04'], 'with a new appointment');
  } finally {
    await other.close();
  }
});
