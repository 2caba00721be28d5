// A PostgreSQL server that will not do: each time the message, the exit code, and that nothing has changed. A cluster of its own, over TCP.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { Cluster } from './lib/cluster.mjs';
import { DANH, ROOT, danh, end, freePort, start, until } from './lib/installation.mjs';

let cluster;
let folder;
let address;
let log; // the server's own
let order; // while this file is there the next sync of the server's log fails
const data = () => path.join(folder, 'data');

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'danh-trouble-'));
  chmodSync(folder, 0o777); // the server's user takes the order away
  order = path.join(folder, 'fail-sync');
  const preloaded = { LD_PRELOAD: path.join(path.dirname(DANH), 'tests/crash/faults/libfailing_sync.so'), DANH_FAIL_SYNC: order, DANH_FAIL_SYNC_OF: 'fdatasync /pg_wal/' };
  cluster = spawn('python3', [path.join(ROOT, 'script/lib/postgres.py'), 'serve', '--tcp'], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...preloaded } });
  const lines = createInterface({ input: cluster.stdout })[Symbol.asyncIterator]();
  const made_ = JSON.parse((await lines.next()).value);
  address = new URL(made_.url.replace('postgresql:', 'http:'));
  log = made_.log;
  writeFileSync(path.join(folder, 'password'), address.password, { mode: 0o600 });
  const passes = path.join(folder, 'passes');
  writeFileSync(passes, `*:*:*:*:${address.password}\n`, { mode: 0o600 });
  const made = await danh('synth', '--people', '1000', '--no-accounts', '--data', data(), '--database', `${place({})}?passfile=${passes}`);
  assert.equal(made.code, 0, made.stderr);
  const ini = path.join(data(), 'danh.ini');
  writeFileSync(ini, readFileSync(ini, 'utf8').replace(/^url = .*$/m, `url = ${place({})}\npassword_file = ${path.join(folder, 'password')}`));
});
after(async () => {
  const gone = new Promise((done) => cluster.once('exit', done));
  cluster.stdin.end();
  await gone;
  rmSync(folder, { recursive: true, force: true });
});

const place = ({ port = address.port, name = 'postgres' }) => `postgresql://${address.username}@127.0.0.1:${port}/${name}`;

/** What a command and the server say of that address and password. */
async function refused({ url, password = address.password }, code, exit, message) {
  const ini = path.join(data(), 'danh.ini');
  const before_ = readFileSync(ini, 'utf8');
  writeFileSync(path.join(folder, 'password'), password, { mode: 0o600 });
  writeFileSync(ini, before_.replace(/^url = .*$/m, `url = ${url}`));
  const asked = await danh('ledger', 'verify', '--data', data(), '--json');
  const served = await danh('serve', '--data', data(), '--listen', '127.0.0.1:0');
  writeFileSync(ini, before_);
  writeFileSync(path.join(folder, 'password'), address.password, { mode: 0o600 });
  assert.equal(asked.code, exit, asked.stdout + asked.stderr);
  const { error, message: said } = JSON.parse(asked.stdout);
  assert.deepEqual([error, said], [code, message]);
  assert.equal(served.code, exit, served.stderr);
}

test('a wrong password and an unknown user are refused', async () => {
  const message = 'the database server refuses the user or the password';
  await refused({ url: place({}), password: 'khong-phai-mat-khau' }, 'database_login', 4, message);
  await refused({ url: place({}).replace(`${address.username}@`, 'nobody_there@') }, 'database_login', 4, message);
});

test('a server that is not there, and a database that is not', async () => {
  await refused({ url: place({ port: await freePort() }) }, 'database_unreachable', 3, 'no database server answers at that address');
  await refused({ url: place({ name: 'nothing_there' }) }, 'database_missing', 4, 'there is no installation in that database (danh synth makes a demonstration)');
});

/** Passes everything on, and says of the server that it is of another version. */
async function older(version) {
  const proxy = net.createServer((program) => {
    const server = net.connect(address.port, '127.0.0.1');
    program.pipe(server);
    server.on('data', (part) => {
      const text = part.toString('latin1');
      program.write(Buffer.from(text.replace(/(server_version\0)\d\d/, `$1${version}`), 'latin1'));
    });
    for (const side of [program, server]) side.on('error', () => {}).on('close', () => [program, server].forEach((each) => each.destroy()));
  });
  await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
  return proxy;
}

test('a server older than PostgreSQL 15 is refused', async () => {
  const proxy = await older(14);
  await refused({ url: place({ port: proxy.address().port }) }, 'database_server_older', 4, 'the database server is older than PostgreSQL 15');
  proxy.close();
});

const psql = (text) => new Promise((resolve, reject) => {
  const child = spawn('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', place({})], { stdio: ['pipe', 'ignore', 'inherit'], env: { ...process.env, PGPASSWORD: address.password } });
  child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(text))));
  child.stdin.end(text);
});

test('a migration that was applied in part is taken for no installation', async () => {
  await psql('ALTER TABLE account_lock RENAME TO account_lock_kept');
  await refused({ url: place({}) }, 'database_half_made', 4, 'a migration or a copy of the database was broken off');
  await psql('ALTER TABLE account_lock_kept RENAME TO account_lock');
  const whole = await danh('ledger', 'verify', '--data', data(), '--json');
  assert.equal(whole.code, 0, whole.stderr);
});

test('a server that tries a failed fsync again is refused: the second may say that all is well', async () => {
  const careless = await Cluster.open('data_sync_retry=on');
  try {
    const told = await danh('synth', '--people', '1000', '--no-accounts', '--data', path.join(folder, 'careless'), '--database', careless.url, '--json');
    assert.deepEqual([told.code, JSON.parse(told.stdout).error], [4, 'database_unsafe'], told.stderr);
    assert.match(told.stderr, /data_sync_retry = on/);
  } finally {
    await careless.close();
  }
});

const limit = (value) => danh('account', 'limit', 'sessions_max', String(value), '--data', data(), '--json');
const kept = () => execFileSync('psql', ['-X', '-q', '-A', '-t', '-d', place({}), '-c', "SELECT value FROM account_limit WHERE name = 'sessions_max'"],
  { encoding: 'utf8', env: { ...process.env, PGPASSWORD: address.password } }).trim();

test('the disk of the server is full, or fails to read or to write: nothing of that request is kept, reading goes on, and so does writing afterwards', async () => {
  const before_ = kept();
  for (const [state, code] of [['53100', 'storage_full'], ['58030', 'storage_unavailable']]) {
    await psql(`CREATE OR REPLACE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '${state}', MESSAGE = 'could not extend file'; END $$;
      DROP TRIGGER IF EXISTS fails ON account_limit; CREATE TRIGGER fails BEFORE INSERT OR UPDATE ON account_limit FOR EACH ROW EXECUTE FUNCTION fails()`);
    const told = await limit(6);
    assert.deepEqual([told.code, JSON.parse(told.stdout).error], [3, code], told.stdout + told.stderr);
    assert.equal(kept(), before_);
  }
  await psql('DROP TRIGGER fails ON account_limit');
  assert.equal((await limit(6)).code, 0);
  assert.equal((await danh('ledger', 'verify', '--data', data())).code, 0);
});

test('the server fails to sync its log once: it ends itself and recovers, what was acknowledged is there, and nodes go on by themselves', async () => {
  const node = await start(['serve', '--data', data(), '--listen', '127.0.0.1:0']);
  try {
    assert.equal((await limit(7)).code, 0);
    const ended = () => readFileSync(log, 'utf8').split('PANIC:').length - 1;
    const before_ = ended();
    writeFileSync(order, '');
    chmodSync(order, 0o666);
    const told = await limit(8);
    const after_ = told.code === 0 ? '8' : null;
    await until('the order was obeyed', () => !existsSync(order));
    await until('it has ended itself', () => ended() > before_);
    await until('the server answers again', () => {
      try {
        return after_ === null || kept() === after_;
      } catch {
        return false; // it recovers still
      }
    });
    await until('the node writes again', async () => (await limit(9)).code === 0);
    assert.ok([0, 3].includes(told.code), told.stdout);
    assert.equal(kept(), '9');
    assert.equal((await danh('ledger', 'verify', '--data', data())).code, 0);
  } finally {
    await end(node);
  }
});
