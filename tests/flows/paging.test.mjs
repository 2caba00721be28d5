// Lists that grow come in pages: every walk shows what was there when it began, once each, whatever is added meanwhile.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation, until } from './lib/installation.mjs';
import { dossier, notify, open, refused, submit } from './lib/story.mjs';

let place;
before(async () => {
  place = await Installation.open({ receivers: false });
});
after(() => place?.close());

/** All rows behind an address, `limit` a page; `between` runs after each page but the last. */
async function walk(client, path, limit, between = async () => {}) {
  const rows = [];
  const join = path.includes('?') ? '&' : '?';
  for (let next = ''; next !== null; ) {
    const page = await client.ok(client.get(`${path}${join}limit=${limit}${next && `&after=${next}`}`));
    assert.ok(page.items.length <= limit && (page.next === null || page.items.length === limit), `${path}: ${page.items.length} rows`);
    rows.push(...page.items);
    assert.ok(rows.length < 500, `${path}: the walk does not end`);
    next = page.next;
    if (next !== null) await between();
  }
  return rows;
}

/** The walk gives what one page gave before it, in its order; `name` tells rows apart. */
async function walksWhole(client, path, name, add) {
  const whole = (await client.ok(client.get(path))).items.map(name);
  assert.ok(whole.length >= 4, `${path} has only ${whole.length} rows to walk`);
  assert.equal(new Set(whole).size, whole.length);
  for (const limit of [1, 3, whole.length]) {
    assert.deepEqual((await walk(client, path, limit)).map(name), whole, `${path}, ${limit} a page`);
  }
  assert.deepEqual((await walk(client, path, 2, add)).map(name), whole, `${path} while rows are added`);
  assert.ok((await client.ok(client.get(path))).items.length > whole.length, 'rows were added');
}

test('who read my data, in pages', async () => {
  const citizen = await place.as('citizen.hanoi');
  const staff = {};
  const code = await dossier(place, 'received', { citizen, staff });
  let times = 0;
  const look = () => open(staff.one_stop_officer, code, `Xem hồ sơ lần thứ ${++times}`);
  for (let i = 0; i < 6; i++) await look();
  await walksWhole(citizen, '/api/me/reads', (line) => `${line.at} ${line.purpose}`, look);
  await citizen.ok(citizen.post(`/api/dossiers/${code}/withdraw`, {}));
});

test('own sessions and own reads, in pages', async () => {
  const citizen = await place.as('elderly.hanoi');
  const look = () => citizen.ok(citizen.get('/api/me'));
  for (let i = 0; i < 5; i++) await look();
  const all = (await citizen.ok(citizen.get('/api/me/history'))).items.length;
  const seen = await walk(citizen, '/api/me/history', 2, look);
  assert.equal(seen.length, all);
  assert.equal(seen.at(-1).event, (await citizen.ok(citizen.get('/api/me/history'))).items.at(-1).event);
});

test('own dossiers, and a desk with open and closed ones, in pages', async () => {
  const citizen = await place.as('poor.hanoi');
  const again = async () => {
    const { code } = await submit(citizen);
    await citizen.ok(citizen.post(`/api/dossiers/${code}/withdraw`, {}));
  };
  for (let i = 0; i < 4; i++) await again();
  await walksWhole(citizen, '/api/dossiers', (row) => row.code, again);
  const officer = await place.officer('one_stop_officer');
  await walksWhole(officer, '/api/desk/queue?state=closed', (row) => row.code, again);
  for (const name of ['citizen.hanoi', 'student.hanoi', 'elderly.hanoi', 'digital.hanoi']) await submit(await place.as(name));
  const more = ['convicted.hanoi', 'expunged.hanoi', 'guardian.hanoi'];
  const add = async () => more.length > 0 && submit(await place.as(more.pop()));
  const whole = (await officer.ok(officer.get('/api/desk/queue'))).items.map((row) => row.code);
  const walked = (await walk(officer, '/api/desk/queue', 1, add)).map((row) => row.code);
  assert.deepEqual(walked.filter((code) => whole.includes(code)), whole, 'nothing lost, nothing twice');
  assert.equal(new Set(walked).size, walked.length);
});

test('a dossier is found by a part of its code, on whatever page it lies', async () => {
  const officer = await place.officer('one_stop_officer');
  const { items, next } = await officer.ok(officer.get('/api/desk/queue?limit=1'));
  assert.notEqual(next, null);
  const [hidden] = (await officer.ok(officer.get(`/api/desk/queue?limit=1&after=${next}`))).items;
  assert.notEqual(hidden.code, items[0].code);
  const found = await officer.ok(officer.get(`/api/desk/queue?limit=1&code=${hidden.code.slice(-11)}`));
  assert.deepEqual([found.items.map((row) => row.code), found.next], [[hidden.code], null]);
  assert.equal((await officer.ok(officer.get('/api/desk/queue?code=H99'))).items.length, 0);
  for (const part of ['%25', '_', 'h26', '%27', 'A'.repeat(61), '%C4%90']) {
    await refused(officer.get(`/api/desk/queue?code=${part}`), 422, 'input_invalid');
  }
});

test('refunds due, in pages, and their total on each', async () => {
  const supervisor = await place.officer('supervisor');
  let times = 0;
  const pay = () => notify(place.client(), place.bankSecret(), { transaction_id: `PAGE-${++times}`, reference: 'LLTP0000000000', amount: 1000, paid_at: new Date().toISOString() });
  for (let i = 0; i < 5; i++) assert.equal((await pay()).status, 404);
  const whole = await supervisor.ok(supervisor.get('/api/reports/refunds'));
  assert.equal((await supervisor.ok(supervisor.get('/api/reports/refunds?limit=2'))).total, whole.total);
  assert.equal(whole.total, whole.items.reduce((sum, r) => sum + r.amount, 0));
  await walksWhole(supervisor, '/api/reports/refunds', (row) => row.transaction_id, pay);
  const other = await place.officer('supervisor', '46');
  const theirs = await other.ok(other.get('/api/reports/refunds?limit=100'));
  assert.ok(theirs.items.every((row) => row.dossier_code === null), 'of another province only what nobody can place');
});

test('the wallet, in pages, newest first whoever holds the document', async () => {
  const citizen = await place.as('citizen.hue');
  const staff = {};
  for (const certificate of [1, 2]) {
    await dossier(place, 'sealed', { citizen, staff, province: '46', wanted: { certificate } });
  }
  const items = await until('both certificates arrive', async () => {
    const found = (await citizen.ok(citizen.get('/api/wallet'))).items;
    return found.length === 2 && found;
  });
  assert.deepEqual((await walk(citizen, '/api/wallet', 1)).map((row) => row.id), items.map((row) => row.id));
});

test('what is no cursor of the list, and no size of a page, is refused', async () => {
  const officer = await place.officer('supervisor');
  const citizen = await place.as('citizen.hanoi');
  const desk_ = await place.officer('one_stop_officer');
  const lists = [[citizen, '/api/me/reads', 1], [citizen, '/api/me/history', 1], [citizen, '/api/dossiers', 2], [citizen, '/api/wallet', 1],
    [desk_, '/api/desk/queue', 3], [officer, '/api/reports/refunds', 2]];
  for (const [client, path, keys] of lists) {
    const whole = Array(keys).fill('1').join('.');
    for (const after of ['', 'x', '-1', `${whole}.1`, `${whole}.`, `.${whole}`, '99999999999999999999', "1'"]) {
      await refused(client.get(`${path}?after=${encodeURIComponent(after)}`), 422, 'input_invalid');
    }
    for (const limit of ['', '0', '-1', '101', '1.5', 'x']) await refused(client.get(`${path}?limit=${limit}`), 422, 'input_invalid');
    assert.equal((await client.get(`${path}?after=${whole}`)).status, 200);
  }
});
