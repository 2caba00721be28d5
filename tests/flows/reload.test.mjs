// danh.ini changed while the server runs: danh reload, SIGHUP. Taken over whole or not at all, named where it has to wait for the next start.
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { danh, end, freePort, Installation, ledgerKey, start, until } from './lib/installation.mjs';
import { dossier, notify, PURPOSE, read, refused, returned } from './lib/story.mjs';
import { newKey } from '../../script/lib/client.mjs';

let place;
let ini;
let whole; // danh.ini as the server started with it
const listening = [];
before(async () => {
  place = await Installation.open();
  ini = path.join(place.data, 'danh.ini');
  whole = readFileSync(ini, 'utf8');
});
after(async () => {
  for (const server of listening) server.close();
  await place?.close();
});

const reload = async () => {
  const { code, stdout, stderr } = await danh('reload', '--data', place.data, '--json');
  return { exit: code, stderr, ...JSON.parse(stdout) };
};
const logged = () => place.children.server.errors.split('\n').slice(0, -1).map((line) => JSON.parse(line));
const listen = async (take) => {
  const port = await freePort();
  const server = http.createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    await take(request, response, Buffer.concat(parts));
  });
  listening.push(server);
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return port;
};
/** Is that the bank's secret? Nobody owes for this reference: whoever has the secret is told so. */
const isSecret = async (secret) => (await notify(place.client(), secret, { transaction_id: newKey(), reference: 'LLTP0000000000', amount: 1000 })).status === 404;

test('a file that cannot stand changes nothing, and says line and reason, in the answer and in the log', async () => {
  const lines = whole.split('\n').length;
  for (const [defect, added, why] of [
    ['a key that is none', '[log]\nrequest = all\n', new RegExp(`line ${lines + 1}: \\[log\\]request is no setting`)],
    ['a value it cannot have', '[trace]\nper_mille = 1001\n', new RegExp(`line ${lines + 1}: \\[trace\\]per_mille`)],
    ['a file that is not there', '[log]\nrequests = all\n[sms]\nauthorization_file = /nowhere/token\n', new RegExp(`line ${lines + 3}: \\[sms\\] authorization_file: the file cannot be read`)],
    ['a gateway without its template', '[sms]\nurl = http://127.0.0.1:9\n', /\[sms\] body is missing/],
    ['a sender that is no address', '[mail]\nurl = smtp://localhost:9\nfrom = nobody\n', new RegExp(`line ${lines + 2}: \\[mail\\] from is not an e-mail address`)],
    ['a witness without a key', '[witness w1]\nurl = http://127.0.0.1:9\nkey = w1\n', new RegExp(`line ${lines + 2}: \\[witness w1\\] key`)],
    ['a receiver without its key', '[receiver other]\nurl = http://127.0.0.1:9\n', /\[receiver other\] key_file/],
  ]) {
    writeFileSync(ini, whole + added);
    const answer = await reload();
    assert.deepEqual([answer.exit, answer.error], [4, 'configuration'], defect);
    assert.match(answer.detail, why, defect);
    assert.match(answer.stderr, why, defect);
  }
  writeFileSync(ini, `${whole}[log]\nrequests = all\n[witness signalled]\nurl = http://127.0.0.1:9\nkey = w1\n`);
  place.children.server.kill('SIGHUP');
  await until('the log says what the signal met', () => logged().some((line) => line.event === 'configuration.refused' && line.detail.includes('[witness signalled]')));
  await place.client().get('/no-such-address');
  assert.ok(!logged().some((line) => line.event === 'request'), 'the good half of such a file is not taken either');
  writeFileSync(ini, whole);
  assert.deepEqual(await reload(), { exit: 0, stderr: '', taken: [], files: [], at_start: [] });
});

test('SIGHUP: which requests are logged', async () => {
  writeFileSync(ini, `${whole}\n[log]\nrequests = all\n`);
  place.children.server.kill('SIGHUP');
  await until('it is taken over', () => logged().some((line) => line.event === 'configuration.taken' && line.settings === 1));
  await place.client().get('/check');
  await until('the request is a line', () => logged().some((line) => line.event === 'request' && line.route === '/check'));
});

test('a secret changes in its file: the next notification needs the new one', async () => {
  const before = place.bankSecret();
  assert.ok(await isSecret(before));
  writeFileSync(path.join(place.data, 'bank.secret'), 'mot-bi-mat-khac\n');
  assert.ok(await isSecret(before), 'not before it is asked for');
  assert.deepEqual((await reload()).files, ['[bank] secret_file']);
  assert.deepEqual([await isSecret('mot-bi-mat-khac'), await isSecret(before)], [true, false]);
  await refused(notify(place.client(), before, { transaction_id: newKey(), reference: 'LLTP0000000000', amount: 1000 }), 401, 'bank_not_authentic');
  writeFileSync(path.join(place.data, 'bank.secret'), `${before}\n`);
  await reload();
});

test('a receiver moves: what was under way is acknowledged where it went, the next goes to the new address', async () => {
  const real = `http://127.0.0.1:${place.ports.national_portal}`;
  const held = [];
  const port = await listen(async (request, response, body) => {
    await new Promise((release) => held.push(release));
    const answer = await fetch(real + request.url, { method: 'POST', body, headers: request.headers });
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  });
  const slow = readFileSync(ini, 'utf8').replace(`${real}/deliveries`, `http://127.0.0.1:${port}/deliveries`);
  const direct = readFileSync(ini, 'utf8');
  writeFileSync(ini, slow);
  assert.deepEqual((await reload()).taken, ['[receiver national_portal] url']);
  const citizen = await place.as('citizen.hanoi');
  const code = await dossier(place, 'sealed', { citizen });
  await until('the delivery is under way', () => held.length === 1);
  writeFileSync(ini, direct);
  assert.deepEqual((await reload()).taken, ['[receiver national_portal] url'], 'a reload waits for nobody');
  assert.notEqual((await read(citizen, code)).status.code, 'returned');
  held[0]();
  await returned(citizen, code);
  await dossier(place, 'returned', { citizen });
  assert.equal(held.length, 1, 'the second went to the new address');
});

test('an SMS gateway, a collector and a witness come, and go', async () => {
  const texts = [];
  const spans = [];
  const gateway = await listen((request, response, body) => response.end(String(texts.push(JSON.parse(body)))));
  const collector = await listen((request, response, body) => response.writeHead(200).end(spans.push([request.url, body.length]) ? '' : ''));
  const folder = path.join(place.folder, 'witness');
  const witness = ['--name', 'witness.example/w1', '--data', folder];
  const vkey = (await danh('witness', 'key', ...witness)).stdout.trim();
  const log = await ledgerKey(place.data);
  const port = await freePort();
  const running = await start(['witness', ...witness, '--listen', `127.0.0.1:${port}`, '--log', log]);
  try {
    writeFileSync(ini, `${whole}\n[sms]\nurl = http://127.0.0.1:${gateway}\nbody = {"to":"{to}","text":"{text}"}\n\n[trace]\ncollector = http://127.0.0.1:${collector}\n` +
      `\n[witness w1]\nurl = http://127.0.0.1:${port}\nkey = ${vkey}\n`);
    const { taken, at_start } = await reload();
    assert.deepEqual([taken.sort(), at_start], [['[log] requests', '[sms] body', '[sms] url', '[trace] collector', '[witness w1] key', '[witness w1] url'], []]);
    const [[pin]] = place.rows(`SELECT p.pin FROM person p JOIN person_residence r ON r.person_id = p.person_id WHERE p.life = 1 AND p.card_number IS NOT NULL
      AND r.province = '01' AND p.birth / 10000 BETWEEN 1970 AND 2000 AND p.person_id NOT IN (SELECT person_id FROM account) ORDER BY p.person_id LIMIT 1`);
    const [collecting, approver] = [await place.officer('collector'), await place.officer('approver')];
    const made = await collecting.ok(collecting.post('/api/desk/enrolments', { pin: String(pin).padStart(12, '0'), phone: '0987654321', card_presented: true, face_checked: true,
      fingerprints_checked: true, purpose: PURPOSE }, { headers: { 'Idempotency-Key': newKey() } }));
    await approver.ok(approver.post(`/api/desk/enrolments/${made.code}/approve`, {}));
    await until('the gateway has the message', () => texts.find((text) => text.to === '+84987654321'));
    await until('the collector has spans', () => spans.find(([url, bytes]) => url === '/v1/traces' && bytes > 0));
    await until('the checkpoint is cosigned', async () => (await place.client().get('/ledger/checkpoint')).text.includes('\u2014 witness.example/w1 '));
  } finally {
    await end(running);
  }
  writeFileSync(ini, whole);
  assert.equal((await reload()).taken.length, 5);
});

test('what only a start takes over is named until then, and not done', async () => {
  writeFileSync(ini, whole.replace('demo = 1\n', 'demo = 0\norigin = https://moved.example\n'));
  appendFileSync(ini, `\n[database]\nconnections = 7\n[receiver other]\nurl = http://127.0.0.1:9\nkey_file = ${place.data}/other.der\n`);
  copyFileSync(path.join(place.data, 'receivers/danh.der'), path.join(place.data, 'other.der'));
  for (let i = 0; i < 2; i++) {
    const { exit, taken, at_start } = await reload();
    assert.deepEqual([exit, taken, at_start.sort()], [0, [], ['[database] connections', '[installation] demo', '[installation] origin', '[receiver other] key_file', '[receiver other] url'].sort()]);
  }
  assert.equal((await (await place.as('citizen.hue')).ok((await place.as('citizen.hue')).get('/api/session'))).demo, true);
  const told = await danh('reload', '--data', place.data);
  assert.match(told.stdout, /^\[installation\] origin: .*next start$/m);
  writeFileSync(ini, whole);
});

test('where no server runs there is nothing to reload', async () => {
  await place.stop('server');
  assert.equal((await danh('reload', '--data', place.data)).code, 3);
  writeFileSync(ini, `${whole}\n[no such section]\nx = 1\n`);
  assert.equal((await danh('reload', '--data', place.data)).code, 4);
  writeFileSync(ini, whole);
  await place.startServer();
});
