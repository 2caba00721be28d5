// What cannot work says so in one line, with its own exit code, and harms nothing.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Installation, danh, end, start, copyFolder } from '../flows/lib/installation.mjs';

let place;
let whole; // an installation at rest, to be spoilt in copies
before(async () => {
  place = await Installation.open({ receivers: false });
  await place.stop('server');
  whole = path.join(place.folder, 'whole');
  copyFolder(place.data, whole);
  await place.startServer();
});
after(() => place?.close());

const copy = (name) => {
  const to = path.join(place.folder, name);
  copyFolder(whole, to);
  return to;
};

/** Ends with that code within seconds, and one line of English that matches. */
async function fails(args, code, message) {
  const child = await start(args, { ready: false });
  const ended = new Promise((done) => child.once('exit', (...how) => done(how)));
  const timer = setTimeout(() => child.kill('SIGKILL'), 15000);
  const [exit, signal] = await ended;
  clearTimeout(timer);
  assert.deepEqual([exit, signal], [code, null], `${args.join(' ')}: ${child.errors}`);
  assert.match(child.errors, message);
  assert.equal(child.errors.trim().split('\n').filter((line) => !line.startsWith('{')).length, 1, child.errors);
  assert.equal(child.output, '');
}

test('a port in use', async () => {
  const holder = net.createServer().listen(0, '127.0.0.1');
  await new Promise((done) => holder.once('listening', done));
  const { port } = holder.address();
  const data = copy('port');
  await fails(['serve', '--data', data, '--listen', `127.0.0.1:${port}`], 3, /^danh serve: .*listens at that address/);
  holder.close();
  const server = await start(['serve', '--data', data, '--listen', '127.0.0.1:0']);
  await end(server);
});

test('a folder that is not there, is empty, or is no folder', async () => {
  const empty = path.join(place.folder, 'empty');
  mkdirSync(empty);
  for (const data of [path.join(place.folder, 'none'), empty, path.join(place.data, 'danh.ini')]) {
    await fails(['serve', '--data', data, '--listen', '127.0.0.1:0'], 4, /^danh serve: there is no installation in that folder/);
    assert.ok(!existsSync(path.join(data, 'danh.db')), 'and makes none');
  }
  assert.equal((await danh('serve')).code, 2);
});

test('a second server on one installation', async () => {
  await fails(['serve', '--data', place.data, '--listen', '127.0.0.1:0'], 3, /^danh serve: another process is writing to the installation/);
  assert.equal((await place.client().get('/healthz')).status, 200);
});

test('a damaged database', async () => {
  const data = copy('damaged');
  const file = openSync(path.join(data, 'danh.db'), 'r+');
  writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, 0);
  closeSync(file);
  const damaged = readFileSync(path.join(data, 'danh.db'));
  await fails(['serve', '--data', data, '--listen', '127.0.0.1:0'], 4, /^danh serve: the database is damaged/);
  assert.equal((await danh('ledger', 'verify', '--data', data)).code, 4);
  assert.ok(damaged.equals(readFileSync(path.join(data, 'danh.db'))), 'it is left as it was');
});

test('a database of a newer program', async () => {
  const data = copy('newer');
  const program = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
table = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%module%version%'")][0]
db.execute(f"UPDATE {table} SET version = version + 1000 WHERE module = 'dossier'")
db.commit()`;
  execFileSync('python3', ['-c', program, path.join(data, 'danh.db')]);
  await fails(['serve', '--data', data, '--listen', '127.0.0.1:0'], 4, /^danh serve: the database was made by a newer program/);
});

test('a configuration with an unknown key', async () => {
  const data = copy('config');
  const file = path.join(data, 'danh.ini');
  writeFileSync(file, readFileSync(file, 'utf8').replace('demo = 1', 'demo = 1\ncolour = red'));
  await fails(['serve', '--data', data, '--listen', '127.0.0.1:0'], 4, /^danh serve: danh\.ini has an unknown key.*line \d+/);
});
