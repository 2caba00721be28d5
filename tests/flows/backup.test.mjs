// The restore drill: a backup is made while people hand in applications, is restored elsewhere, holds every row of its moment and the same ledger, and serves
// people there. What was cut, altered, locked with another key or broken off is said to be so, and nothing of it is taken for an installation.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from '../../script/lib/client.mjs';
import { Cluster } from './lib/cluster.mjs';
import * as database from './lib/database.mjs';
import { DANH, Installation, danh, end, ledgerKey, start, until } from './lib/installation.mjs';
import { submit } from './lib/story.mjs';

let place;
let key;
let recipient;
let logKey; // so that nobody waits for the running server's signer
before(async () => {
  place = await Installation.open({ receivers: false });
  key = at('key');
  logKey = await ledgerKey(place.data);
  recipient = (await danh('backup', 'key', key)).stdout.trim();
});
after(() => place?.close());

const at = (name) => path.join(place.folder, name);
const backUp = (data, file, ...more) => danh('backup', '--data', data, '--to', file, '--recipient', recipient, '--json', ...more);
const look = (file, ...more) => danh('backup', 'verify', file, '--key', key, '--json', ...more);
/** On the engine of this run, unless another is named. */
function restore(file, data, url = database.ENGINE === 'postgresql' ? database.create() : null) {
  return danh('restore', file, '--key', key, '--data', data, '--json', ...(url ? ['--database', url] : []));
}
const failure = ({ code, stdout }) => [code, JSON.parse(stdout).error];
const held = async (data) => JSON.parse((await danh('ledger', 'verify', '--data', data, '--key', logKey, '--json')).stdout);
/** Digests of every table's rows, which are the same on both engines. */
const tablesOf = (said) => JSON.parse(said.stdout).tables;

/** What a file says of itself, without what only its maker knows. */
const itself = (said) => {
  const { recipients, entry_id: line, ...rest } = JSON.parse(said.stdout);
  return rest;
};
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
/** A line of the ledger: [kind, detail]. */
function lineOf(data, entry) {
  const [[content, detail]] = database.rows(data, `SELECT ${database.hexOf('content')} AS content, detail FROM ledger_detail WHERE entry_id = $1`, entry);
  return [/backup\.(made|restored)/.exec(Buffer.from(content, 'hex').toString('latin1'))?.[0], JSON.parse(detail)];
}
/** All that a backup or a restore leaves behind itself in an installation that nobody serves: the rows of one line. */
function withoutLine(data, entry) {
  for (const table of ['ledger_milestone', 'ledger_pending', 'ledger_detail']) database.change(data, `DELETE FROM ${table} WHERE entry_id = $1`, entry);
  database.change(data, 'DELETE FROM ledger_entry WHERE id = $1', entry);
}

test('made while people hand in applications and restored elsewhere, it has each row of its moment, the same ledger, and serves them', async () => {
  const known = [];
  let goes = true;
  const handsIn = async () => {
    const citizen = await place.as('citizen.hue');
    while (goes) {
      const { code } = await submit(citizen);
      known.push(code);
      await citizen.ok(citizen.post(`/api/dossiers/${code}/withdraw`, { reason: 'Không cần nữa' }));
    }
  };
  const signsIn = async () => {
    while (goes) await place.as('citizen.hanoi');
  };
  const load = [handsIn(), signsIn()];
  await until('applications come in', () => known.length >= 3);
  const before_ = [...known];
  const made = await backUp(place.data, at('busy.age'));
  const sofar = known.length;
  await until('and go on', () => known.length > sofar);
  goes = false;
  await Promise.all(load);
  assert.equal(made.code, 0, made.stderr);
  const report = JSON.parse(made.stdout);
  assert.ok(report.ledger_size > 0 && report.rows > 1500, made.stdout);
  assert.deepEqual(itself(await look(at('busy.age'))), itself(made), 'what it says of itself holds');
  const bytes = readFileSync(at('busy.age'));
  assert.deepEqual([report.bytes, report.sha256, report.recipients], [bytes.length, sha256(bytes), [sha256(recipient)]]);
  const held_ = { made_at: report.made_at, engine: report.engine, rows: report.rows, bytes: report.bytes, sha256: report.sha256, ledger_size: report.ledger_size,
    ledger_root: report.ledger_root };
  assert.deepEqual(lineOf(place.data, report.entry_id), ['backup.made', { ...held_, recipients: [{ sha256: sha256(recipient) }] }]);

  const there = at('there');
  const restored = await restore(at('busy.age'), there);
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(JSON.parse(restored.stdout).ledger_root, report.ledger_root);
  const { entry_id: entry } = JSON.parse(restored.stdout);
  assert.deepEqual(lineOf(there, entry), ['backup.restored', { ...held_, recipients: [] }]);
  const ledger = await held(there);
  assert.ok(ledger.holds && ledger.signatures_checked && ledger.covered === report.ledger_size && ledger.waiting > 0, JSON.stringify(ledger));
  withoutLine(there, entry);
  const again = await backUp(there, at('again.age'));
  assert.deepEqual(tablesOf(again), report.tables, 'but for the line of the restore not a row differs');
  assert.equal(JSON.parse(again.stdout).ledger_root, report.ledger_root);
  const codes = database.rows(there, 'SELECT code FROM dossier').map(([code]) => code);
  assert.deepEqual(before_.filter((code) => !codes.includes(code)), [], 'what was acknowledged before it began');

  const server = await start(['serve', '--data', there, '--listen', '127.0.0.1:0']);
  try {
    const citizen = new Client(`http://localhost:${server.ready.port}`);
    assert.equal((await citizen.signIn(place.identity('citizen.hanoi').pin, place.synth.demo_password)).status, 303);
    const { code } = await submit(citizen);
    assert.equal((await citizen.get(`/api/dossiers/${code}`)).body.code, code);
    await until('its signer goes on with the ledger', async () => (await held(there)).covered > report.ledger_size);
  } finally {
    await end(server);
  }
});

/** Rows that are in one of two files and not in the other, asked of Python's SQLite. */
const DIFFERENCES = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("ATTACH ? AS other", (sys.argv[2],))
names = [n for (n,) in db.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
assert len(names) > 100 and names and set(names) == {n for (n,) in db.execute("SELECT name FROM other.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")}
print(sum(len(db.execute(f"SELECT * FROM {a}.{n} EXCEPT SELECT * FROM {b}.{n}").fetchall()) for n in names for a, b in (("main", "other"), ("other", "main"))))`;

test('from a file to a server and back not a row is another', { skip: database.ENGINE === 'postgresql' && 'asked of a file' }, async () => {
  const cluster = await Cluster.open();
  try {
    await place.stop('server');
    const quiet = await backUp(place.data, at('quiet.age'));
    assert.equal(quiet.code, 0, quiet.stderr);
    const url = await cluster.create('restored');
    const onServer = await restore(at('quiet.age'), at('on_server'), url);
    assert.equal(onServer.code, 0, onServer.stderr);
    assert.equal(database.addressIn(at('on_server')), url);
    const again = await backUp(at('on_server'), at('server.age'));
    assert.equal(again.code, 0, again.stderr);
    assert.equal(JSON.parse(again.stdout).engine, 'postgresql');
    assert.deepEqual(tablesOf(onServer), tablesOf(quiet));
    for (const said of [onServer, again]) withoutLine(at('on_server'), JSON.parse(said.stdout).entry_id);
    const bare = await backUp(at('on_server'), at('bare.age'));
    assert.deepEqual(tablesOf(bare), tablesOf(quiet), 'the same on the server, but for what it says of the restore and the backup');
    assert.deepEqual(failure(await restore(at('quiet.age'), at('second'), url)), [1, 'database_not_empty']);
    const back = await restore(at('bare.age'), at('back'));
    assert.equal(back.code, 0, back.stderr);
    withoutLine(at('back'), JSON.parse(back.stdout).entry_id);
    withoutLine(place.data, JSON.parse(quiet.stdout).entry_id);
    const files = [place.data, at('back')].map((data) => path.join(data, 'danh.db'));
    assert.equal(execFileSync('/usr/bin/python3', ['-c', DIFFERENCES, ...files], { encoding: 'utf8' }).trim(), '0');
    assert.ok((await held(at('back'))).holds);
  } finally {
    await cluster.close();
    if (!place.children.server) await place.startServer();
  }
});

/** Made on 22 November 2026 by a program whose register had come to version 4, and which knew nothing of imports that are gone on with. */
const EARLIER = path.join(import.meta.dirname, '../vectors/earlier.age');

test('a backup that an earlier program made is restored and brought forward', async () => {
  const opens = ['--key', path.join(import.meta.dirname, '../vectors/earlier.key'), '--json'];
  const looked = await danh('backup', 'verify', EARLIER, ...opens);
  assert.equal(looked.code, 0, looked.stderr);
  assert.ok(!JSON.parse(looked.stdout).tables.some(({ table }) => table === 'import_run'), 'it is an earlier one');
  const data = at('earlier');
  const restored = await danh('restore', EARLIER, ...opens, '--data', data, ...(database.ENGINE === 'postgresql' ? ['--database', database.create()] : []));
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(JSON.parse(restored.stdout).ledger_size, 9);
  assert.deepEqual(database.rows(data, 'SELECT pin, name FROM person ORDER BY pin'), [[1065000003, 'Lê Văn Cả'], [1093000001, 'Nguyễn Văn An'], [1193000002, 'Trần Thị Bình']]);
  assert.deepEqual(database.rows(data, 'SELECT COUNT(*) FROM import_run'), [[0]]);
  const server = await start(['serve', '--data', data, '--listen', '127.0.0.1:0']);
  try {
    const now = JSON.parse((await danh('ledger', 'verify', '--data', data, '--json')).stdout);
    assert.ok(now.holds && now.signatures_checked && now.covered >= 9, JSON.stringify(now));
    const { entry_id: entry } = JSON.parse(restored.stdout);
    const ordered = () => database.rows(data, 'SELECT COUNT(*) FROM ledger_order WHERE entry_id = $1', entry)[0][0] === 1;
    await until('the line of the restore is ordered and signed like any other', ordered);
    const { ledger_size: size } = JSON.parse((await backUp(data, at('earlier_again.age'))).stdout);
    assert.ok(size > 9, 'its backup holds that line');
  } finally {
    await end(server);
  }
});

test('the program age opens it, and the installation\'s files are in it', async () => {
  const said = await backUp(place.data, at('age.age'));
  assert.equal(said.code, 0, said.stderr);
  const names = execFileSync('bash', ['-c', 'set -o pipefail; age -d -i "$1" "$2" | tar t', '-', key, at('age.age')], { encoding: 'utf8' }).trim().split('\n');
  assert.deepEqual([names[0], names.at(-1)], ['danh-backup.json', 'manifest.json']);
  for (const name of ['files/danh.ini', 'files/seal.key', 'files/signer/master.key', 'files/signer/checkpoint_ledger.key', 'files/signer/signatures.log']) {
    assert.ok(names.includes(name), name);
  }
  assert.ok(!names.some((name) => /\.(db|sock)$|lock$|files\/waiting$/.test(name)));
  const manifest = execFileSync('bash', ['-c', 'age -d -i "$1" "$2" | tar xO manifest.json', '-', key, at('age.age')], { encoding: 'utf8' });
  assert.equal(JSON.parse(manifest).rows, JSON.parse(said.stdout).rows);
  const keygen = at('keygen');
  execFileSync('age-keygen', ['-o', keygen], { stdio: 'ignore' });
  const both = `${recipient},${/age1\w+/.exec(readFileSync(keygen, 'utf8'))[0]}`;
  assert.equal((await danh('backup', '--data', place.data, '--to', at('both.age'), '--recipient', both)).code, 0);
  for (const one of [key, keygen]) assert.equal((await danh('backup', 'verify', at('both.age'), '--key', one)).code, 0, 'each of its keys opens it');
  assert.ok(!readFileSync(at('both.age')).includes('citizen'), 'nothing of it lies in clear');
});

test('cut short, altered, under another key or none at all, it is refused in words, and nothing is made of it', async () => {
  const whole = at('whole.age');
  assert.equal((await backUp(place.data, whole)).code, 0);
  const size = statSync(whole).size;
  const spoilt = (name, spoil) => {
    const file = at(`${name}.age`);
    copyFileSync(whole, file);
    spoil(file);
    return file;
  };
  const flipped = (offset) => (file) => {
    const bytes = readFileSync(file);
    bytes[offset] ^= 1;
    writeFileSync(file, bytes);
  };
  for (const [name, file, error] of [
    ['cut in half', spoilt('half', (f) => truncateSync(f, size / 2)), 'backup_cut'],
    ['cut between two parts', spoilt('part', (f) => truncateSync(f, size - (size % 65552))), /backup_(cut|altered)/],
    ['without its last byte', spoilt('last', (f) => truncateSync(f, size - 1)), 'backup_cut'],
    ['a byte too many', spoilt('more', (f) => appendFileSync(f, 'x')), /backup_(cut|altered)/],
    ['a bit in its middle', spoilt('middle', flipped(Math.floor(size / 2))), 'backup_altered'],
    ['a bit in its head', spoilt('head', flipped(180)), 'backup_altered'],
    ['a bit at its end', spoilt('end', flipped(size - 1)), 'backup_cut'],
  ]) {
    const [code, said] = failure(await look(file));
    assert.deepEqual([code, typeof error === 'string' ? said : error.test(said)], [1, typeof error === 'string' ? error : true], `${name}: ${said}`);
  }
  const target = at('of_last');
  assert.deepEqual(failure(await restore(at('last.age'), target)), [1, 'backup_cut']);
  assert.deepEqual(failure(await danh('serve', '--data', target, '--listen', '127.0.0.1:0', '--json')), [4, 'installation_unfinished']);
  const other = at('other_key');
  assert.equal((await danh('backup', 'key', other)).code, 0);
  assert.deepEqual(failure(await danh('backup', 'verify', whole, '--key', other, '--json')), [1, 'backup_key_wrong']);
  assert.deepEqual(failure(await danh('backup', 'verify', whole, '--key', at('no_key'), '--json')), [2, 'key_file']);
  assert.deepEqual(failure(await danh('backup', 'verify', whole, '--key', path.join(place.data, 'danh.ini'), '--json')), [2, 'key_file']);
  assert.deepEqual(failure(await look(path.join(place.data, 'danh.ini'))), [2, 'backup_unknown']);
  assert.deepEqual(failure(await look(at('no_backup'))), [4, 'unreadable']);
  writeFileSync(at('letter'), 'a letter\n'.repeat(100));
  execFileSync('age', ['-r', recipient, '-o', at('letter.age'), at('letter')]);
  assert.deepEqual(failure(await look(at('letter.age'))), [1, 'backup_unknown']);
});

/** One thing in it is another, and it is encrypted anew: to the same key, as whoever has that key could. */
const ALTER = `import io, json, sys, tarfile
what, source, target = sys.argv[1:]
tarfile.RECORDSIZE = 512
def changed(name, data):
    if what == "row" and name.startswith("tables/person/"):
        at = data.index("Nguyễn".encode())
        return data[:at] + b"M" + data[at + 1:]
    if name not in ("danh-backup.json", "manifest.json"):
        return data
    said = json.loads(data)
    if what == "count" and "tables" in said:
        next(table for table in said["tables"] if table["table"] == "person")["rows"] += 1
    if what == "form" and "form" in said:
        said["form"] = 99
    if what == "root" and "ledger_root" in said:
        said["ledger_root"] = "00" * 32
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
with tarfile.open(source) as old, tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as new:
    for member in old:
        data = changed(member.name, old.extractfile(member).read())
        member.size = len(data)
        if what == "path" and member.name == "files/seal.key":
            member.name = "files/../outside.key"
        new.addfile(member, io.BytesIO(data))`;

test('what was altered and encrypted anew does not hold what it says, and nothing is made of it', async () => {
  assert.equal((await backUp(place.data, at('plain.age'))).code, 0);
  execFileSync('age', ['-d', '-i', key, '-o', at('plain.tar'), at('plain.age')]);
  for (const [what, code, error] of [['nothing', 0], ['row', 1, 'backup_differs'], ['count', 1, 'backup_differs'], ['root', 1, 'backup_ledger_differs'], ['form', 4, 'backup_newer'], ['path', 1, 'backup_unknown']]) {
    execFileSync('/usr/bin/python3', ['-c', ALTER, what, at('plain.tar'), at('altered.tar')]);
    rmSync(at('altered.age'), { force: true });
    execFileSync('age', ['-r', recipient, '-o', at('altered.age'), at('altered.tar')]);
    const looked = await look(at('altered.age'));
    assert.deepEqual([looked.code, JSON.parse(looked.stdout).error], [code, error], `${what}: ${looked.stderr}`);
    if (code === 0) continue; // so that it is the change which is refused
    const data = at(`altered_${what}`);
    assert.deepEqual(failure(await restore(at('altered.age'), data)), [code, error], what);
    assert.equal((await danh('ledger', 'verify', '--data', data)).code, 4, 'nobody takes it for an installation');
    assert.ok(!existsSync(at('outside.key')) && !existsSync(path.join(data, '../outside.key')));
  }
});

test('what would be overwritten stays, a wrong recipient and a full disk leave nothing behind', async () => {
  writeFileSync(at('there.age'), 'mine');
  assert.deepEqual(failure(await backUp(place.data, at('there.age'))), [1, 'file_exists']);
  assert.equal(readFileSync(at('there.age'), 'utf8'), 'mine');
  assert.deepEqual(failure(await danh('backup', 'key', key, '--json')), [1, 'file_exists']);
  assert.equal((await danh('backup', '--data', place.data, '--to', at('x.age'), '--recipient', `${recipient.slice(0, -1)}${recipient.endsWith('q') ? 'p' : 'q'}`)).code, 2);
  assert.equal((await danh('backup', '--data', at('nowhere'), '--to', at('x.age'), '--recipient', recipient)).code, 4);
  /** At most 100 KiB a file: what a full disk says. */
  const crowded = (...args) => {
    const child = spawn('bash', ['-c', 'trap "" XFSZ; ulimit -f 100; exec "$@"', '-', DANH, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.on('data', (part) => (stdout += part));
    return new Promise((done) => child.once('close', (code) => done({ code, stdout })));
  };
  assert.deepEqual(failure(await crowded('backup', '--data', place.data, '--to', at('x.age'), '--recipient', recipient, '--json')), [3, 'no_space']);
  assert.deepEqual(readdirSync(place.folder).filter((name) => name.startsWith('x.age')), []);
  mkdirSync(at('taken'));
  writeFileSync(path.join(at('taken'), 'note'), 'mine');
  assert.equal((await backUp(place.data, at('good.age'))).code, 0);
  assert.deepEqual(failure(await restore(at('good.age'), at('taken'), null)), [1, 'folder_not_empty']);
  assert.deepEqual(readdirSync(at('taken')), ['note']);
  assert.equal((await crowded('restore', at('good.age'), '--key', key, '--data', at('crowded'), '--json')).code, 3);
  assert.equal((await danh('ledger', 'verify', '--data', at('crowded'))).code, 4, 'nothing that starts');
});

test('broken off, a backup has no name yet, and a restored folder is no installation', async () => {
  const file = at('broken.age');
  const making = spawn(DANH, ['backup', '--data', place.data, '--to', file, '--recipient', recipient], { stdio: 'ignore' });
  const begun = Date.now() + 30000;
  while (!existsSync(`${file}.part`) && !existsSync(file) && Date.now() < begun); // no sleep: it does not take long
  await end(making, 'SIGKILL');
  if (making.signalCode === 'SIGKILL') assert.ok(!existsSync(file));
  rmSync(file, { force: true });
  assert.equal((await backUp(place.data, file)).code, 0, 'the next one writes over what is left');

  const target = at('broken');
  let restoring;
  for (let tries = 0; restoring?.signalCode !== 'SIGKILL'; tries++) {
    assert.ok(tries < 20, 'it was never still at it');
    rmSync(target, { recursive: true, force: true });
    const url = database.ENGINE === 'postgresql' ? database.create() : null;
    restoring = spawn(DANH, ['restore', file, '--key', key, '--data', target, ...(url ? ['--database', url] : [])], { stdio: 'ignore' });
    const late = Date.now() + 30000;
    while (!existsSync(path.join(target, 'unfinished')) && Date.now() < late); // no sleep: it does not take long
    await end(restoring, 'SIGKILL');
  }
  assert.deepEqual(failure(await danh('serve', '--data', target, '--listen', '127.0.0.1:0', '--json')), [4, 'installation_unfinished']);
  assert.deepEqual(failure(await restore(file, target, null)), [1, 'folder_not_empty']);
  rmSync(target, { recursive: true });
  assert.equal((await restore(file, target)).code, 0);
});
