// Two nodes on one PostgreSQL server, each with a folder of its own, one signer for both. Starts a private cluster (script/lib/postgres.py).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { Client } from '../../script/lib/client.mjs';
import { ROOT, danh, end, freePort, start, until } from './lib/installation.mjs';

const SHARED = ['danh.ini', 'seal.key', 'evidence.key', 'evidence', 'bank.secret', 'receivers'];

class Cluster {
  static async open() {
    const cluster = new Cluster();
    cluster.child = spawn('python3', [path.join(ROOT, 'script/lib/postgres.py'), 'serve'], { stdio: ['pipe', 'pipe', 'inherit'] });
    cluster.lines = createInterface({ input: cluster.child.stdout })[Symbol.asyncIterator]();
    cluster.url = JSON.parse((await cluster.lines.next()).value).url;
    return cluster;
  }

  async order(words) {
    this.child.stdin.write(`${words}\n`);
    const answer = JSON.parse((await this.lines.next()).value);
    if (answer.error) throw new Error(`${words}: ${answer.error}`);
    return answer;
  }

  async close() {
    const gone = new Promise((done) => this.child.once('exit', done));
    this.child.stdin.end();
    await gone;
  }
}

let cluster, folder, synth, origin;
const nodes = {};

/** What the ledger holds and how much of it is signed, as an operator sees it. */
async function ledger() {
  const asked = await danh('ledger', 'verify', '--data', nodes.b.data, '--json');
  return { ...asked, ...JSON.parse(asked.stdout || '{}') };
}

async function startNode(name) {
  const node = nodes[name];
  node.child = await start(['serve', '--data', node.data, '--listen', `127.0.0.1:${node.port}`, '--origin', origin]);
}

/** A browser that reaches whichever node it is told: both are one address to it. */
function at(name, cookies = new Map()) {
  const client = new Client(`http://127.0.0.1:${nodes[name].port}`, { origin });
  client.cookies = cookies;
  return client;
}

const pinOf = (name) => synth.identities.find((i) => i.name === name).pin;

before(async () => {
  cluster = await Cluster.open();
  folder = mkdtempSync(path.join(tmpdir(), 'danh-nodes-'));
  for (const name of ['a', 'b']) nodes[name] = { data: path.join(folder, name), port: await freePort() };
  origin = `http://127.0.0.1:${nodes.a.port}`;
  const made = await danh('synth', '--people', '1000', '--seed', '7', '--data', nodes.a.data, '--json', '--database', cluster.url);
  assert.equal(made.code, 0, made.stderr);
  synth = JSON.parse(made.stdout);
  nodes.signer = await start(['signer', '--data', nodes.a.data], { ready: false });
  const ini = path.join(nodes.a.data, 'danh.ini');
  writeFileSync(ini, `${readFileSync(ini, 'utf8')}\n[signer]\nsocket = ${nodes.a.data}/signer.sock\n`);
  for (const name of SHARED) cpSync(path.join(nodes.a.data, name), path.join(nodes.b.data, name), { recursive: true });
  await startNode('a');
  await startNode('b');
});

after(async () => {
  for (const name of ['a', 'b']) if (nodes[name]?.child) await end(nodes[name].child);
  if (nodes.signer) await end(nodes.signer);
  await cluster?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test('both say what they stand on', async () => {
  for (const name of ['a', 'b']) assert.equal((await at(name).ok(at(name).get('/healthz'))).database, 'postgresql');
});

test('who signs in on one acts on the other; who signs out on the other is out on the first at once', async () => {
  const here = at('a');
  assert.equal((await here.signIn(pinOf('citizen.hanoi'), synth.demo_password)).status, 303);
  const there = at('b', here.cookies);
  assert.equal((await there.ok(there.get('/api/session'))).person.name, synth.identities.find((i) => i.name === 'citizen.hanoi').full_name);
  const officer = at('b');
  assert.equal((await officer.signIn(pinOf('01.one_stop_officer'), synth.demo_password)).status, 303);
  await officer.takePost('one_stop_officer');
  assert.equal((await at('a', officer.cookies).get('/api/desk/queue')).status, 200, 'the post chosen on b stands on a');
  const kept = new Map(here.cookies);
  assert.equal((await there.post('/sign-out', new URLSearchParams())).status, 303);
  assert.equal((await at('a', kept).get('/api/session')).status, 401);
});

test('a password that is tried on both by turns is locked after five, not after ten', async () => {
  const statuses = [];
  for (let i = 0; i < 6; i++) statuses.push((await at(i % 2 === 0 ? 'a' : 'b').signIn(pinOf('poor.hanoi'), 'khong-phai-mat-khau')).status);
  assert.notEqual((await at('a').signIn(pinOf('poor.hanoi'), synth.demo_password)).status, 303, statuses.join(' '));
});

test('the database server is killed and comes back: both nodes go on, and nothing acknowledged is gone', async () => {
  const before = at('a');
  assert.equal((await before.signIn(pinOf('student.hanoi'), synth.demo_password)).status, 303);
  await cluster.order('stop kill');
  const away = await at('b').get('/healthz');
  assert.deepEqual([away.status, away.body.code], [503, 'database_unreachable']);
  await cluster.order('start');
  for (const name of ['a', 'b']) {
    await until(`${name} answers again`, async () => (await at(name).get('/healthz')).status === 200);
    assert.equal((await at(name, before.cookies).get('/api/session')).status, 200);
  }
});

test('one node orders the ledger; when it is killed the other takes over', async () => {
  let ordered = 0;
  await until('what was written is ordered and signed', async () => {
    const { code, entries, covered, waiting } = await ledger();
    ordered = entries;
    return code === 0 && waiting === 0 && covered === entries;
  });
  nodes.a.child.kill('SIGKILL');
  await end(nodes.a.child);
  nodes.a.child = null;
  const citizen = at('b');
  assert.equal((await citizen.signIn(pinOf('citizen.hue'), synth.demo_password)).status, 303);
  await until('b orders and signs what came after', async () => {
    const { code, entries, covered, waiting } = await ledger();
    return code === 0 && waiting === 0 && covered === entries && entries > ordered;
  }, 15000);
  await startNode('a');
  assert.equal((await at('a', citizen.cookies).get('/api/session')).status, 200);
});
