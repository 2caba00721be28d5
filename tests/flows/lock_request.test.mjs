// An authority's request to lock or unlock an account: its days, two officers, the refusal in writing, and what a lock does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation } from './lib/installation.mjs';
import { refused } from './lib/story.mjs';

const FRIDAY = '2026-11-20';
let place;
let collector;
let approver;
before(async () => {
  place = await Installation.open({ receivers: false, clock: `${FRIDAY}T10:00:00+07:00` });
  collector = await place.officer('collector');
  approver = await place.officer('approver');
});
after(() => place?.close());

const ADDRESS = '/api/desk/lock-requests';
let numbers = 0;
const written = (who, more = {}) => ({
  pin: place.identity(who).pin, authority: 'Cơ quan điều tra', number: `${(numbers += 1)}/CQĐT`, date: FRIDAY, ground: 'Tài khoản bị dùng để lừa đảo', ...more,
});
const enter = (who, more) => collector.ok(collector.post(ADDRESS, written(who, more)));
const act = (client, id, name, body = {}) => client.post(`${ADDRESS}/${id}/${name}`, body);
const decide = (client, id, decision = 'grant', more = {}) => act(client, id, 'decide', { decision, ...more });
async function granted(who, more) {
  const { id } = await enter(who, more);
  await collector.ok(act(collector, id, 'forward'));
  return approver.ok(decide(approver, id));
}
const canSignIn = async (who) => (await place.client().signIn(place.identity(who).pin, place.synth.demo_password)).status === 303;

test('a lock takes two officers, acts on sessions at once, and is told to the holder with who asked', async () => {
  const holder = await place.as('citizen.hanoi');
  const { id, forward_due } = await enter('citizen.hanoi');
  assert.equal(forward_due, '2026-11-23'); // one working day, over the week-end [Decree 69/2024 Art 15]
  await refused(decide(approver, id), 409, 'lock_request_state');
  await refused(act(approver, id, 'forward'), 403, 'role');
  const forwarded = await collector.ok(act(collector, id, 'forward'));
  assert.deepEqual([forwarded.state.code, forwarded.decide_due, forwarded.may_decide], ['forwarded', '2026-11-25', false]); // the 24th is a day off
  await refused(decide(collector, id), 403, 'role');
  await holder.ok(holder.get('/api/me'));
  const done = await approver.ok(decide(approver, id));
  assert.deepEqual([done.state.code, done.standing], ['granted', true]);
  assert.equal((await holder.get('/api/me')).status, 401);
  assert.equal(await canSignIn('citizen.hanoi'), false);
  await refused(decide(approver, id), 409, 'lock_request_state');
  const messages = await place.client().ok(place.client().get('/api/demo/messages'));
  assert.match(JSON.stringify(messages), /Theo văn bản số 1\/CQĐT của Cơ quan điều tra/);
});

test('the account works again only when the last authority has lifted its lock', async () => {
  const [first] = (await collector.ok(collector.get(ADDRESS))).items;
  const second = await granted('citizen.hanoi', { authority: 'Tòa án nhân dân' });
  await refused(collector.post(ADDRESS, written('poor.hanoi', { lifts: first.id })), 409, 'lock_not_standing');
  await granted('citizen.hanoi', { lifts: first.id });
  assert.equal(await canSignIn('citizen.hanoi'), false);
  await refused(collector.post(ADDRESS, written('citizen.hanoi', { lifts: first.id })), 409, 'lock_not_standing');
  await granted('citizen.hanoi', { lifts: second.id, authority: 'Tòa án nhân dân' });
  assert.equal(await canSignIn('citizen.hanoi'), true);
});

test('a refusal is in writing with its reason, and locks nothing', async () => {
  const { id } = await enter('poor.hanoi');
  await collector.ok(act(collector, id, 'forward'));
  await refused(decide(approver, id, 'refuse'), 422, 'lock_request_text');
  const reason = 'Văn bản không ghi căn cứ pháp luật';
  const { answer, state } = await approver.ok(decide(approver, id, 'refuse', { reason }));
  assert.equal(state.code, 'refused');
  for (const part of ['Kính gửi: Cơ quan điều tra', reason, 'Nghị định 69/2024/NĐ-CP, Điều 15']) assert.ok(answer.includes(part), part);
  assert.equal(await canSignIn('poor.hanoi'), true);
});

test('one capability alone is locked, and the rest works', async () => {
  const { id } = await granted('poor.hanoi', { capability: 'sign' });
  const holder = await place.as('poor.hanoi');
  const sign = async () => (await holder.ok(holder.get('/api/me/locks'))).capabilities.find((c) => c.capability === 'sign').locks.map((l) => l.by);
  assert.deepEqual(await sign(), ['authority']);
  await granted('poor.hanoi', { lifts: id });
  assert.deepEqual(await sign(), []);
});

test('no own case, no other office, no document twice, no wrong days', async () => {
  await refused(collector.post(ADDRESS, written('01.collector')), 403, 'own_case');
  const { id } = await enter('01.approver');
  await collector.ok(act(collector, id, 'forward'));
  await refused(decide(approver, id), 403, 'own_case');
  assert.ok(!(await approver.ok(approver.get(ADDRESS))).items.some((r) => r.id === id), 'nor is it shown to whom it concerns');
  const hue = await place.officer('collector', '46');
  await refused(act(hue, id, 'withdraw'), 404, 'lock_request_unknown');
  await collector.ok(act(collector, id, 'withdraw'));
  const same = written('poor.hanoi');
  await collector.ok(collector.post(ADDRESS, same));
  await refused(collector.post(ADDRESS, same), 409, 'lock_request_entered');
  await refused(collector.post(ADDRESS, written('poor.hanoi', { until: '2026-11-19' })), 422, 'lock_request_dates');
  await refused(collector.post(ADDRESS, written('poor.hanoi', { date: '2026-11-21' })), 422, 'lock_request_dates');
  await refused(collector.post(ADDRESS, written('poor.hanoi', { ground: 'ngắn' })), 422, 'lock_request_text');
  await refused((await place.officer('decider')).get(ADDRESS), 403, 'role');
});

test('a lock with a last day ends by itself; lateness counts working days over a holiday', async () => {
  await granted('citizen.hanoi', { until: FRIDAY });
  assert.equal(await canSignIn('citizen.hanoi'), false);
  await place.moveTo('2026-12-31T10:00:00+07:00');
  assert.equal(await canSignIn('citizen.hanoi'), true);
  collector = await place.officer('collector');
  const { id, forward_due, late_days } = await enter('citizen.hanoi');
  assert.deepEqual([forward_due, late_days], ['2027-01-04', 0]); // New Year's Day and the week-end between
  await place.moveTo('2027-01-06T10:00:00+07:00');
  collector = await place.officer('collector');
  assert.equal((await collector.ok(collector.get(ADDRESS))).items.find((r) => r.id === id).late_days, 2);
});
