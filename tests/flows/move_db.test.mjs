// danh move-db: an installation goes from SQLite to PostgreSQL and back with all it holds, and nothing half moved is ever served. A cluster of its own.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Cluster } from './lib/cluster.mjs';
import * as database from './lib/database.mjs';
import { DANH, Installation, danh, end, until } from './lib/installation.mjs';
import { submit } from './lib/story.mjs';

let cluster;
let place;

before(async () => {
  cluster = await Cluster.open();
  place = await Installation.open({ receivers: false, engine: 'sqlite' });
});
after(async () => {
  await place?.close();
  await cluster?.close();
});

const move = (to, ...more) => danh('move-db', '--data', place.data, '--to', to, '--json', ...more);
const refusal = (answer) => JSON.parse(answer.stdout).error;
const held = async () => JSON.parse((await danh('ledger', 'verify', '--data', place.data, '--json')).stdout);

test('what was done on one engine is there on the other, row for row, with the same ledger, and goes on there', async () => {
  const url = await cluster.create('whole');
  const citizen = await place.as('citizen.hanoi');
  const { code } = await submit(citizen);
  assert.equal((await move(url)).code, 3, 'not beside a running server');
  await until('the ledger is signed', async () => (await held()).waiting === 0);
  await place.stop('server');
  const before_ = await held();
  const moved = await move(url);
  assert.equal(moved.code, 0, moved.stderr);
  const proof = JSON.parse(moved.stdout);
  assert.equal(proof.ledger_size, before_.entries);
  assert.match(proof.ledger_root, /^(?!0+$)[0-9a-f]{64}$/);
  assert.ok(proof.tables.find(({ table }) => table === 'person').rows >= 1500);
  assert.equal(proof.rows, proof.tables.reduce((sum, { rows }) => sum + rows, 0));
  assert.equal(database.addressIn(place.data), url);
  assert.ok(!existsSync(path.join(place.data, 'danh.db')), 'the old file is not mistaken for the installation');

  await place.startServer();
  assert.equal((await citizen.get(`/api/dossiers/${code}`)).body.code, code, 'the session too');
  const second = await submit(await place.as('citizen.hue'));
  await place.stop('server');
  assert.ok((await held()).entries > before_.entries);

  const back = await move('sqlite');
  assert.equal(back.code, 0, back.stderr);
  const returned = JSON.parse(back.stdout);
  assert.ok(returned.ledger_size > proof.ledger_size);
  assert.equal(database.addressIn(place.data), null);
  await place.startServer();
  assert.equal((await (await place.as('citizen.hue')).get(`/api/dossiers/${second.code}`)).status, 200);
  await place.stop('server');
});

test('a database that holds something, the same engine and no server at all are refused, and nothing has changed', async () => {
  const whole = cluster.url.replace('/postgres?', '/whole?');
  const ini = readFileSync(path.join(place.data, 'danh.ini'));
  const full = await move(whole);
  assert.deepEqual([full.code, refusal(full)], [1, 'database_not_empty'], full.stderr);
  const same = await move('sqlite');
  assert.deepEqual([same.code, refusal(same)], [1, 'same_engine'], same.stderr);
  const nobody = await move('postgresql://danh@127.0.0.1:1/danh');
  assert.deepEqual([nobody.code, refusal(nobody)], [3, 'database_unreachable'], nobody.stderr);
  assert.equal((await move('postgresql://danh:secret@127.0.0.1:1/danh')).code, 2, 'a password stands in a file');
  assert.ok(ini.equals(readFileSync(path.join(place.data, 'danh.ini'))));
});

test('a database of other migrations is refused', async () => {
  const url = await cluster.create('other');
  place.change("UPDATE schema_version SET version = version + 1 WHERE module = 'ledger'");
  const newer = await move(url);
  assert.deepEqual([newer.code, refusal(newer)], [4, 'database_newer'], newer.stderr);
  place.change("UPDATE schema_version SET version = version - 2 WHERE module = 'ledger'");
  const older = await move(url);
  assert.equal(older.code, 4, older.stderr);
  place.change("UPDATE schema_version SET version = version + 1 WHERE module = 'ledger'");
});

const partsOf = (url) =>
  Number(execFileSync('psql', ['-X', '-q', '-A', '-t', '-d', url, '-c', "SELECT count(*) FROM pg_inherits WHERE inhparent = 'person'::regclass"], { encoding: 'utf8' }));

test('tables about people are made in as many parts as are asked for, and any other number is refused with its name', async () => {
  const ini = readFileSync(path.join(place.data, 'danh.ini'), 'utf8');
  for (const wrong of ['0', '257', '-1', 'many', '']) {
    writeFileSync(path.join(place.data, 'danh.ini'), `${ini}\n[database]\npartitions = ${wrong}\n`);
    const told = await danh('ledger', 'verify', '--data', place.data);
    assert.equal(told.code, 4, wrong);
    assert.match(told.stderr, /danh\.ini, line \d+: \[database\]partitions is no setting, or cannot have that value/);
  }
  writeFileSync(path.join(place.data, 'danh.ini'), `${ini}\n[database]\npartitions = 4\npartitions = 4\n`);
  assert.match((await danh('ledger', 'verify', '--data', place.data)).stderr, /\[database\]partitions is given twice/);
  writeFileSync(path.join(place.data, 'danh.ini'), ini);
  const url = await cluster.create('parts');
  for (const wrong of ['0', '257', 'many']) assert.equal((await move(url, '--partitions', wrong)).code, 2, wrong);
  const folder = path.join(place.folder, 'parts');
  const made = await danh('synth', '--people', '1000', '--data', folder, '--no-accounts', '--database', url, '--partitions', '3');
  assert.equal(made.code, 0, made.stderr);
  assert.equal(partsOf(url), 3);
  assert.match(readFileSync(path.join(folder, 'danh.ini'), 'utf8'), /^partitions = 3$/m);
  assert.equal((await danh('synth', '--data', path.join(place.folder, 'none'), '--partitions', '3')).code, 2, 'a file has no parts');
});

/** Somebody else's session in that database, until it is let go. */
async function connected(url) {
  const psql = spawn('psql', ['-X', '-q', '-A', '-t', '-d', url], { stdio: ['pipe', 'pipe', 'ignore'] });
  psql.stdin.write('SELECT 1;\n');
  await once(psql.stdout, 'data');
  return async () => {
    const gone = once(psql, 'exit');
    psql.stdin.end();
    await gone;
  };
}

test('a database that somebody else uses is neither moved nor moved into', async () => {
  const url = await cluster.create('used');
  const refused = async (to, sentence) => {
    const answer = await move(to);
    assert.deepEqual([answer.code, refusal(answer)], [3, 'database_in_use'], answer.stderr);
    assert.match(JSON.parse(answer.stdout).message, sentence);
  };
  let leave = await connected(url);
  await refused(url, /others are connected/);
  await leave();
  const holder = spawn('flock', ['-x', path.join(place.data, 'danh.db.lock'), 'sh', '-c', 'echo held; cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(holder.stdout, 'data');
  await refused(await cluster.create('used_too'), /write to it/);
  holder.stdin.end();
  await once(holder, 'exit');
  const there = await cluster.create('used_back');
  assert.equal((await move(there)).code, 0);
  leave = await connected(there);
  await refused('sqlite', /others are connected/);
  assert.equal(database.addressIn(place.data), there, 'it stays where it was');
  await leave();
  const back = await move('sqlite');
  assert.equal(back.code, 0, back.stderr);
  assert.ok(JSON.parse(back.stdout).rows_per_s > 0);
});

/** Returns as soon as rows go into that database; asks from another one, for whoever is connected to it would be refused to. */
const hasBegun = (name) => `DO $$ DECLARE has_begun boolean := false; BEGIN FOR i IN 1..6000 LOOP
  PERFORM pg_stat_clear_snapshot();
  SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = '${name}' AND query LIKE 'INSERT INTO person%') INTO has_begun;
  EXIT WHEN has_begun; PERFORM pg_sleep(0.01); END LOOP; END $$`;

test('killed in the middle, the new database is served by nobody and the old one goes on', async () => {
  let url;
  for (let tries = 1, moving; moving?.signalCode !== 'SIGKILL'; tries++) {
    assert.ok(tries <= 5, 'it was never still at it');
    if (moving) assert.equal((await move('sqlite')).code, 0, 'it was quicker: once more from where it began');
    url = await cluster.create(`broken${tries}`);
    moving = spawn(DANH, ['move-db', '--data', place.data, '--to', url], { stdio: 'ignore' });
    execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', cluster.url, '-c', hasBegun(`broken${tries}`)]);
    await end(moving, 'SIGKILL');
  }
  const served = await danh('serve', '--data', place.data, '--listen', '127.0.0.1:0', '--database', url);
  assert.equal(served.code, 4);
  assert.match(served.stderr, /a move into this database was broken off/);
  const again = await move(url);
  assert.deepEqual([again.code, refusal(again)], [4, 'database_half_made'], again.stderr);
  await place.startServer();
  assert.equal((await place.as('citizen.hanoi')).who, 'citizen.hanoi');
});
