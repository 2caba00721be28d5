// What leaves the server for those who operate it: log lines, spans, cores. A collector's own messages read the spans; nobody's data is in any of it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { DANH, Installation, ledgerKey, until } from '../flows/lib/installation.mjs';
import { dossier } from '../flows/lib/story.mjs';

const PYTHON = path.join(import.meta.dirname, '../../.local/python/bin/python3');
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

let place;
let collector;
let receiver; // of results: it takes note of what it is sent, and acknowledges nothing
const spans = [];
const calls = [];

/** Every line of a process, as it comes. */
function lines(child, take) {
  let text = '';
  child.stdout.on('data', (part) => {
    const whole = (text += part).split('\n');
    text = whole.pop();
    whole.forEach(take);
  });
}

before(async () => {
  place = await Installation.open({ receivers: false, serve: false });
  collector = spawn(PYTHON, [path.join(import.meta.dirname, 'lib/otlp_receiver.py'), '503'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let port = 0;
  lines(collector, (line) => (port ? spans.push(JSON.parse(line)) : (port = Number(line))));
  await until('the collector listens', () => port);
  receiver = http.createServer((request, answer) => {
    calls.push(request.headers);
    answer.writeHead(500).end();
  });
  await new Promise((done) => receiver.listen(place.ports.national_portal, '127.0.0.1', done));
  appendFileSync(path.join(place.data, 'danh.ini'), `\n[log]\nrequests = all\n\n[trace]\ncollector = http://127.0.0.1:${port}\n`);
  await place.startServer();
});
after(async () => {
  receiver?.close();
  collector?.kill();
  await place?.close();
});

const span = (what, fits) => until(what, () => spans.find(fits));
const logged = () => place.children.server.errors.split('\n').slice(0, -1).map((line) => JSON.parse(line));

test('[Trace Context] a caller\'s trace is followed, a broken one is not, and a collector reads the spans', async () => {
  const citizen = await place.as('citizen.hanoi');
  await citizen.ok(citizen.get('/api/me', { headers: { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'rojo=00f067aa0ba902b7' } }));
  const seen = await span('the span of the request', (s) => s.trace === TRACE);
  assert.deepEqual([seen.service, seen.name, seen.kind, seen.parent, seen.status], ['danh', 'GET /api/me', 2, PARENT, 0]);
  assert.deepEqual(seen.attributes, { 'http.request.method': 'GET', 'http.route': '/api/me', 'http.response.status_code': 200 });
  assert.ok(seen.took_ns > 0 && Math.abs(seen.began_ns / 1e6 - Date.now()) < 60000);
  assert.notEqual(seen.id, PARENT);
  const line = await until('its line', () => logged().find((l) => l.trace === TRACE));
  assert.deepEqual([line.event, line.method, line.route, line.status], ['request', 'GET', '/api/me', 200]);
  assert.ok(line.bytes > 0 && line.ms >= 0);
  for (const broken of [`00-${TRACE}-${PARENT}-01-more`, `ff-${TRACE}-${PARENT}-01`, `00-${'0'.repeat(32)}-${PARENT}-01`, `00-${TRACE.toUpperCase()}-${PARENT}-01`]) {
    await citizen.get('/api/procedures', { headers: { traceparent: broken } });
  }
  await until('they have traces of their own', () => spans.filter((s) => s.name === 'GET /api/procedures').length === 4);
  for (const s of spans.filter((one) => one.name === 'GET /api/procedures')) assert.ok(s.parent === '' && s.trace !== TRACE && /[1-9a-f]/.test(s.trace));
  await citizen.get('/api/me', { headers: { traceparent: `00-${'5'.repeat(32)}-${PARENT}-00`, tracestate: 'x' } });
  await citizen.get('/healthz', { headers: { traceparent: `00-${'6'.repeat(32)}-${PARENT}-01` } });
  await span('a later one', (s) => s.trace === '6'.repeat(32));
  assert.ok(!spans.some((s) => s.trace === '5'.repeat(32)), 'a caller who does not sample is not told of');
});

test('a delivery belongs to the trace of the request it comes from, and passes it on', async () => {
  await dossier(place, 'sealed', { citizen: await place.as('citizen.hue'), province: '46' });
  const call = await until('the receiver is called', () => calls.find((headers) => headers.traceparent));
  const [version, trace, parent, flags] = call.traceparent.split('-');
  assert.deepEqual([version, flags], ['00', '01']);
  const client = await span('the call\'s span', (s) => s.id === parent);
  assert.deepEqual([client.trace, client.kind, client.name, client.status], [trace, 3, 'POST', 2]);
  const cause = await span('the span of what caused it', (s) => s.id === client.parent);
  assert.equal(cause.trace, trace);
  assert.match(cause.name, /^POST \/api\/desk\/dossiers\/\{code\}\//);
});

test('spans a collector did not take at once are counted as sent, none as dropped', async () => {
  const { text } = await place.client().get('/metrics');
  assert.match(text, /^danh_spans_dropped_total 0$/m);
  assert.match(text, /^danh_spans_sent_total [1-9]/m);
});

test('no line, no span and no refusal holds a name, a number or a secret of anybody', async () => {
  const people = place.synth.identities;
  const client = place.client();
  const [one, other] = [place.identity('citizen.hanoi'), place.identity('citizen.hue')];
  const citizen = await place.as('citizen.hanoi');
  const officer = await place.officer('decider');
  for (const pin of [one.pin, '001099999999']) await client.signIn(pin, 'wrong-password-canary'); // the form comes back with the number its sender typed
  const refusals = [
    await client.get(`/no/${one.pin}?name=${encodeURIComponent(one.full_name)}`), await client.get(`/api/desk/people?pin=${one.pin}&purpose=x`),
    await citizen.post('/api/dossiers', { subject: one.pin, certificate: other.full_name }, { headers: { 'Idempotency-Key': `canary${other.pin}` } }),
    await citizen.get(`/api/dossiers/${other.pin}`), await officer.get(`/api/desk/people?pin=${other.pin}`),
    await client.post('/api/check', { number: other.pin, name: other.full_name }), await client.get('/healthz', { headers: { traceparent: other.pin, tracestate: `a=${other.pin}` } }),
  ];
  await until('the last of them is a line', () => logged().some((line) => line.route === '/api/check'));
  const told = place.children.server.errors + JSON.stringify(spans);
  const secrets = [place.synth.demo_password, place.synth.demo_passcode, place.synth.demo_signing_pin, 'wrong-password-canary', ...readFileSync(path.join(place.data, 'bank.secret'), 'utf8').trim().split('\n')];
  for (const canary of [...people.flatMap((p) => [p.pin, p.full_name]), ...secrets]) assert.ok(!told.includes(canary), `told to operators: ${canary}`);
  for (const refusal of refusals.filter((r) => r.status >= 400)) {
    for (const canary of people.flatMap((p) => [p.pin, p.full_name])) assert.ok(!refusal.text.includes(canary), `${refusal.status} says ${canary}: ${refusal.text}`);
  }
  for (const line of logged()) {
    assert.deepEqual(Object.keys(line).slice(0, 3), ['time', 'level', 'event']);
    if (line.event === 'request') assert.match(line.route, /^$|^\//);
  }
});

/** Whether a process that is told to abort leaves a core: the kernel says so of its end. */
const DUMPS = `import os, resource, signal, subprocess, sys, time
resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
child = subprocess.Popen(sys.argv[2:], cwd=sys.argv[1], stdout=subprocess.PIPE)
child.stdout.readline()
os.kill(child.pid, signal.SIGABRT)
print(os.WCOREDUMP(os.waitpid(child.pid, 0)[1]))`;
const dumps = (...command) => execFileSync('python3', ['-c', DUMPS, place.folder, ...command], { encoding: 'utf8' }).trim();

test('a server that dies leaves no core, also where the system takes one of every program', async (t) => {
  if (dumps('sh', '-c', 'echo; exec sleep 60') !== 'True') return t.skip('this machine takes no cores at all');
  await place.stop('server');
  assert.equal(dumps(DANH, 'serve', '--data', place.data, '--listen', '127.0.0.1:0'), 'False');
  const key = await ledgerKey(place.data);
  assert.equal(dumps(DANH, 'witness', '--name', 'witness.example/w1', '--data', path.join(place.folder, 'witness'), '--listen', '127.0.0.1:0', '--log', key), 'False', 'nor does any other command');
  await place.startServer();
});

test('the journal is told the level of a line', async () => {
  await place.stop('server');
  const output = path.join(place.folder, 'journal');
  writeFileSync(output, '');
  const journal = `import os, subprocess, sys
stream = open(sys.argv[1], 'w')
status = os.fstat(stream.fileno())
child = subprocess.Popen(sys.argv[2:], stderr=stream, stdout=subprocess.PIPE, env={**os.environ, 'JOURNAL_STREAM': f'{status.st_dev}:{status.st_ino}'})
child.stdout.readline()
child.terminate()
child.wait()`;
  execFileSync('python3', ['-c', journal, output, DANH, 'serve', '--data', place.data, '--listen', '127.0.0.1:0']);
  assert.match(readFileSync(output, 'utf8'), /^<6>\{"time":.*"event":"server.stopping"/m);
  await place.startServer();
});
