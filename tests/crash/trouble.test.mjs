// What cannot work says so in one line, with its own exit code, and harms nothing: wrong words, folders that are not there, damaged files, streams that take nothing. Exit codes are those of danh(1),
// the line for people stands on standard error, and with --json a failure is one JSON value on standard output.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { DANH, Installation, copyFolder, danh, end, start, until } from '../flows/lib/installation.mjs';

const OF_DATA = [['account', 'count'], ['dossier', 'list'], ['report', 'lltp'], ['ledger', 'verify'], ['ledger', 'tail'], ['pki', 'root'],
  ['account', 'limit', 'sessions_max', '5'], ['serve', '--listen', '127.0.0.1:0']];
let place;
before(async () => {
  place = await Installation.open({ receivers: false, serve: false });
});
after(() => place?.close());

/** The command fails with that code, in words, and as JSON under that name. */
async function fails(args, code, error) {
  const said = await danh(...args, '--json');
  const what = `danh ${args.join(' ')}: ${said.code} ${said.stdout}${said.stderr}`;
  assert.equal(said.code, code, what);
  assert.match(said.stderr, new RegExp(`^danh ${args[0]}: \\S.*\\n$`), what);
  const lines = said.stdout.trimEnd().split('\n');
  assert.equal(lines.length, 1, what);
  const failure = JSON.parse(lines[0]);
  assert.deepEqual([Object.keys(failure), failure.error], [['error', 'code', 'message', 'detail'], error], what);
  assert.equal((await danh(...args)).stdout, '', 'without --json nothing stands on standard output');
}

/** A copy whose database `damage` gets the path of. */
function damaged(name, damage = () => {}) {
  const data = path.join(place.folder, name);
  copyFolder(place.data, data);
  damage(path.join(data, 'danh.db'), data);
  return data;
}

function flip(file, offset) {
  const bytes = readFileSync(file);
  for (let i = 0; i < 64; i++) bytes[offset + i] ^= 0xff;
  writeFileSync(file, bytes);
}

test('a wrong command line is code 2 and says what is wrong', async () => {
  for (const command of ['serve', 'synth', 'signer', 'account', 'import', 'procedure', 'dossier', 'report', 'replay', 'receiver', 'ledger', 'pki', 'verify', 'version']) {
    await fails([command, '--no-such-option'], 2, 'usage');
    assert.equal((await danh(command, '--help')).code, 0);
  }
  await fails(['account', 'count'], 2, 'usage');
  await fails(['synth', '--people', '12', '--data', path.join(place.folder, 'none')], 2, 'usage');
  await fails(['serve', '--data', place.data, '--listen', 'localhost:80'], 2, 'address_syntax');
  await fails(['serve', '--data', place.data, '--listen', '203.0.113.9:8080'], 2, 'address_refused');
  assert.equal((await danh('no-such-command')).code, 2);
});

test('a folder that is no installation is code 4', async () => {
  const none = path.join(place.folder, 'none');
  const empty = path.join(place.folder, 'empty');
  mkdirSync(empty);
  const file = path.join(place.folder, 'file');
  writeFileSync(file, '');
  for (const data of [none, empty, file]) {
    for (const command of OF_DATA) await fails([...command, '--data', data], 4, 'installation_missing');
    assert.ok(!existsSync(path.join(data, 'danh.db')), 'and makes none');
  }
});

test('a damaged, emptied, foreign or newer database is code 4, and is left as it was', async () => {
  const cases = {
    header: (file) => flip(file, 0),
    schema: (file) => flip(file, 100),
    cut: (file) => truncateSync(file, statSync(file).size / 2),
    emptied: (file) => truncateSync(file, 0),
    words: (file) => writeFileSync(file, 'no database at all\n'.repeat(500)),
  };
  for (const [name, damage] of Object.entries(cases)) {
    const data = damaged(name, damage);
    const before_ = readFileSync(path.join(data, 'danh.db'));
    for (const command of OF_DATA) await fails([...command, '--data', data], 4, 'stored_data_damaged');
    assert.ok(before_.equals(readFileSync(path.join(data, 'danh.db'))), name);
  }
  const newer = damaged('newer', (file) => {
    const made = spawnSync('python3', ['-c', 'import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\ndb.execute("UPDATE schema_version SET version = 99")\ndb.commit()', file]);
    assert.equal(made.status, 0, String(made.stderr));
  });
  for (const command of OF_DATA) await fails([...command, '--data', newer], 4, 'database_newer');
  const ini = damaged('ini', (_, data) => writeFileSync(path.join(data, 'danh.ini'), 'colour = red\n', { flag: 'a' }));
  for (const command of OF_DATA) await fails([...command, '--data', ini], 4, 'configuration');
});

test('a country whose making was broken off is taken for no country', async () => {
  const data = path.join(place.folder, 'half');
  const synth = await start(['synth', '--people', '20000', '--data', data], { ready: false });
  await until('it has begun', () => existsSync(path.join(data, 'danh.db')));
  await end(synth, 'SIGKILL');
  for (const command of [...OF_DATA, ['synth']]) await fails([...command, '--data', data], 4, 'installation_unfinished');
  rmSync(data, { recursive: true });
  assert.equal((await danh('synth', '--people', '1000', '--data', data)).code, 0);
  assert.equal((await danh('ledger', 'verify', '--data', data)).code, 0);
});

test('who comes second waits: code 3, and the first goes on', async () => {
  const server = await start(['serve', '--data', place.data, '--listen', '127.0.0.1:0']);
  try {
    await fails(['serve', '--data', place.data, '--listen', '127.0.0.1:0'], 3, 'installation_locked');
    await fails(['replay', 'pilot-2024', '--data', place.data], 3, 'installation_locked');
    const signer = await danh('signer', '--data', place.data, '--json'); // after five seconds: one that is being replaced needs a moment to end
    assert.deepEqual([signer.code, JSON.parse(signer.stdout).error], [3, 'signer_running']);
    const other = damaged('other');
    await fails(['serve', '--data', other, '--listen', `127.0.0.1:${server.ready.port}`], 3, 'address_in_use');
    assert.equal((await danh('account', 'limit', 'sessions_max', '5', '--data', place.data)).code, 0, 'the server carries it out');
  } finally {
    await end(server);
  }
  assert.equal(server.exitCode, 0, 'SIGTERM is the way to end it');
  assert.match(server.errors, /"event":"server\.stopping"/);
});

test('a disk that fails one sync ends the server: code 4, nothing lost, and the next one goes on', async () => {
  const data = damaged('disk');
  const order = path.join(place.folder, 'fail-sync');
  const library = path.join(path.dirname(DANH), 'tests/crash/faults/libfailing_sync.so');
  const server = await start(['serve', '--data', data, '--listen', '127.0.0.1:0'], { env: { LD_PRELOAD: library, DANH_FAIL_SYNC: order } });
  const gone = new Promise((done) => server.once('close', done));
  assert.equal((await danh('account', 'limit', 'sessions_max', '6', '--data', data)).code, 0);
  writeFileSync(order, '');
  const refused = await danh('account', 'limit', 'sessions_max', '7', '--data', data, '--json');
  assert.notEqual(refused.code, 0, 'no success for what may not be on the disk');
  await gone;
  assert.equal(server.exitCode, 4);
  assert.match(server.errors, /^danh serve: the disk failed to write or to sync/m);
  assert.equal((await danh('ledger', 'verify', '--data', data)).code, 0);
  await end(await start(['serve', '--data', data, '--listen', '127.0.0.1:0']));
});

test('what a restore gave to the system and the disk did not take is not restored: code 4, and nobody takes it for an installation', async () => {
  const at = (name) => path.join(place.folder, name);
  const library = path.join(path.dirname(DANH), 'tests/crash/faults/libfailing_sync.so');
  const recipient = (await danh('backup', 'key', at('restore.key'))).stdout.trim();
  assert.equal((await danh('backup', '--data', place.data, '--to', at('restore.age'), '--recipient', recipient)).code, 0);
  for (const call of ['fsync', 'syncfs']) { // of the folder: before the first byte, and after the last
    const data = at(`restored_${call}`);
    writeFileSync(at('fail-sync'), '');
    const { status, stdout } = spawnSync(DANH, ['restore', at('restore.age'), '--key', at('restore.key'), '--data', data, '--json'],
      { encoding: 'utf8', env: { ...process.env, LD_PRELOAD: library, DANH_FAIL_SYNC: at('fail-sync'), DANH_FAIL_SYNC_OF: `${call} /restored_${call}` } });
    assert.deepEqual([status, JSON.parse(stdout).error], [4, 'input_output'], call);
    assert.ok(!existsSync(at('fail-sync')), 'that call is made');
    await fails(['serve', '--data', data, '--listen', '127.0.0.1:0'], 4, 'installation_unfinished');
  }
});

test('a signer that lost its keys is said aloud, and a new key does not go on with the old ledger', async () => {
  const data = damaged('keys');
  const serve = () => start(['serve', '--data', data, '--listen', '127.0.0.1:0']);
  await end(await serve()); // its last round signs a checkpoint
  rmSync(path.join(data, 'signer'), { recursive: true });
  const server = await serve();
  assert.equal((await danh('account', 'limit', 'sessions_max', '6', '--data', data)).code, 0);
  await end(server);
  assert.match(server.errors, /"event":"ledger\.stopped".*not the one that signed/);
});

test('an installation whose seal.key or evidence.key is gone is not given another: code 4, the operator is told, and with the key it goes on', async () => {
  for (const name of ['seal.key', 'evidence.key']) {
    const data = damaged(`without_${name}`);
    const key = readFileSync(path.join(data, name));
    rmSync(path.join(data, name));
    for (const command of [['serve', '--listen', '127.0.0.1:0'], ['account', 'limit', 'sessions_max', '5']]) await fails([...command, '--data', data], 4, 'installation_key_missing');
    assert.equal((await danh('account', 'count', '--data', data)).code, 0, 'who only reads needs none');
    assert.ok(!existsSync(path.join(data, name)));
    const looked = JSON.parse((await danh('doctor', '--data', data, '--json')).stdout);
    assert.ok(looked.findings.some((f) => f.topic === 'keys' && f.level === 'problem' && f.said === `${path.join(data, name)} is not there: no server starts without it`), JSON.stringify(looked));
    writeFileSync(path.join(data, name), key, { mode: 0o600 });
    assert.equal((await danh('account', 'limit', 'sessions_max', '5', '--data', data)).code, 0);
  }
});

test('output that cannot be written is code 4, and a closed stream takes no file of ours for its own', () => {
  const full = openSync('/dev/full', 'w');
  try {
    assert.equal(spawnSync(DANH, ['ledger', 'tail', '--data', place.data, '--json'], { stdio: ['ignore', full, 'pipe'] }).status, 4);
  } finally {
    closeSync(full);
  }
  const before_ = readFileSync(path.join(place.data, 'danh.ini'));
  for (const closed of ['>&-', '>&- 2>&-', '<&- >&- 2>&-']) {
    const said = spawnSync('sh', ['-c', `"$0" account limit sessions_max 7 --data "$1" --json ${closed}`, DANH, place.data]);
    assert.equal(said.status, 4, `${closed}: ${said.stderr}`);
  }
  assert.ok(before_.equals(readFileSync(path.join(place.data, 'danh.ini'))));
  for (const name of ['lock', 'danh.db.lock']) assert.equal(statSync(path.join(place.data, name)).size, 0, `${name} holds what was printed`);
  const reader = spawnSync('sh', ['-c', '"$0" procedure check | head -c 1', DANH]);
  assert.equal(String(reader.stderr), '', 'a reader that has seen enough is no error to talk about');
});
