// A case an officer finds complex: more time by the same rule, on a legal ground the citizen reads; and where the law knows no such time.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Installation, PILOT, danh } from './lib/installation.mjs';
import { act, desk, dossier, lookUp, open, read, refused } from './lib/story.mjs';

const GROUND = 'complex_several_residences';
const REASON = 'Đã cư trú tại Hà Nội, Hải Phòng và Đà Nẵng từ năm 2012';
const order = { ground: GROUND, reason: REASON };
const actOf = (opened, name) => opened.acts.find((a) => a.act === name);

describe(`under Law 28/2009, on ${PILOT}`, () => {
  let place;
  const staff = {};
  before(async () => (place = await Installation.open({ date: PILOT, receivers: false })));
  after(() => place?.close());
  const mark = (code, body = order) => staff.records_officer.post(desk(code, 'complex'), body);

  test('fifteen working days instead of ten, counted from the same start; everything that names the date agrees', async () => {
    const citizen = await place.as('citizen.hanoi');
    const code = await dossier(place, 'received', { citizen, staff });
    staff.records_officer = await place.officer('records_officer');
    assert.equal((await read(citizen, code)).due_date, '2024-06-19');
    await refused(mark(code), 409, 'move_forbidden'); // nobody processes it yet
    await lookUp(staff.records_officer, code);

    const opened = await open(staff.records_officer, code);
    assert.equal(opened.complex_grounds.length, 4);
    assert.ok(opened.complex_grounds.every((g) => g.name.vi && g.name.en && /Điều 48 .*28\/2009/.test(g.clause)));
    assert.equal(actOf(opened, 'dossier.complex').allowed, true);
    const wrong = await refused(mark(code, { ...order, ground: 'complex_busy' }), 422, 'field_value');
    assert.equal(wrong.errors[0].path, '/ground');
    await refused(mark(code, { ...order, reason: 'vội' }), 422, 'reason_needed');
    await refused(staff.one_stop_officer.post(desk(code, 'complex'), order), 403, 'role');

    const marked = await act(staff.records_officer, code, 'complex', order);
    assert.deepEqual([marked.dossier.due_date, marked.dossier.first_due_date, marked.stage], ['2024-06-26', null, 'open']);
    await refused(mark(code), 409, 'complex_once');
    assert.equal(actOf(marked, 'dossier.complex').allowed, false);

    const seen = await read(citizen, code);
    assert.deepEqual([seen.complex.old_due_date, seen.complex.new_due_date, seen.due_date], ['2024-06-19', '2024-06-26', '2024-06-26']);
    assert.equal(seen.complex.ground.vi, 'Công dân Việt Nam đã cư trú ở nhiều nơi.');
    assert.match(seen.complex.legal_basis, /Điều 48/);
    assert.match(seen.due_clause, /28\/2009/);
    const move = seen.moves.find((m) => m.act === 'complex');
    assert.ok(move.note.includes(REASON) && move.note.startsWith(seen.complex.ground.vi));
    assert.equal(move.legal_basis, seen.complex.legal_basis);
    const receipts = seen.slips.filter((s) => s.kind === 'receipt');
    assert.deepEqual(receipts.map((s) => s.date), ['2024-06-19', '2024-06-26'], 'the new appointment has its slip');
    const slip = await citizen.get(`/api/dossiers/${code}/slips/receipt`);
    assert.equal(slip.status, 200);
    assert.deepEqual([seen.charge.fee.value, seen.charge.support.value], [200000, 200000], 'money is what it was');

    const replayed = await danh('dossier', 'replay', code, '--purpose', 'Kiểm tra thời hạn giải quyết', '--data', place.data, '--json');
    assert.equal(replayed.code, 0, replayed.stderr + replayed.stdout);
    const { same, replayed: answer, stored } = JSON.parse(replayed.stdout);
    assert.deepEqual([same, answer.due_date.value, stored.due_date.value, stored.complex.code], [true, '2024-06-26', '2024-06-26', GROUND]);
    assert.equal(answer.due_date.rule_hash, seen.charge.fee.rule_hash, 'by the rule it was submitted under');
    assert.equal(stored.input.facts.complex, 1);

    await act(staff.records_officer, code, 'apology', { reason: 'Cơ quan khác chưa trả lời xác minh', new_due_date: '2024-06-28' });
    const apologised = await read(citizen, code);
    assert.deepEqual([apologised.due_date, apologised.first_due_date], ['2024-06-28', '2024-06-26']);
    assert.deepEqual([apologised.apologies[0].old_due_date, apologised.apologies[0].new_due_date], ['2024-06-26', '2024-06-28']);
  });

  test('the answer to a supplement starts the longer time again', async () => {
    const citizen = await place.as('student.hanoi');
    const code = await dossier(place, 'looked_up', { citizen, staff });
    await act(staff.records_officer, code, 'complex', { ...order, ground: 'complex_residence_abroad' });
    await act(staff.records_officer, code, 'supplement-request', { reason: 'Quá trình cư trú ở nước ngoài còn thiếu' });
    await refused(mark(code), 409, 'move_forbidden');
    await citizen.ok(citizen.post(`/api/dossiers/${code}/supplement`, { answer: 'Đã cư trú tại Nhật Bản từ 2015 đến 2018' }));
    const seen = await read(citizen, code);
    assert.deepEqual([seen.due_date, seen.complex.new_due_date], ['2024-06-26', '2024-06-26']);
  });

  test('not once it is decided, not after an apology, not on the due date', async () => {
    const elderly = await place.as('elderly.hanoi');
    const decided = await dossier(place, 'decided', { citizen: elderly, staff });
    await refused(mark(decided), 409, 'stage');
    const poor = await place.as('poor.hanoi');
    const apologised = await dossier(place, 'looked_up', { citizen: poor, staff });
    await act(staff.records_officer, apologised, 'apology', { reason: 'Hồ sơ cần xác minh thêm', new_due_date: '2024-06-21' });
    await refused(mark(apologised), 409, 'complex_reappointed');
    const digital = await place.as('digital.hanoi');
    const late = await dossier(place, 'looked_up', { citizen: digital, staff });
    await place.moveTo('2024-06-19T09:00:00+07:00');
    staff.records_officer = await place.officer('records_officer');
    await refused(mark(late), 409, 'complex_too_late');
    const supervisor = await place.officer('supervisor');
    const onTheDay = await supervisor.ok(supervisor.get('/api/reports/lltp?as_of=2024-06-19'));
    assert.equal(onTheDay.total.open_overdue, 0);
    await place.moveTo('2024-06-20T09:00:00+07:00');
    const later = await place.officer('supervisor');
    const report = await later.ok(later.get('/api/reports/lltp?as_of=2024-06-20'));
    assert.equal(report.total.open_overdue, 3, 'all that are open but for the two complex ones');
  });
});

test('since 1 July 2026 the law knows no longer time: the desk is told so, before and when it tries', async () => {
  const place = await Installation.open({ receivers: false });
  try {
    const staff = {};
    const citizen = await place.as('citizen.hanoi');
    const code = await dossier(place, 'looked_up', { citizen, staff });
    const opened = await open(staff.records_officer, code);
    assert.deepEqual(opened.complex_grounds, []);
    const { allowed, reason } = actOf(opened, 'dossier.complex');
    assert.equal(allowed, false);
    assert.match(reason.en, /no longer time for complex cases/);
    await refused(staff.records_officer.post(desk(code, 'complex'), order), 409, 'complex_no_period');
    const seen = await read(citizen, code);
    assert.deepEqual([seen.due_date, seen.complex, seen.slips.length], ['2026-11-26', null, 1]);
  } finally {
    await place.close();
  }
});
