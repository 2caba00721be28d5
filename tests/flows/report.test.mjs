// The supervisor's figures: computed from the dossiers, parts that sum, and nothing shown that is not known.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation, danh } from './lib/installation.mjs';
import { act, dossier, refused } from './lib/story.mjs';

let place;
let codes;
before(async () => {
  place = await Installation.open();
  const staff = {};
  codes = {};
  codes.returned = await dossier(place, 'returned', { citizen: await place.as('citizen.hanoi'), staff });
  codes.refused = await dossier(place, 'submitted', { citizen: await place.as('student.hanoi'), staff });
  await act(staff.one_stop_officer, codes.refused, 'refuse', { reason: 'Không thuộc thẩm quyền giải quyết của cơ quan này' });
  codes.open = await dossier(place, 'received', { citizen: await place.as('poor.hanoi'), staff });
  codes.hue = await dossier(place, 'returned', { citizen: await place.as('citizen.hue'), province: '46' });
});
after(() => place?.close());

const sum = (list, key) => list.reduce((total, item) => total + (item[key] ?? 0), 0);

function checkScope(scope) {
  assert.equal(sum(scope.channels, 'received'), scope.received);
  const { total, ...buckets } = scope.lateness;
  assert.equal(Object.values(buckets).reduce((a, b) => a + b, 0), total);
  assert.equal(total, scope.returned);
  assert.ok(scope.open_overdue <= scope.open);
  for (const share of scope.shares) {
    if (share.denominator === 0) assert.equal(share.percent, null);
    else assert.equal(share.percent, (Math.round((share.numerator * 10000) / share.denominator) / 100).toFixed(2), share.id);
  }
}

test('every part sums, provinces to the country and days to provinces', async () => {
  const supervisor = await place.officer('supervisor');
  const report = await supervisor.ok(supervisor.get('/api/reports/lltp'));
  assert.equal(report.as_of, '2026-11-18');
  assert.ok(report.unit.vi && report.period.from <= report.period.to);
  for (const scope of [report.total, ...report.provinces]) checkScope(scope);
  for (const key of ['received', 'returned', 'open', 'open_overdue', 'fees', 'support', 'paid']) {
    assert.equal(sum(report.provinces, key), report.total[key], key);
  }
  assert.equal(sum(report.days, 'received'), report.total.received);
  assert.equal(sum(report.days, 'returned'), report.total.returned);
  const hanoi = report.provinces.find((p) => p.scope.code === '01');
  assert.deepEqual([hanoi.received, hanoi.returned, hanoi.lateness.early], [3, 1, 1]);
});

test('figures of a day before anything happened are counted noughts', async () => {
  const supervisor = await place.officer('supervisor');
  const report = await supervisor.ok(supervisor.get('/api/reports/lltp?as_of=2026-11-17'));
  assert.deepEqual([report.total.received, report.total.returned, report.total.open], [0, 0, 0]);
  assert.ok([400, 422].includes((await supervisor.get('/api/reports/lltp?as_of=yesterday')).status));
});

test('overdue dossiers are counted apart, and the command line says the same as the screen', async () => {
  await place.moveTo('2026-12-02T10:00:00+07:00');
  const supervisor = await place.officer('supervisor');
  const report = await supervisor.ok(supervisor.get('/api/reports/lltp'));
  const hanoi = report.provinces.find((p) => p.scope.code === '01');
  assert.deepEqual([hanoi.open, hanoi.open_overdue], [1, 1]);
  const printed = await danh('report', 'lltp', '--as-of', '2026-12-02', '--data', place.data, '--json');
  assert.equal(printed.code, 0, printed.stderr);
  const same = JSON.parse(printed.stdout);
  assert.ok(JSON.stringify(same).includes('"received":'), printed.stdout.slice(0, 200));
});

test('the savings of a year follow from four parameters and a count', async () => {
  const supervisor = await place.officer('supervisor');
  const savings = await supervisor.ok(supervisor.get('/api/reports/savings'));
  assert.deepEqual([savings.per_certificate, savings.certificates, savings.total], [245000, 2600000, 637000000000]);
  const other = await supervisor.ok(supervisor.get('/api/reports/savings?travel=20000&certificates=10'));
  assert.equal(other.total, 2550000);
  assert.ok([400, 422].includes((await supervisor.get('/api/reports/savings?travel=-1')).status));
});

test('a supervisor sees figures and not people, and only a supervisor sees them', async () => {
  const supervisor = await place.officer('supervisor');
  const text = JSON.stringify(await supervisor.ok(supervisor.get('/api/reports/lltp')));
  for (const name of ['citizen.hanoi', 'student.hanoi', 'citizen.hue']) {
    assert.ok(!text.includes(place.identity(name).full_name) && !text.includes(place.identity(name).pin));
  }
  const decider = await place.officer('decider');
  for (const name of ['lltp', 'savings', 'refunds']) await refused(decider.get(`/api/reports/${name}`), 403, 'role');
});
