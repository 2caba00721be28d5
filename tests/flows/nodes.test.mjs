// Two nodes on one PostgreSQL server, each with a folder of its own, one signer for both: sessions, locks, the database server killed, who leads, nodes replaced under
// load, and a standby that takes over.
// DANH_ROUNDS: how often the leader is lost in each way, and each node replaced (default once). DANH_BOUND_MS: how soon another must lead, and nodes be back after a failover; without it three minutes, and the figures are printed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from '../../script/lib/client.mjs';
import { danh, sleep, until } from './lib/installation.mjs';
import { Load } from './lib/load.mjs';
import { Cluster, Nodes, Readers } from './lib/nodes.mjs';
import { PROXIES } from './lib/proxy.mjs';
import { RelyingParty } from './lib/relying_party.mjs';
import { dossier } from './lib/story.mjs';

const ROUNDS = Number(process.env.DANH_ROUNDS || 1);
const BOUND_MS = Number(process.env.DANH_BOUND_MS || 180000);

let nodes;
before(async () => (nodes = await Nodes.open({ names: ['a', 'b'], cluster: await Cluster.open('--set', 'wal_level=replica', '--set', 'max_wal_senders=4') })));
after(async () => {
  await nodes?.close();
  await nodes?.cluster.close();
});

test('both say what they stand on', async () => {
  for (const name of ['a', 'b']) assert.equal((await nodes.at(name).ok(nodes.at(name).get('/healthz'))).database, 'postgresql');
});

test('who signs in on one acts on the other; who signs out on the other is out on the first at once', async () => {
  const here = nodes.at('a');
  assert.equal((await here.signIn(nodes.identity('citizen.hanoi').pin, nodes.synth.demo_password)).status, 303);
  const there = nodes.at('b', here.cookies);
  assert.equal((await there.ok(there.get('/api/session'))).person.name, nodes.identity('citizen.hanoi').full_name);
  const officer = nodes.at('b');
  assert.equal((await officer.signIn(nodes.identity('01.one_stop_officer').pin, nodes.synth.demo_password)).status, 303);
  await officer.takePost('one_stop_officer');
  assert.equal((await nodes.at('a', officer.cookies).get('/api/desk/queue')).status, 200, 'the post chosen on b stands on a');
  const kept = new Map(here.cookies);
  assert.equal((await there.post('/sign-out', new URLSearchParams())).status, 303);
  assert.equal((await nodes.at('a', kept).get('/api/session')).status, 401);
});

test('a password that is tried on both by turns is locked after five, not after ten', async () => {
  const statuses = [];
  for (let i = 0; i < 6; i++) statuses.push((await nodes.at(i % 2 === 0 ? 'a' : 'b').signIn(nodes.identity('poor.hanoi').pin, 'khong-phai-mat-khau')).status);
  assert.notEqual((await nodes.at('a').signIn(nodes.identity('poor.hanoi').pin, nodes.synth.demo_password)).status, 303, statuses.join(' '));
});

test('the database server is killed and comes back: both nodes go on, and nothing acknowledged is gone', async () => {
  const before = nodes.at('a');
  assert.equal((await before.signIn(nodes.identity('student.hanoi').pin, nodes.synth.demo_password)).status, 303);
  await nodes.cluster.order('stop kill');
  const english = new Client(nodes.at('b').url.href, { origin: nodes.origin, language: 'en' });
  const asked = [nodes.at('b').get('/healthz'), before.post('/api/procedures/lltp/preview', { subject: 'self' }), english.get('/healthz')];
  const [ready, page] = [await nodes.at('b').get('/readyz'), await nodes.at('b').get('/sign-in')];
  assert.deepEqual([ready.status, ready.body.status, ready.body.database], [503, 'not_ready', false]);
  assert.equal(page.status, 200, 'what needs no database is still answered');
  const [first, second, other] = await Promise.all(asked);
  for (const answer of [first, second]) {
    assert.deepEqual([answer.status, answer.body.code, answer.body.title], [503, 'database_unreachable', 'Máy chủ cơ sở dữ liệu không phản hồi; chưa có gì được lưu']);
    assert.ok(Number(answer.headers['retry-after']) > 0);
  }
  assert.equal(other.body.title, 'The database server does not answer; nothing was written');
  await nodes.cluster.order('start');
  for (const name of ['a', 'b']) {
    await until(`${name} answers again`, async () => (await nodes.at(name).get('/healthz')).status === 200);
    assert.equal((await nodes.at(name, before.cookies).get('/api/session')).status, 200);
  }
});

/** A signed checkpoint over an entry that was made at another node after it began: how long that took. */
async function takenOver(name, began) {
  const citizen = await nodes.as('citizen.danang', name);
  assert.equal((await citizen.post('/sign-out', new URLSearchParams())).status, 303);
  const [{ last }] = await nodes.cluster.rows('SELECT max(id) AS last FROM ledger_entry');
  await until(`${name} orders and signs what came after`, async () => {
    const [{ done }] = await nodes.cluster.rows(`SELECT EXISTS (SELECT 1 FROM ledger_order o JOIN ledger_checkpoint c ON c.size > o.position
      WHERE o.entry_id = ${last} AND c.signature IS NOT NULL) AS done`);
    return done;
  }, BOUND_MS);
  return Date.now() - began;
}

const lose = {
  async killed(leader) {
    nodes[leader].child.kill('SIGKILL');
    return () => nodes.stop(leader).then(() => nodes.start(leader));
  },
  async 'cut off from the database'(leader) {
    const ended = await nodes.cluster.rows(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted`);
    assert.ok(ended.length > 0, leader);
    return () => {};
  },
  async stopped(leader) {
    nodes[leader].child.kill('SIGSTOP');
    return () => nodes[leader].child.kill('SIGCONT');
  },
};

/** Each entry that was acknowledged is in the ledger's order once, and none twice. */
async function nothingLost(t, readers) {
  const ordered = await readers.ordered();
  assert.ok(readers.acknowledged.length > 0);
  assert.deepEqual(readers.acknowledged.filter((number) => !ordered.includes(number)), [], 'lost');
  assert.equal(new Set(ordered).size, ordered.length, 'doubled');
  t.diagnostic(`${readers.acknowledged.length} reads acknowledged, ${readers.asked - readers.acknowledged.length} not; 0 lost, 0 doubled`);
}

test('the node that leads is killed, cut off or stopped, and comes back: another orders the ledger, never two, nothing is lost or doubled', async (t) => {
  const readers = await Readers.begin(nodes);
  const terms = async () => Number((await nodes.cluster.rows(`SELECT term FROM lead_term WHERE task = 'ledger'`))[0].term);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [how, strike] of Object.entries(lose)) {
      const leader = await until('one leads', () => nodes.leader('ledger'));
      const before = await terms();
      const began = Date.now();
      const mend = await strike(leader);
      const ms = await takenOver(nodes.names.find((name) => name !== leader), began);
      await mend();
      t.diagnostic(`${how}: another led, and what was written after it was ordered and signed, in ${ms} ms`);
      assert.ok(ms < BOUND_MS, `${ms} ms`);
      assert.ok(await terms() > before, 'each leader has a term of its own');
    }
  }
  await readers.end();
  await until('all is ordered and signed', async () => {
    const { code, entries, covered, waiting } = await nodes.ledger();
    return code === 0 && waiting === 0 && covered === entries;
  });
  await nothingLost(t, readers);
  for (const name of nodes.names) await until(`${name} answers`, async () => (await nodes.at(name).get('/readyz')).status === 200);
});

test('nodes are replaced one after the other behind nginx and HAProxy, and no client sees an error', async (t) => {
  nodes.party = await RelyingParty.register({ data: nodes.a.data }, { application_type: 'web', token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: ['https://nganhang.example/cb'], grant_types: ['authorization_code', 'client_credentials'], scope: 'openid introspection' });
  for (const name of nodes.names) await nodes.stop(name);
  nodes.origin = 'https://dinhdanh.example';
  nodes.options = ['--drain', '4'];
  for (const name of nodes.names) {
    nodes[name].socket = `${nodes.folder}/${name}.sock`;
    await nodes.start(name);
  }
  const opened = [];
  for (const open of Object.values(PROXIES)) opened.push(await open(nodes.folder, nodes.names.map((name) => nodes[name].socket)));
  t.after(() => Promise.all(opened.map((proxy) => proxy.close())));
  const people = [
    { writes: 'citizen.hanoi', reads: 'citizen.hanoi.wife', 'reads over HTTP/2': 'elderly.hanoi', 'sign-ins': 'citizen.danang' },
    { writes: 'citizen.hue', reads: 'student.hanoi', 'reads over HTTP/2': 'digital.hanoi', 'sign-ins': 'citizen.hochiminh' },
  ];
  const loads = [];
  for (const [i, proxy] of opened.entries()) loads.push(await Load.begin(proxy, nodes, people[i]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of nodes.names) {
      await nodes.stop(name); // drains first
      await nodes.start(name);
      await sleep(2500); // as long as HAProxy needs to see it, on a machine that others use too
    }
  }
  for (const load of loads) await load.end();
  for (const { proxy, done, errors, acknowledged } of loads) {
    t.diagnostic(`${proxy.kind}: ${Object.entries(done).map(([kind, n]) => `${n} ${kind}`).join(', ')}; ${errors.length} errors`);
    assert.deepEqual(errors, []);
    for (const [kind, n] of Object.entries(done)) assert.ok(n > 0, kind);
    const [{ n }] = await nodes.cluster.rows(`SELECT count(*) AS n FROM dossier_code WHERE code IN ('${acknowledged.join("','")}')`);
    assert.equal(Number(n), acknowledged.length, 'each dossier that was acknowledged is there');
  }
});

/** A connection as a proxy keeps it: post() sends a request on it whatever has become of it, and tells the head of the answer, empty when none comes. */
async function kept(port) {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  const post = () => new Promise((resolve) => {
    let text = '';
    const done = () => resolve(text);
    socket.on('data', (part) => {
      text += part;
      if (text.includes('\r\n\r\n')) done();
    }).once('close', done);
    if (socket.destroyed) done();
    socket.write(`POST /sign-out HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${nodes.origin}\r\nContent-Length: 0\r\n\r\n`);
  });
  return { post, close: () => socket.destroy() };
}

test('a node that stops without --drain never answers what is sent on a connection that was open; with it that is answered, as the last of its connection', async () => {
  for (const name of nodes.names) await nodes.stop(name);
  nodes.origin = `http://127.0.0.1:${nodes.a.port}`;
  nodes.b.socket = null;
  for (const options of [['--drain', '4'], []]) {
    nodes.options = options;
    await nodes.start('b');
    const connection = await kept(nodes.b.port);
    const first = await connection.post();
    assert.match(first, /^HTTP\/1\.1 303 /);
    assert.doesNotMatch(first, /^Connection: close/im);
    const { child } = nodes.b;
    nodes.b.child = null;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    if (options.length === 0) await gone;
    else await until('it drains', async () => (await nodes.at('b').get('/readyz')).body.status === 'draining');
    const second = await connection.post();
    connection.close();
    await gone;
    if (options.length === 0) assert.equal(second, '', 'it was sent, and nobody knows whether it was done: a proxy must not send it again');
    else assert.match(second, /^HTTP\/1\.1 303 [^]*^Connection: close/im);
  }
});

/** A standby follows, and both nodes know of it. lags: how far it may be behind at each node, seconds. */
async function follow(lags) {
  for (const name of nodes.names) await nodes.stop(name);
  const { url } = await nodes.cluster.order('standby');
  nodes.origin = `http://127.0.0.1:${nodes.a.port}`;
  nodes.options = [];
  for (const [name, lag] of Object.entries(lags)) {
    nodes[name].socket = null;
    const ini = path.join(nodes[name].data, 'danh.ini');
    writeFileSync(ini, readFileSync(ini, 'utf8').replace(nodes.cluster.url, `${url}\nstandby_lag = ${lag}`));
    await nodes.start(name);
  }
}

/** A certificate in somebody's wallet, and what opens it. */
async function certificate(citizen) {
  const place = {
    synth: nodes.synth,
    officer: async (role, province) => {
      const officer = await nodes.as(`${province}.${role}`, 'a');
      await officer.takePost(role);
      return officer;
    },
  };
  const code = await dossier(place, 'sealed', { citizen });
  await citizen.ok(citizen.post('/api/session/passcode', { passcode: nodes.synth.demo_passcode }));
  return until('it lies in the wallet', async () => (await citizen.ok(citizen.get('/api/wallet'))).items.find((item) => item.dossier_code === code));
}

/** What the wallet shows of a document while the primary is away: all of it, as of a time. */
async function openedAway(citizen, document) {
  for (const part of ['', '/pdf', '/qr.svg', '/verification']) {
    const answer = await until(`${part || 'the document'} is shown from the standby`, async () => {
      const shown = await citizen.get(`/api/wallet/${document.id}${part}`, { timeout: 30000 });
      return shown.status === 200 && shown.headers['danh-as-of'] ? shown : null;
    });
    if (part === '/pdf') assert.ok(answer.bytes.subarray(0, 5).toString() === '%PDF-' && answer.bytes.length > 5000);
    if (part === '') assert.equal(answer.body.number, document.number);
    if (part === '/verification') assert.equal(answer.body.valid, true);
  }
}

/** A node begins while no server takes writes: it reads, says so, refuses what writes. */
async function startsAway(name, citizen) {
  await nodes.stop(name);
  await nodes.start(name);
  const shown = await citizen.get('/api/wallet', { timeout: 30000 });
  assert.deepEqual([shown.status, Boolean(shown.headers['danh-as-of'])], [200, true], shown.text);
  const ready = await nodes.at(name).get('/readyz');
  assert.deepEqual([ready.status, ready.body.status], [200, 'read_only'], 'a balancer sends people here');
  const refused = await nodes.at(name).signIn(nodes.identity('citizen.danang').pin, nodes.synth.demo_password);
  assert.deepEqual([refused.status, refused.headers['retry-after'] !== undefined], [503, true], 'nothing is written there');
  await until('its log says that the primary is away', () => nodes[name].child.errors.includes('"database.primary_away"'));
}

test('while the primary is away its standby is read from, as of a time that the answer tells; one that is too far behind is not', async (t) => {
  await follow({ a: 3600, b: 2 });
  const people = { a: await nodes.as('citizen.hanoi', 'a'), b: await nodes.as('citizen.danang', 'b') };
  const ask = (name) => people[name].get('/api/wallet', { timeout: 30000 });
  const document = await certificate(people.a);
  const here = await ask('a');
  assert.deepEqual([here.status, here.headers['danh-as-of']], [200, undefined], 'the primary answers: as of now');
  await sleep(2500); // a beat that both servers have
  await nodes.cluster.order('stop fast');
  for (const name of nodes.names) {
    const away = await until(`${name} reads from the standby`, async () => {
      const answer = await ask(name);
      return answer.status === 200 && answer.headers['danh-as-of'] ? answer : null;
    });
    assert.ok(Math.abs(Date.now() - Date.parse(away.headers['danh-as-of'])) < 60000, away.headers['danh-as-of']);
  }
  await openedAway(people.a, document);
  const refused = await people.a.post('/sign-out', new URLSearchParams());
  assert.equal(refused.status, 503, 'nothing is written there');
  await startsAway('b', people.b);
  await nodes.cluster.order('start');
  await until('the primary is read from again', async () => {
    const answers = [await ask('a'), await ask('b')];
    return answers.every((answer) => answer.status === 200 && !answer.headers['danh-as-of']);
  });
  await until('the node that began without it says that it is back', () => nodes.b.child.errors.includes('"database.primary_back"'));
  const opened = async () => (await people.a.ok(people.a.get('/api/me/history'))).items.filter((item) => item.event === 'document_opened').length;
  await until('what was opened meanwhile stands in the own history', async () => (await opened()) >= 4);
  await until('and signs people in', async () => (await nodes.at('b').signIn(nodes.identity('citizen.danang').pin, nodes.synth.demo_password)).status === 303);
  await nodes.cluster.order('follow stop'); // it receives, and does not apply
  await sleep(4500);
  await nodes.cluster.order('stop fast');
  const behind = await until('b refuses what is too old', async () => {
    const answer = await ask('b');
    return answer.body?.code === 'standby_behind' ? answer : null;
  });
  assert.deepEqual([behind.status, behind.body.title], [503, 'Máy chủ cơ sở dữ liệu chính không phản hồi, bản dự phòng chưa đủ mới để xem; chưa có gì được lưu']);
  const old = await until('a, which may, reads it', async () => {
    const answer = await ask('a');
    return answer.headers['danh-as-of'] ? answer : null;
  });
  t.diagnostic(`as of ${Date.now() - Date.parse(old.headers['danh-as-of'])} ms ago`);
  assert.ok(Date.now() - Date.parse(old.headers['danh-as-of']) > 3500);
  assert.equal((await people.a.get(`/api/wallet/${document.id}`, { timeout: 30000 })).status, 200, 'a document too');
  await nodes.stop('b');
  const late = await danh('serve', '--data', nodes.b.data, '--listen', `127.0.0.1:${nodes.b.port}`, '--origin', nodes.origin);
  assert.deepEqual([late.code, /standby/.test(late.stderr)], [3, true], `a node does not begin on what is too old: ${late.stderr}`);
  await nodes.cluster.order('follow go');
  await until('b begins once the standby has applied what it received', () => nodes.start('b').then(() => true, () => false));
  await until('b reads it once it has applied what it received', async () => (await ask('b')).status === 200);
  await nodes.cluster.order('start');
  await until('both write again', async () => {
    for (const name of nodes.names) if ((await nodes.at(name).signIn(nodes.identity('citizen.danang').pin, nodes.synth.demo_password)).status !== 303) return false;
    return true;
  });
});

test('the primary is killed under load and its standby promoted: nodes go on by themselves, nothing acknowledged is lost or doubled', async (t) => {
  const readers = await Readers.begin(nodes);
  await until('readers are under way', () => readers.acknowledged.length > 20);
  const before = readers.acknowledged.length;
  const killed = Date.now();
  await nodes.cluster.order('stop kill');
  const { ms: promoted } = await nodes.cluster.order('promote');
  const back = {};
  for (const name of nodes.names) {
    const citizen = nodes.at(name);
    await until(`${name} signs people in again`, async () => {
      const answer = await citizen.signIn(nodes.identity('citizen.danang').pin, nodes.synth.demo_password).catch(() => null);
      return answer?.status === 303;
    }, BOUND_MS);
    back[name] = Date.now() - killed;
  }
  await until('readers go on', () => readers.acknowledged.length > before + 20);
  await readers.end();
  t.diagnostic(`the standby was promoted in ${promoted} ms; people signed in again ${nodes.names.map((name) => `at ${name} ${back[name]} ms`).join(', ')} after the primary was killed`);
  for (const name of nodes.names) assert.ok(back[name] < BOUND_MS);
  await until('all is ordered and signed', async () => {
    const { code, entries, covered, waiting } = await nodes.ledger();
    return code === 0 && waiting === 0 && covered === entries;
  });
  await nothingLost(t, readers);
});
