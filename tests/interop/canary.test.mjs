// Canaries: somebody with a name, an address, a telephone number, an e-mail address and secrets that stand nowhere else. People, officers and strangers do what
// they can with them at every address there is, in the right form and in wrong ones, on both engines; processes die; a backup is made. Nothing that leaves the
// installation then holds any of it, however it is written: log lines, spans, figures, answers to strangers, the database server's log, the backup.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Cluster } from '../flows/lib/cluster.mjs';
import { Installation, ROOT, danh, until } from '../flows/lib/installation.mjs';
import { dossier, PURPOSE } from '../flows/lib/story.mjs';

const NAME = 'Tưởng Ngải Khuê Trâm';
const ADDRESS = 'Ngách 9/77 phố Khuê Văn Trắc';
const PHONE = '0987650123';
const EMAIL = 'khue.tram.canary@thu.example';
const WRONG = 'mot-mat-khau-sai-chim-hoang-yen';

let place;
let cluster;
let database; // its address, once the installation lies there
let collector;
let canaries; // {what: text}
const exported = []; // bytes of spans
const logs = []; // of processes that ended
const answers = []; // {who, method, path, status, type, text}

/** A text without its marks, as a search keeps it. */
const folded = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').replaceAll('Đ', 'D');

const known = new Map();
/** How a text can stand in bytes that somebody wrote: each as Latin-1, so that bytes are compared. */
function forms(text) {
  if (known.has(text)) return known.get(text);
  const found = new Set();
  const add = (one) => found.add(Buffer.from(one, 'utf8').toString('latin1'));
  for (const one of new Set([text.normalize('NFC'), text.normalize('NFD'), folded(text)])) {
    for (const cased of [one, one.toLowerCase(), one.toUpperCase()]) {
      const bytes = Buffer.from(cased, 'utf8');
      add(cased);
      add(encodeURIComponent(cased));
      add(encodeURIComponent(cased).toLowerCase());
      add(encodeURIComponent(cased).replaceAll('%20', '+'));
      add(JSON.stringify(cased).slice(1, -1).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`));
      add(bytes.toString('hex'));
      add(bytes.toString('hex').toUpperCase());
      add([...bytes].map((b) => `\\${b.toString(8).padStart(3, '0')}`).join(''));
      found.add(Buffer.from(cased, 'utf16le').toString('latin1'));
      for (let shift = 0; shift < 3; shift++) { // base64 of a longer text in which it begins at any place
        const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
        const inner = whole.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
        add(inner);
        add(inner.replaceAll('+', '-').replaceAll('/', '_'));
      }
    }
  }
  known.set(text, [...found]);
  return known.get(text);
}

/** The first canary in these bytes, and as what; null: none. A number of few digits counts only where it stands by itself. */
function seen(bytes) {
  const text = Buffer.from(bytes).toString('latin1');
  for (const [what, value] of Object.entries(canaries)) {
    const short = /^\d{1,8}$/.test(value);
    for (const form of short ? [value] : forms(value)) {
      const at = short ? text.search(new RegExp(`(?<![0-9A-Za-z.:-])${form}(?![0-9A-Za-z])`)) : text.indexOf(form);
      if (at >= 0) return `${what} as ${JSON.stringify(form)}: ...${text.slice(Math.max(0, at - 120), at + form.length + 40)}`;
    }
  }
  return null;
}

before(async () => {
  place = await Installation.open({ receivers: false, serve: false, engine: 'sqlite' });
  cluster = await Cluster.open('log_error_verbosity=terse', 'log_connections=on');
  collector = http.createServer((request, answer) => {
    request.on('data', (part) => exported.push(part));
    request.on('end', () => answer.writeHead(200).end());
  });
  await new Promise((done) => collector.listen(0, '127.0.0.1', done));
  appendFileSync(path.join(place.data, 'danh.ini'), `\n[log]\nrequests = all\n\n[trace]\ncollector = http://127.0.0.1:${collector.address().port}\n`);
  const { pin } = place.identity('citizen.hanoi');
  const words = folded(NAME).toLowerCase();
  const person = `(SELECT person_id FROM person_pin WHERE pin = ${Number(pin)})`;
  place.change(`UPDATE person SET name = $1, name_fold = $2, mobile = $3 WHERE person_id = ${person}`, NAME, words, PHONE);
  place.change(`UPDATE person_residence SET address = $1 WHERE person_id = ${person}`, ADDRESS);
  place.change(`UPDATE account SET phone = $1, email = $2 WHERE person_id = ${person}`, PHONE, EMAIL);
  place.change(`UPDATE account_phone SET phone = $1 WHERE person_id = ${person}`, PHONE);
  canaries = {
    name: NAME, address: ADDRESS, phone: PHONE.slice(1), email: EMAIL, pin, 'pin as a number': String(Number(pin)), password: place.synth.demo_password, 'wrong password': WRONG,
    passcode: place.synth.demo_passcode, 'signing PIN': place.synth.demo_signing_pin, 'bank secret': place.bankSecret(),
  };
});
after(async () => {
  collector?.close();
  await place?.close();
  await cluster?.close();
});

/** Every route there is, from the table of them. */
const routes = [...readFileSync(path.join(ROOT, 'src/api/routes.c'), 'utf8').matchAll(/\{\{HTTP_([A-Z]+), "([^"]+)"\}/g)].map(([, method, route]) => ({ method, route }))
  .filter(({ route }) => !/^\/(sign-out|metrics|healthz|readyz)|events/.test(route));

/** What can stand in a body: each canary under the names that fields have. */
const fields = () => ({
  pin: canaries.pin, name: NAME, full_name: NAME, address: ADDRESS, phone: PHONE, email: EMAIL, password: WRONG, new_password: WRONG, passcode: '730264x', purpose: NAME, reason: ADDRESS,
  number: canaries.pin, text: NAME, code: canaries.pin, subject: canaries.pin, login_hint: canaries.pin, state: EMAIL, scope: NAME, client_id: EMAIL, redirect_uri: `https://${EMAIL}/`, step: 'number',
});

async function tryAll(who, client, sent) {
  const tried = [];
  for (const { method, route } of routes) {
    const address = route.replace(/\{[^}]+\}|\*/g, encodeURIComponent(sent.in_path));
    const query = new URLSearchParams(sent.fields).toString();
    const bodies = method === 'GET' ? [undefined] : [sent.fields, new URLSearchParams(sent.fields), `{"pin":"${canaries.pin}","name":"${NAME}`];
    for (const body of bodies) tried.push({ method, address: `${address}?${query}`, body });
  }
  const one = async (_, start) => {
    for (let i = start; i < tried.length; i += 8) {
      const { method, address, body } = tried[i];
      const answer = await client.request(method, address, { body, headers: { 'Idempotency-Key': sent.in_path, 'User-Agent': sent.in_path, Referer: `http://${sent.in_path}/` } }).catch((error) => ({ status: 0, headers: {}, bytes: Buffer.from(String(error)) }));
      answers.push({ who, method, path: address.split('?')[0], status: answer.status, type: answer.headers['content-type'] ?? '', bytes: answer.bytes });
    }
  };
  await Promise.all(Array.from({ length: 8 }, one));
}

/** What people do with it, rightly and wrongly. */
async function everybodyDoes() {
  const { pin } = place.identity('citizen.hanoi');
  const citizen = await place.as('citizen.hanoi');
  const officer = await place.officer('decider');
  const stranger = place.client();
  await dossier(place, 'sealed', { citizen: await place.as('citizen.hanoi') });
  for (const secret of [WRONG, `${place.synth.demo_password}x`]) await place.client().signIn(pin, secret);
  await stranger.get(`/no/${encodeURIComponent(NAME)}?pin=${pin}`);
  await officer.get(`/api/desk/people?name=${encodeURIComponent(NAME)}&purpose=${encodeURIComponent(PURPOSE)}`);
  await officer.get(`/api/desk/people?pin=${pin}&purpose=${encodeURIComponent(PURPOSE)}`);
  const sent = { in_path: pin, fields: fields() };
  await tryAll('stranger', stranger, sent);
  await tryAll('stranger', place.client(), { in_path: encodeURIComponent(NAME), fields: { state: NAME } });
  await tryAll('neighbour', await place.as('citizen.hue'), { in_path: pin, fields: { pin, number: pin } });
  await tryAll('holder', citizen, sent);
  await tryAll('officer', officer, sent);
  for (const command of [['account', 'show', pin], ['account', 'lock', pin, '--ground', 'x'], ['account', 'create', pin]]) {
    const said = await danh(...command, '--data', place.data);
    assert.notEqual(said.code, 0);
    logs.push(Buffer.from(said.stderr));
  }
}

const toldOf = (child) => Buffer.from(child.errors + child.output);

test('the search finds a canary however it is written', () => {
  for (const value of [NAME, ADDRESS, EMAIL, canaries.pin]) {
    const bytes = Buffer.from(value.normalize('NFC'));
    for (const written of [value, value.normalize('NFD'), folded(value).toUpperCase(), encodeURIComponent(value), bytes.toString('hex'), bytes.toString('base64'), Buffer.from(`xy${value}`).toString('base64url'),
      JSON.stringify(value).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)]) {
      assert.ok(seen(`{"event":"x","detail":"--${written}--"}`), written);
    }
  }
  assert.ok(seen('"signing_pin":"582036"') && !seen('"trace":"0af7582036cd43dd8448eb211c80319c"'));
});

for (const engine of ['sqlite', 'postgresql']) {
  test(`${engine}: people, officers and strangers do what they can with it, and the server dies of a signal`, async () => {
    if (engine === 'postgresql') {
      database = await cluster.create('canary');
      const moved = await danh('move-db', '--data', place.data, '--to', database);
      assert.equal(moved.code, 0, moved.stderr);
    }
    const before = exported.length;
    await place.startServer();
    await everybodyDoes();
    if (engine === 'postgresql') {
      await cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'canary'");
      await place.as('citizen.hanoi');
    }
    logs.push(Buffer.from((await place.client().get('/metrics')).text));
    const server = place.children.server;
    await until('its requests are lines', () => server.errors.split('\n').length > routes.length);
    await until('its spans have come, a second\'s worth', () => exported.length > before); // those of the last second die with it
    server.kill('SIGSEGV');
    await until('it is gone', () => server.signalCode);
    logs.push(toldOf(server));
    place.children.server = null;
  });
}

test('no line of a log, no figure and no span holds any of it', () => {
  assert.ok(logs.reduce((sum, bytes) => sum + bytes.length, 0) > 200000 && Buffer.concat(exported).length > 20000);
  for (const bytes of [...logs, Buffer.concat(exported)]) assert.equal(seen(bytes), null);
});

test('no refusal repeats it, and nobody else is told what belongs to the holder', () => {
  assert.ok(answers.length > 2000 && answers.filter(({ status }) => status >= 400).length > 1000);
  for (const { who, method, path: address, status, type, bytes } of answers) {
    assert.notEqual(status, 500, `${who}: ${method} ${address}: ${bytes}`);
    if (status >= 400 && /json/.test(type)) assert.equal(seen(bytes), null, `${who}: ${method} ${address} ${status}`);
    if (who === 'neighbour' && !address.startsWith('/api/demo/')) assert.doesNotMatch(bytes.toString('utf8'), new RegExp(`${NAME}|${ADDRESS}|${PHONE.slice(1)}|${EMAIL}`), `${method} ${address} ${status}`);
  }
});

test('the database server\'s log holds none of it when it is set as doc/operate.md says; as it comes, it would', async () => {
  assert.match(readFileSync(path.join(ROOT, 'doc/operate.md'), 'utf8'), /log_error_verbosity = terse/);
  const log = () => readFileSync(cluster.log);
  const twice = (setting) => assert.throws(() => execFileSync('psql', ['-X', '-q', '-d', database, '-c', `SET log_error_verbosity = ${setting}`, '-c',
    'INSERT INTO person_pin SELECT * FROM person_pin WHERE person_id = (SELECT person_id FROM person ORDER BY name = \'x\', pin LIMIT 1)'], { stdio: 'ignore' }));
  twice('terse');
  assert.match(log().toString('latin1'), /ERROR:  duplicate key value/);
  assert.equal(seen(log()), null);
  assert.doesNotMatch(log().toString('latin1'), /Key \(pin\)=/);
  twice("'default'"); // the word by itself means: as the file says
  assert.match(log().toString('latin1'), /Key \(pin\)=\(\d+\) already exists/);
});

test('a backup holds none of it in clear, and nothing clear lies beside it', async () => {
  const key = path.join(place.folder, 'backup.key');
  const recipient = (await danh('backup', 'key', key)).stdout.trim();
  const file = path.join(place.folder, 'backup', 'today.age');
  assert.equal((await danh('backup', '--data', place.data, '--to', file, '--recipient', recipient)).code, 3 + 1, 'no such folder');
  const good = path.join(place.folder, 'today.age');
  assert.equal((await danh('backup', '--data', place.data, '--to', good, '--recipient', recipient)).code, 0);
  assert.equal(seen(readFileSync(good)), null);
  assert.ok(!existsSync(file));
  assert.deepEqual(readdirSync(place.folder).filter((name) => !['data', 'backup.key', 'today.age'].includes(name)), []);
});
