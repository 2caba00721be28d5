// More come than can be served: who is let in, who waits and where, what a restart changes (nothing), and that nobody gets ahead by reloading, forging, passing on
// or opening more tabs. One worker and one person a second called make the crowd; nothing here depends on how fast the machine is.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from '../../script/lib/client.mjs';
import { danh as command, Installation, until } from './lib/installation.mjs';

const CROWD = 300;
let danh;
before(async () => {
  danh = await Installation.open({ receivers: false, serve: false });
  appendFileSync(path.join(danh.data, 'danh.ini'), '\n[surge]\ncalled_per_second = 1\nrefusals_per_second = 100000\n');
  await serve();
});
after(() => danh?.close());

const serve = () => danh.startServer('--workers', '1', '--loops', '1');

/** One request on a connection of its own, as bytes; the answer once it is whole. */
function raw(socket, target, { cookies = {}, method = 'GET', headers = [], body = '' } = {}) {
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; ');
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: localhost', ...(cookie ? [`Cookie: ${cookie}`] : []), ...(body ? [`Content-Length: ${body.length}`] : []), ...headers];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

function answerOf(text) {
  const [head, body] = text.split('\r\n\r\n');
  const cookies = {};
  for (const [, name, value] of head.matchAll(/^set-cookie: ([^=]+)=([^;]*)/gim)) cookies[name] = value;
  return {
    status: Number(head.slice(9, 12)),
    retryAfter: Number(/^retry-after: (\d+)/im.exec(head)?.[1] ?? 0),
    type: /^content-type: (\S+)/im.exec(head)?.[1],
    cookies,
    body,
    place: /<p class="error-status">(\d+)<\/p>/.exec(body)?.[1],
  };
}

const dial = () => new Promise((done) => { const socket = net.connect(danh.ports.server, '127.0.0.1', () => done(socket)); });

function read(socket) {
  let text = '';
  return new Promise((done, fail) => {
    socket.on('data', (part) => {
      text += part;
      const length = /content-length: (\d+)/i.exec(text)?.[1];
      const head = text.indexOf('\r\n\r\n');
      if (head > 0 && length !== undefined && Buffer.byteLength(text.slice(head + 4)) >= Number(length)) {
        socket.destroy();
        done(answerOf(text));
      }
    });
    socket.on('error', fail);
    socket.on('close', () => fail(new Error(`closed after ${text.length} bytes`)));
  });
}

async function ask(target, options) {
  const socket = await dial();
  raw(socket, target, options);
  return read(socket);
}

/** Many at the same moment, each a browser of its own: the server stands still until all have asked, whichever of us the machine lets run first. */
async function crowd(target, count = CROWD) {
  const sockets = await Promise.all(Array.from({ length: count }, dial));
  const answers = Promise.all(sockets.map(read));
  danh.children.server.kill('SIGSTOP');
  for (const socket of sockets) raw(socket, target);
  await until('all have asked', () => sockets.every((socket) => socket.writableLength === 0));
  danh.children.server.kill('SIGCONT');
  return answers;
}

const page = '/sign-in?next=%2Fapp%2Fwallet';
const slowPage = '/sign-up'; // a worker's; the other is answered as fast as it is asked for, and makes no crowd
const figures = async () => Object.fromEntries((await ask('/metrics')).body.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split(/ (?=\S+$)/)));
let waiting = []; // tickets, first come first
let began; // of the crowd
/** By so much a place may have got better at the most: one person a second is called. */
const called = () => Math.ceil((performance.now() - began) / 1000) + 20;

test('of a crowd some are let in, and everybody else gets a page with a place', async () => {
  began = performance.now();
  const outside = await until('more come than can be served', async () => { // where one core is left for all, each may be served before the next is read
    const answers = await crowd(slowPage);
    assert.ok(answers.every(({ status }) => [200, 503].includes(status)));
    const refused = answers.filter(({ status }) => status === 503);
    return refused.length > CROWD / 2 && refused;
  });
  for (const answer of outside) {
    assert.ok(answer.retryAfter >= 1, 'Retry-After');
    assert.match(answer.body, /lang="vi"[\s\S]*Đang có rất nhiều người truy cập/);
    assert.match(answer.body, /<meta http-equiv="refresh" content="\d+">/);
    assert.doesNotMatch(answer.body, /<script/);
    assert.match(answer.cookies.danh_place, /^[\w-]{43}$/);
  }
  waiting = outside.sort((a, b) => Number(a.place) - Number(b.place)).map((answer) => answer.cookies.danh_place);
  assert.equal(new Set(waiting).size, waiting.length, 'nobody has the place of another');
});

test('a newcomer stands behind all of them, and in English reads English', async () => {
  const last = await ask(page, { headers: ['Accept-Language: en'] });
  assert.equal(last.status, 503);
  assert.match(last.body, /lang="en"[\s\S]*Very many people are here/);
  assert.ok(Number(last.place) >= waiting.length - called(), `behind ${last.place} of ${waiting.length}`);
});

test('health, figures and files of the app are there as ever; services too, and who is signed in', async () => {
  for (const target of ['/healthz', '/metrics', '/assets/mark.svg', '/oidc/jwks']) assert.equal((await ask(target)).status, 200, target);
  assert.notEqual((await ask('/oidc/token', { method: 'POST', body: 'grant_type=x', headers: ['Content-Type: application/x-www-form-urlencoded'] })).status, 503);
});

test('a program that comes now is told when to come again, as a problem', async () => {
  const answer = await ask('/api/sign-in/passkey', { method: 'POST', body: '{}', headers: ['Content-Type: application/json', `Origin: ${danh.url}`] });
  assert.equal(answer.status, 503);
  assert.ok(answer.retryAfter >= 1);
  assert.equal(answer.type, 'application/problem+json;');
  assert.equal(JSON.parse(answer.body).code, 'overloaded');
});

test('a form that is sent without having been let in is not taken, and the page says so', async () => {
  const answer = await ask('/sign-in', { method: 'POST', body: 'pin=001', headers: ['Content-Type: application/x-www-form-urlencoded', `Origin: ${danh.url}`] });
  assert.equal(answer.status, 503);
  assert.match(answer.body, /chưa được nhận/);
  assert.doesNotMatch(answer.body, /http-equiv="refresh"/);
});

test('reloading changes nothing', async () => {
  const ticket = waiting.at(-1);
  let place = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    const answer = await ask(page, { cookies: { danh_place: ticket } });
    assert.equal(answer.status, 503);
    assert.equal(answer.cookies.danh_place, undefined, 'the same ticket');
    assert.ok(Number(answer.place) <= place, 'a place only gets better');
    assert.ok(Number(answer.place) >= waiting.length - called(), 'and not by reloading');
    place = Number(answer.place);
  }
});

test('a forged ticket, and a ticket shown as an admission, are those of a newcomer', async () => {
  const forged = waiting[0].replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
  for (const cookies of [{ danh_place: forged }, { danh_admission: waiting[0] }, { danh_admission: forged }, { danh_session: 'x'.repeat(43) }]) {
    const answer = await ask(page, { cookies });
    assert.equal(answer.status, 503, JSON.stringify(cookies));
    assert.ok(Number(answer.place) > waiting.length - called(), `placed behind: ${answer.place}`);
  }
});

test('the place survives a server that is killed', async () => {
  const ticket = waiting.at(-2);
  const before = await ask(page, { cookies: { danh_place: ticket } });
  await danh.stop('server', 'SIGKILL');
  await serve();
  const then = await ask(page, { cookies: { danh_place: ticket } });
  assert.equal(then.status, 503);
  assert.equal(then.cookies.danh_place, undefined);
  assert.ok(Number(then.place) <= Number(before.place));
  assert.ok(Number(then.place) > Number(before.place) - called());
});

test('whose turn has come is let in once, before everybody behind them, and goes on to sign in', async () => {
  const ticket = waiting[0];
  const inside = await until('the first turn', async () => {
    const answer = await ask(page, { cookies: { danh_place: ticket } });
    return answer.status === 200 && answer;
  });
  assert.match(inside.cookies.danh_admission, /^[\w-]{43}$/);
  assert.equal(inside.cookies.danh_place, '', 'the ticket is used');
  const replayed = await ask(page, { cookies: { danh_place: ticket } });
  assert.equal(replayed.status, 503);
  assert.ok(Number(replayed.place) > waiting.length - called(), `a copy of it is a newcomer's: ${replayed.place}`);
  const client = new Client(danh.url);
  client.cookies.set('danh_admission', inside.cookies.danh_admission);
  assert.equal((await client.signIn(danh.identity('citizen.hanoi').pin, danh.synth.demo_password)).status, 303);
  client.cookies.delete('danh_admission'); // from here on the session is enough
  assert.equal((await client.get('/api/session')).status, 200);
  assert.equal((await ask(page)).status, 503, 'while newcomers still wait');
});

test('a reload calls faster: everybody who waits comes in', async () => {
  const ini = path.join(danh.data, 'danh.ini');
  writeFileSync(ini, readFileSync(ini, 'utf8').replace('called_per_second = 1\n', 'called_per_second = 100000\n'));
  const { code, stdout } = await command('reload', '--data', danh.data, '--json');
  assert.deepEqual([code, JSON.parse(stdout)], [0, { taken: ['[surge] called_per_second'], files: [], at_start: [] }]);
  const last = waiting.at(-3);
  await until('the turn of the last', async () => (await ask(page, { cookies: { danh_place: last } })).status === 200);
  await until('an empty room', async () => (await ask(page)).status === 200);
});

test('the figures say how many wait, came and were refused', async () => {
  const seen = await figures();
  assert.equal(Number(seen.danh_room_waiting), 0);
  assert.ok(Number(seen.danh_room_numbers_total) > 20);
  assert.ok(Number(seen.danh_room_came_total) >= 1);
  assert.ok(Number(seen.danh_room_refused_total) >= 1);
  assert.ok(Number(seen['danh_door_admitted_total{class="session"}']) >= 1);
  assert.ok(Number(seen['danh_door_limit{class="arrival"}']) >= 1);
  assert.ok('danh_door_wait_seconds_count{class="admitted"}' in seen);
});
