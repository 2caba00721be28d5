// Trouble with the database and with far dates: each has its message, its exit code and its line in doc/operate.md. Clocks that are set: trouble_clock.test.mjs; damaged, foreign and
// locked folders: tests/crash/trouble.test.mjs; a server that is away: nodes and move_db; backups that were cut: backup.test.mjs; missing tiles: tests/interop/tlog.test.mjs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ENGINE } from './lib/database.mjs';
import { DANH, Installation, danh } from './lib/installation.mjs';
import { RelyingParty } from './lib/relying_party.mjs';
import { claimsOf, code as codeFor, token, userinfo } from './lib/token_client.mjs';

let place;
before(async () => (place = await Installation.open({ receivers: false, serve: false })));
after(() => place?.close());

const SERVE = ['serve', '--listen', '127.0.0.1:0'];
const WRITE = ['account', 'limit', 'sessions_max', '5'];
const READ = ['account', 'count'];

/** The command fails with that code, under that name, in that sentence. */
async function fails(args, code, name, sentence) {
  const said = await danh(...args, '--data', place.data, '--json');
  assert.deepEqual([said.code, JSON.parse(said.stdout || '{}').error], [code, name], `danh ${args.join(' ')}: ${said.stdout}${said.stderr}`);
  assert.ok(said.stderr.startsWith(`danh ${args[0]}: ${sentence}`), said.stderr);
}

test('newer migration: code 4, and nothing is changed', async () => {
  place.change("UPDATE schema_version SET version = version + 90 WHERE module = 'wallet'");
  for (const command of [SERVE, WRITE, READ]) await fails(command, 4, 'database_newer', 'the database was made by a newer program');
  place.change("UPDATE schema_version SET version = version - 90 WHERE module = 'wallet'");
  assert.equal((await danh(...READ, '--data', place.data)).code, 0);
});

test('half-applied migration: tables that are there and not noted are code 4, and stay as they are', async () => {
  const [[version, fingerprint]] = place.rows("SELECT version, CAST(fingerprint AS TEXT) FROM schema_version WHERE module = 'wallet'");
  place.change("DELETE FROM schema_version WHERE module = 'wallet'");
  for (const command of [SERVE, WRITE]) await fails(command, 4, 'database_half_made', 'a migration or a copy of the database was broken off');
  place.change(`INSERT INTO schema_version (module, version, fingerprint) VALUES ('wallet', ${version}, ${fingerprint})`);
  assert.equal((await danh(...WRITE, '--data', place.data)).code, 0);
});

/** As the files' owner who may not do what their modes forbid, be it root. */
function bound(...args) {
  const prefix = process.getuid() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-dac_override,-dac_read_search'] : [];
  const [program, ...rest] = [...prefix, DANH, ...args, '--data', place.data, '--json'];
  return spawnSync(program, rest, { encoding: 'utf8', timeout: 120000 });
}

test('read-only disk: whoever would write is code 4, who reads is answered', { skip: ENGINE !== 'sqlite' }, () => {
  const file = path.join(place.data, 'danh.db');
  chmodSync(file, 0o400);
  for (const command of [SERVE, WRITE]) {
    const said = bound(...command);
    assert.deepEqual([said.status, JSON.parse(said.stdout || '{}').error], [4, 'database_readonly'], said.stderr);
    assert.match(said.stderr, /^danh \w+: the database, or the folder it lies in, cannot be written/);
  }
  const read = bound(...READ);
  assert.equal(read.status, 0, read.stderr);
  for (const each of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(each)) chmodSync(each, 0o600); // a reader has made them as the file was
  const written = bound(...WRITE);
  assert.equal(written.status, 0, written.stderr + written.stdout);
});

/** A server of another age: it lets everybody in and says its version. */
function oldServer(version) {
  const parameter = (name, value) => {
    const text = Buffer.from(`${name}\0${value}\0`);
    const head = Buffer.from([0x53, 0, 0, 0, 0]); // 'S'
    head.writeInt32BE(text.length + 4, 1);
    return Buffer.concat([head, text]);
  };
  const authenticated = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
  const ready = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (asked) => {
      const isStartup = asked.length >= 8 && asked.readInt32BE(4) === 196608;
      if (asked.length === 8) socket.write('N'); // neither TLS nor GSSAPI
      else if (isStartup) socket.write(Buffer.concat([authenticated, parameter('server_version', version), parameter('client_encoding', 'UTF8'),
        parameter('default_transaction_read_only', 'off'), parameter('in_hot_standby', 'off'), ready]));
    });
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

test('wrong version of the database server: code 4', async () => {
  const server = await oldServer('14.9');
  try {
    await fails([...SERVE, '--database', `postgresql://danh@127.0.0.1:${server.address().port}/danh`], 4, 'database_server_older', 'the database server is older than PostgreSQL 15');
  } finally {
    server.close();
  }
});

test('wrong database address: code 2 on the command line, code 4 where libpq cannot read it, and no server there is code 3', async () => {
  const misuse = await danh(...SERVE, '--data', place.data, '--database', 'mysql://danh@127.0.0.1/danh');
  assert.equal(misuse.code, 2, misuse.stderr);
  await fails([...SERVE, '--database', 'postgresql://danh@[::1/danh'], 4, 'database_address', 'the address of the database server cannot be read');
  await fails([...SERVE, '--database', 'postgresql://danh@127.0.0.1:1/danh'], 3, 'database_unreachable', 'no database server answers at that address');
});

test('leap day, and after 2038: people sign in, services get tokens, the ledger holds; whose card has run out is refused', async (t) => {
  const later = await Installation.open({ receivers: false, clock: '2040-02-29T10:00:00+07:00' });
  t.after(() => later.close());
  const elderly = later.client();
  const signed = await elderly.signIn(later.identity('elderly.hanoi').pin, later.synth.demo_password);
  assert.equal(signed.status, 303);
  assert.equal((await elderly.get('/api/session')).status, 200);
  const party = await RelyingParty.register(later);
  const { body } = await token(party, await codeFor(party, elderly));
  const { exp, iat } = claimsOf(body.id_token);
  assert.ok(iat > 2 ** 31 && exp > iat, `${iat} ${exp}`);
  assert.equal((await userinfo(party, body.access_token)).status, 200);
  assert.equal((await later.client().signIn(later.identity('citizen.hanoi').pin, later.synth.demo_password)).status, 423, 'an expired card');
  const [entry] = (await danh('ledger', 'tail', '--lines', '1', '--data', later.data, '--json')).stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.match(entry.at, /^2040-02-29T/);
});
