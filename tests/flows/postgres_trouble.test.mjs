// A PostgreSQL server that will not do: each time the message, the exit code, and that nothing has changed. A cluster of its own, over TCP.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { ROOT, danh, freePort } from './lib/installation.mjs';

let cluster;
let folder;
let address;
const data = () => path.join(folder, 'data');

before(async () => {
  cluster = spawn('python3', [path.join(ROOT, 'script/lib/postgres.py'), 'serve', '--tcp'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: cluster.stdout })[Symbol.asyncIterator]();
  address = new URL(JSON.parse((await lines.next()).value).url.replace('postgresql:', 'http:'));
  folder = mkdtempSync(path.join(tmpdir(), 'danh-trouble-'));
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
