// danh doctor: each thing it looks at, well and sick: what it finds, at which level, and that it says what to do. Certificates are openssl's, the server of them Node's,
// the database server PostgreSQL with settings of its own, the clock libfaketime's.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { MachineClock } from '../flows/lib/clock.mjs';
import { Cluster } from '../flows/lib/cluster.mjs';
import { change } from '../flows/lib/database.mjs';
import { copyFolder, danh, danhWithInput, end, Installation, start, until } from '../flows/lib/installation.mjs';

const DAY_MS = 24 * 3600 * 1000;
let place;
before(async () => (place = await Installation.open({ receivers: false, engine: 'sqlite' })));
after(() => place?.close());

/** env: of its process. */
async function doctor(data = place.data, env) {
  const child = await start(['doctor', '--data', data, '--json'], { ready: false, env });
  const code = await new Promise((done) => child.once('close', done));
  const found = JSON.parse(child.output);
  for (const finding of found.findings) assert.equal(finding.level === 'ok', finding.advice === null, finding.said);
  assert.equal(code, found.problems > 0 ? 1 : 0, child.output);
  return { code, ...found };
}
const said = (of, topic, level) => of.findings.filter((f) => f.topic === topic && f.level === level).map((f) => f.said).join('\n');
/** An installation that is nobody's demonstration. */
async function empty(name, ini = '') {
  const data = path.join(place.folder, name);
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(path.join(data, 'danh.ini'), ini);
  const made = await danh('init', '--data', data);
  assert.equal(made.code, 0, made.stderr);
  return data;
}
/** What the installation is now, in a folder of its own, served by nobody. */
function copied(name) {
  const data = path.join(place.folder, name);
  copyFolder(place.data, data);
  return data;
}
const set = (data, lines) => appendFileSync(path.join(data, 'danh.ini'), `\n${lines}\n`);
/** In the folder of the file: NAME.pem and NAME.key, good for so many days. */
function certificate(name, days) {
  const at = (kind) => path.join(place.folder, `${name}.${kind}`);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', String(days), '-subj', `/CN=${name}`,
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', at('key'), '-out', at('pem')], { stdio: 'ignore' });
  return { cert: at('pem'), key: at('key') };
}

test('nothing is wrong where nothing is; what is wrong with configuration, rights, keys and deliveries is named, and what to do', async () => {
  const well = await doctor();
  assert.deepEqual([well.code, well.is_well, well.problems], [0, true, 0], JSON.stringify(well));
  for (const topic of ['configuration', 'rights', 'disk', 'database', 'certificates', 'signer', 'keys', 'ledger', 'backup', 'cores']) assert.ok(said(well, topic, 'ok'), topic);
  assert.match(said(well, 'database', 'ok'), /^sqlite 3\.\d+/);
  await place.moveTo('2026-12-01T15:00:00+07:00');
  chmodSync(path.join(place.data, 'bank.secret'), 0o644);
  assert.match(said(await doctor(), 'rights', 'warning'), /bank\.secret/);
  chmodSync(path.join(place.data, 'bank.secret'), 0o600);
  assert.equal((await doctor(path.join(place.folder, 'nowhere'))).code, 1);
  const sick = await empty('sick');
  const ini = path.join(sick, 'danh.ini');
  writeFileSync(ini, '[bank]\nsecret_file = /nowhere/secret\n[installation]\nclock_offset_ms = 1000\n[signer]\nsocket = /nowhere/signer.sock\n');
  chmodSync(path.join(sick, 'seal.key'), 0o644);
  const found = await doctor(sick);
  assert.equal(found.code, 1);
  assert.match(found.findings.map((f) => f.said).join('\n'), /\/nowhere\/secret.*cannot be read[^]*clock_offset_ms[^]*seal\.key[^]*does not answer on \/nowhere/);
  writeFileSync(ini, '[installation]\nno_such_key = 1\n');
  assert.match(said(await doctor(sick), 'configuration', 'problem'), /line 2/);
  writeFileSync(ini, '[mail]\nurl = smtp://localhost:9\nfrom = nobody\n');
  assert.match(said(await doctor(sick), 'configuration', 'problem'), /line 3: \[mail\] from/);
  writeFileSync(ini, '[doctor]\ncertificate_problem_days = 0\n');
  assert.match(said(await doctor(sick), 'configuration', 'problem'), /line 2: \[doctor\]certificate_problem_days/);
});

test("the system's and officers' certificates: how many days are left, by thresholds that danh.ini sets; who holds no post is not asked after", async () => {
  const data = copied('certificates');
  const [[key, last]] = place.rows("SELECT key_name, MAX(not_after) AS ends FROM pki_certificate WHERE person_id <> 0 GROUP BY key_name, person_id ORDER BY ends, key_name LIMIT 1");
  const at = (days) => {
    const ini = readFileSync(path.join(data, 'danh.ini'), 'utf8').replace(/clock_offset_ms = .*/, `clock_offset_ms = ${last - days * DAY_MS - Date.now()}`);
    writeFileSync(path.join(data, 'danh.ini'), ini);
  };
  const officer = new RegExp(`the signing certificate of ${key} \\(post \\d+ of \\S+\\) (has ended on|ends on) [0-9-]+, (?:in )?(\\d+) days`);
  at(31.5);
  assert.doesNotMatch(said(await doctor(data), 'certificates', 'warning'), officer);
  at(20.5);
  assert.deepEqual(officer.exec(said(await doctor(data), 'certificates', 'warning'))?.slice(1), ['ends on', '20']);
  at(6.5);
  assert.deepEqual(officer.exec(said(await doctor(data), 'certificates', 'problem'))?.slice(1), ['ends on', '6']);
  at(-3.5);
  const ended = await doctor(data);
  assert.deepEqual(officer.exec(said(ended, 'certificates', 'problem'))?.slice(1), ['has ended on', '3']);
  assert.match(said(ended, 'certificates', 'problem'), /the certificate of seal\/\S+ has ended on/);
  at(20.5);
  set(data, '[doctor]\ncertificate_warning_days = 10\ncertificate_problem_days = 2');
  assert.doesNotMatch(said(await doctor(data), 'certificates', 'warning'), officer);
  at(6.5);
  assert.match(said(await doctor(data), 'certificates', 'warning'), officer);
  change(data, `DELETE FROM post_holder WHERE person_id = ${key.split('/')[1]}`);
  assert.doesNotMatch(said(await doctor(data), 'certificates', 'warning'), officer);
});

test('the last backup, by the line that the ledger has of it: none, a fresh one, one of last night, one of last week', async () => {
  const data = await empty('backed_up');
  assert.match(said(await doctor(data), 'backup', 'warning'), /the ledger knows of none/);
  const key = path.join(place.folder, 'backup.key');
  const recipient = (await danh('backup', 'key', key)).stdout.trim();
  const made = await danh('backup', '--data', data, '--to', path.join(place.folder, 'one.age'), '--recipient', recipient);
  assert.equal(made.code, 0, made.stderr);
  assert.match(said(await doctor(data), 'backup', 'ok'), /the last was made 0 hours ago, at 20/);
  const later = (hours, more = '') => writeFileSync(path.join(data, 'danh.ini'), `[installation]\nclock_offset_ms = ${hours * 3600 * 1000}\n${more}`);
  later(27);
  assert.match(said(await doctor(data), 'backup', 'warning'), /the last was made 27 hours ago/);
  later(27, '[doctor]\nbackup_warning_hours = 30\n');
  assert.ok(said(await doctor(data), 'backup', 'ok'));
  later(7 * 24 + 1);
  assert.match(said(await doctor(data), 'backup', 'problem'), /169 hours ago/);
});

test("clients' certificates, by the one that a client showed last", async () => {
  const data = copied('clients');
  const metadata = { client_id: 'bank', client_name: 'Bank', redirect_uris: ['https://bank.example/cb'], token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=bank',
    danh_purpose: 'x', danh_owner: 'Bank' };
  const added = await danhWithInput(JSON.stringify(metadata), 'client', 'add', '-', '--data', data);
  assert.equal(added.code, 0, added.stderr);
  const shown = (byte, days) =>
    change(data, `INSERT INTO oidc_presented (client_id, thumbprint, not_after, seen_at) VALUES ('bank', x'${byte}', $1, $2)`, Math.round(Date.now() + days * DAY_MS), place.now());
  shown('01', 3.5);
  assert.match(said(await doctor(data), 'certificates', 'problem'), /the certificate that client bank proves itself with ends on [0-9-]+, in 3 days/);
  shown('02', 300);
  assert.doesNotMatch(said(await doctor(data), 'certificates', 'problem'), /client bank/);
});

test("the proxy's certificate, where the origin leads or as a file; the roots that clients are believed by", async () => {
  const lasting = { long: certificate('long', 300), month: certificate('month', 20), week: certificate('week', 3) };
  const data = await empty('front');
  const ini = (more) => writeFileSync(path.join(data, 'danh.ini'), more);
  const read = ({ cert, key }) => ({ cert: readFileSync(cert), key: readFileSync(key) });
  const server = https.createServer(read(lasting.long), (_, answer) => answer.end());
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  try {
    const origin = `https://localhost:${server.address().port}`;
    ini(`[installation]\norigin = ${origin}\n`);
    assert.match(said(await doctor(data), 'certificates', 'warning'), /the certificate at https:\/\/localhost:\d+ is not believed on this machine: .*certificate/);
    for (const [name, level] of [['month', 'warning'], ['week', 'problem']]) {
      server.setSecureContext(read(lasting[name]));
      assert.match(said(await doctor(data), 'certificates', level), new RegExp(`the certificate at ${origin} \\(CN=${name}\\) ends on [0-9-]+, in \\d+ days`), name);
    }
    await new Promise((done) => server.close(done));
    assert.match(said(await doctor(data), 'certificates', 'warning'), new RegExp(`^${origin}: .*connect`, 'm'));
    for (const [name, level] of [['long', 'ok'], ['month', 'warning'], ['week', 'problem']]) {
      ini(`[installation]\norigin = ${origin}\n[doctor]\nfront_certificate = ${lasting[name].cert}\nclient_roots = ${lasting[name].cert}\n`);
      const found = said(await doctor(data), 'certificates', level);
      for (const whose of ["the proxy's certificate", "the root of clients' certificates"]) assert.match(found, new RegExp(`${whose}.*${level === 'ok' ? 'none ends' : 'ends on'}`), `${name} ${whose}`);
    }
    ini(`[doctor]\nfront_certificate = ${lasting.long.key}\nclient_roots = /nowhere/roots.pem\n`);
    assert.match(said(await doctor(data), 'certificates', 'warning'), /long\.key holds no certificate[^]*\/nowhere\/roots\.pem cannot be read/);
  } finally {
    server.close();
  }
});

const LISTENER = `import os, resource, socket, sys
resource.setrlimit(resource.RLIMIT_CORE, (int(sys.argv[2]), resource.getrlimit(resource.RLIMIT_CORE)[1]))
door = socket.socket(socket.AF_UNIX)
door.bind(sys.argv[1])
door.listen(8)
print('ready', flush=True)
sys.stdin.read()`;
/** Somebody who listens where a server does, and may leave a core of so many bytes. */
async function listener(data, core) {
  const socket = path.join(data, 'danh.sock');
  rmSync(socket, { force: true });
  const child = spawn('/usr/bin/python3', ['-c', LISTENER, socket, String(core)], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((done) => child.stdout.once('data', done));
  return child;
}

test("the ledger's signed head, when entries wait for it though a server runs; a process that would leave a core", async () => {
  const data = copied('late');
  assert.equal((await danh('account', 'limit', 'sessions_max', '7', '--data', data)).code, 0);
  assert.match(said(await doctor(data), 'ledger', 'ok'), /wait for the next/, 'nobody serves it');
  const ini = readFileSync(path.join(data, 'danh.ini'), 'utf8');
  writeFileSync(path.join(data, 'danh.ini'), ini.replace(/clock_offset_ms = (.*)/, (_, ms) => `clock_offset_ms = ${Number(ms) + 2 * 3600 * 1000}`));
  for (const [core, level] of [[0, 'ok'], [4096, 'problem']]) {
    const child = await listener(data, core);
    try {
      const found = await doctor(data);
      assert.match(said(found, 'ledger', 'problem'), /\d+ wait for the next, the oldest for 7\d{3} s/);
      assert.match(said(found, 'cores', level), level === 'ok' ? /leaves no core/ : new RegExp(`the server \\(process ${child.pid}\\) would leave a core`));
    } finally {
      await end(child);
    }
  }
});

test("the signer's keys: those of another installation are found out", async () => {
  const [data, other] = [copied('keys'), await empty('others_keys')];
  const child = await start(['signer', '--data', other], { ready: false });
  try {
    const socket = path.join(other, 'signer.sock');
    await until('the signer listens', () => existsSync(socket));
    set(data, `[signer]\nsocket = ${socket}`);
    const found = await until('it answers', async () => {
      const now = await doctor(data);
      return said(now, 'signer', 'ok') && now;
    });
    assert.match(said(found, 'keys', 'problem'), /ca\/root: the signer's key is not the one that the certificate is of/);
    assert.match(said(found, 'keys', 'problem'), /seal\/\S+: the signer does not have the key of that certificate/);
    assert.match(said(found, 'keys', 'problem'), /the ledger's key: the signer's is not the one that signed the newest head/);
  } finally {
    await end(child);
  }
});

test("a database server: its version, its clock against this machine's, and settings that write people's data into its log", async () => {
  const cluster = await Cluster.open('log_error_verbosity=terse');
  try {
    const data = await empty('server', `[database]\nurl = ${await cluster.create('looked_at')}\n[installation]\ndemo = 1\n`);
    const well = await doctor(data);
    assert.equal(well.problems, 0, JSON.stringify(well));
    assert.match(said(well, 'standby', 'ok'), /\(PostgreSQL 15[.\d]*\) takes writes/);
    assert.match(said(well, 'clock', 'ok'), /the clock of \S+ is \d{1,4} ms (behind|ahead of) this machine's/);
    assert.match(said(well, 'log', 'ok'), /keeps nothing of statements/);
    const forms = [
      ['warning', { log_error_verbosity: "'default'", log_parameter_max_length_on_error: '-1' }],
      ['problem', { log_statement: "'mod'", log_min_duration_statement: '0', debug_print_plan: 'on' }],
    ];
    for (const [level, settings] of forms) {
      for (const [name, value] of Object.entries(settings)) await cluster.sql(`ALTER DATABASE looked_at SET ${name} = ${value}`);
      const found = said(await doctor(data), 'log', level);
      for (const [name, value] of Object.entries(settings)) assert.match(found, new RegExp(`${name} = ${value.replaceAll("'", '')}(,|$)`), name);
      for (const name of Object.keys(settings)) await cluster.sql(`ALTER DATABASE looked_at RESET ${name}`);
    }
    await cluster.sql("ALTER DATABASE looked_at SET log_statement = 'all'");
    await cluster.sql('ALTER DATABASE looked_at SET log_parameter_max_length = 0');
    assert.ok(said(await doctor(data), 'log', 'ok'), 'statements without their parameters');
    for (const [seconds, level, which] of [[3600, 'problem', 'behind'], [-30, 'warning', 'ahead of']]) {
      const clock = new MachineClock(place.folder, new Date(Date.now() + seconds * 1000).toISOString());
      const apart = new RegExp(`the clock of \\S+ is (\\d+) ms ${which} this machine's`).exec(said(await doctor(data, clock.env), 'clock', level));
      assert.ok(Math.abs(Number(apart?.[1]) - Math.abs(seconds) * 1000) < 5000, `${seconds}: ${apart}`);
    }
  } finally {
    await cluster.close();
  }
});
