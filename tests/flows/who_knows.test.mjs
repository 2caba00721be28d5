// Who knows what about me: every read with its who, what and why; filtered, paged, exported; a report of misuse and its answer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation } from './lib/installation.mjs';
import { PURPOSE, dossier, lookUp, open, refused } from './lib/story.mjs';

let place;
let citizen;
let code;
const staff = {};
before(async () => {
  place = await Installation.open({ receivers: false });
  citizen = await place.as('citizen.hanoi');
  code = await dossier(place, 'looked_up', { citizen, staff });
});
after(() => place?.close());

const mine = (query = '') => citizen.ok(citizen.get(`/api/me/reads${query}`));

test('every read says who, what, why and when, and pages lose none under a filter', async () => {
  for (let i = 0; i < 4; i++) await open(staff.records_officer, code);
  const { items } = await mine();
  assert.ok(items.length >= 5);
  for (const read of items) {
    assert.deepEqual([read.who.kind, read.report, read.attributes, read.mandate], ['officer', null, [], null]);
    assert.ok(read.id && read.purpose && read.what.vi && read.who.agency.vi && Date.parse(read.at));
  }
  const seen = [];
  let next = '';
  do {
    const page = await mine(`?who=officer&limit=2${next && `&after=${next}`}`);
    assert.ok(page.items.length <= 2);
    seen.push(...page.items.map((r) => r.id));
    next = page.next;
  } while (next);
  assert.deepEqual(seen, items.map((r) => r.id));
  assert.equal((await mine('?who=service')).items.length, 0);
  const today = items[0].at.slice(0, 10);
  assert.equal((await mine(`?from=${today}&to=${today}`)).items.length, items.length);
  assert.equal((await mine('?to=2020-01-01')).items.length, 0);
  for (const query of ['?who=everybody', '?from=yesterday', '?limit=0']) await refused(citizen.get(`/api/me/reads${query}`), 422, 'input_invalid');
});

test("the export is one's own record, as JSON and as a table no spreadsheet takes for formulas", async () => {
  const { items } = await mine();
  const json = await citizen.ok(citizen.get('/api/me/reads/export?format=json'));
  assert.deepEqual([json.complete, json.items.map((r) => r.id)], [true, items.map((r) => r.id)]);
  const answer = await citizen.get('/api/me/reads/export?format=csv');
  assert.match(answer.headers['content-disposition'], /attachment; filename="danh-reads\.csv"/);
  const rows = answer.bytes.toString('utf8').replace(/^\uFEFF/, '').trim().split('\r\n');
  assert.equal(rows.length, items.length + 1);
  assert.ok(rows[1].includes(PURPOSE) && rows.every((row) => !/(^|,)"[=+@-]/.test(row)));
  await refused(citizen.get('/api/me/reads/export?format=xml'), 422, 'input_invalid');
  const { items: events } = await citizen.ok(citizen.get('/api/me/history'));
  assert.equal(events.filter((e) => e.event === 'reads_exported').length, 2);
});

test("a service's consent that nobody gave cannot be revoked", async () => {
  assert.deepEqual((await citizen.ok(citizen.get('/api/me/consents'))).items, []);
  await refused(citizen.post('/api/me/consents/nobody.demo/revoke'), 404, 'oidc_consent_unknown');
});

test('a read is reported as misuse, the supervisor of the province answers, and everybody concerned sees it', async () => {
  await lookUp(staff.records_officer, code, ['convictions'], 'Xem giúp một người quen');
  const [read] = (await mine()).items;
  const report = (client, id, reason = 'Tôi không quen ai ở cơ quan này') => client.post(`/api/me/reads/${id}/report`, { reason });
  await refused(report(citizen, read.id, 'lạ'), 422, 'misuse_text');
  await refused(report(await place.as('poor.hanoi'), read.id), 422, 'misuse_entry');
  await refused(report(citizen, '12345'), 422, 'misuse_entry');
  const [made] = (await citizen.ok(report(citizen, read.id))).items;
  assert.deepEqual([made.state.code, made.read.id, made.late_days], ['open', read.id, 0]);
  await refused(report(citizen, read.id), 409, 'misuse_reported');
  assert.equal((await mine()).items.find((r) => r.id === read.id).report, 'open');

  const supervisor = await place.officer('supervisor');
  const hue = await place.officer('supervisor', '46');
  await refused(citizen.get('/api/misuse-reports'), 403, 'post_required');
  await refused(staff.records_officer.get('/api/misuse-reports'), 403, 'role');
  assert.equal((await hue.ok(hue.get('/api/misuse-reports'))).items.length, 0);
  const answerIt = (client, body) => client.post(`/api/misuse-reports/${made.id}/answer`, body);
  const answer = { finding: 'misuse', answer: 'Cán bộ đã tra cứu ngoài nhiệm vụ và bị xử lý' };
  await refused(answerIt(hue, answer), 404, 'misuse_unknown');
  await refused(answerIt(staff.records_officer, answer), 403, 'role');
  const [shown] = (await supervisor.ok(supervisor.get('/api/misuse-reports'))).items;
  const { full_name } = place.identity('01.records_officer');
  assert.deepEqual([shown.id, shown.reader, shown.reporter, shown.may_answer], [made.id, full_name, place.identity('citizen.hanoi').full_name, true]);
  await refused(answerIt(supervisor, { ...answer, finding: 'maybe' }), 422, 'field_value');
  await supervisor.ok(answerIt(supervisor, answer));
  await refused(answerIt(supervisor, answer), 409, 'misuse_state');
  const [told] = (await citizen.ok(citizen.get('/api/me/misuse-reports'))).items;
  assert.deepEqual([told.state.code, told.answer], ['misuse', answer.answer]);
  await refused(citizen.post(`/api/me/misuse-reports/${made.id}/withdraw`), 409, 'misuse_state');
  assert.match(JSON.stringify(await citizen.ok(citizen.get('/api/demo/messages'))), /đã được trả lời/);
  assert.ok((await mine()).items.some((r) => r.what.en === 'Looked into a report of misuse'), 'the supervisor looked, too');
});
