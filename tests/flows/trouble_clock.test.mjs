// Somebody sets the machine's clock back and forward while the server runs (libfaketime), and starts it when the clock is wrong. Nothing that has ended lives again, the ledger's
// times rise, and who has to know is told.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { MachineClock } from './lib/clock.mjs';
import * as database from './lib/database.mjs';
import { Installation, TODAY, danh, start, until } from './lib/installation.mjs';
import { RelyingParty } from './lib/relying_party.mjs';
import { code as codeFor, token } from './lib/token_client.mjs';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
let place;
let clock;
before(async () => {
  place = await Installation.open({ receivers: false, serve: false });
  clock = new MachineClock(place.folder, `${TODAY}T10:00:00+07:00`);
  const ini = path.join(place.data, 'danh.ini'); // as on a real one: nothing between the machine's clock and the installation's
  writeFileSync(ini, readFileSync(ini, 'utf8').replace(/^clock_offset_ms = .*\n/m, ''));
  place.now = () => clock.now();
});
after(() => place?.close());

const serve = (...options) => start(['serve', '--data', place.data, '--listen', `127.0.0.1:${place.ports.server}`, '--origin', place.url, ...options], { env: clock.env });
const told = (event) => until(`the log says ${event}`, () => place.children.server.errors.split('\n').slice(0, -1).map((line) => JSON.parse(line)).findLast((line) => line.event === event));
const near = (value, wanted, what) => assert.ok(Math.abs(value - wanted) < 120, `${what}: ${value}, not about ${wanted}`);

/** The instants of the newest entries, as the ledger has them. */
async function times() {
  const listed = await danh('ledger', 'tail', '--lines', '20', '--data', place.data, '--json');
  assert.equal(listed.code, 0, listed.stderr);
  return listed.stdout.trim().split('\n').map((line) => Date.parse(JSON.parse(line).at));
}

test('clock stepping backwards: it is said, work goes on, what has ended stays ended, and the ledger is not dated back', async () => {
  place.children.server = await serve();
  const party = await RelyingParty.register(place);
  const citizen = await place.as('citizen.hanoi');
  const gone = await place.as('citizen.hanoi');
  const cookies = new Map(gone.cookies);
  assert.equal((await gone.post('/sign-out', new URLSearchParams())).status, 303);
  const used = await codeFor(party, citizen);
  assert.equal((await token(party, used)).status, 200);
  const before_ = Math.max(...await times());
  clock.set(-HOUR_S);
  near((await told('clock.set_back')).by_ms / 1000, HOUR_S, 'the step');
  assert.equal((await citizen.get('/api/session')).status, 200);
  assert.equal((await (await place.as('student.hanoi')).post('/sign-out', new URLSearchParams())).status, 303, 'people sign in and out');
  assert.equal((await token(party, await codeFor(party, citizen))).status, 200, 'and services take codes');
  const left = place.client();
  left.cookies = cookies;
  assert.equal((await left.get('/api/session')).status, 401);
  assert.equal((await token(party, used)).status, 400);
  assert.ok(Math.max(...await times()) > before_, 'what came after it is dated after it');
  const ahead = /^danh_clock_ahead_seconds (\S+)$/m.exec((await place.client().get('/metrics')).text)[1];
  near(Number(ahead), HOUR_S, 'danh_clock_ahead_seconds');
  assert.equal((await danh('ledger', 'verify', '--data', place.data)).code, 0);
});

test('clock stepping forward: it is said, and followed at once: sessions and codes have ended', async () => {
  const party = await RelyingParty.register(place);
  const citizen = await place.as('citizen.danang');
  const unused = await codeFor(party, citizen);
  clock.set(0);
  near((await told('clock.set_forward')).by_ms / 1000, HOUR_S, 'the step');
  await told('clock.caught_up');
  clock.set(DAY_S);
  await until('a session of yesterday has ended', async () => (await citizen.get('/api/session')).status === 401);
  assert.equal((await token(party, unused)).body.error, 'invalid_grant');
  assert.equal((await (await place.as('citizen.danang')).get('/api/session')).status, 200);
});

/** While no line can be written: a backup is made all the same, is restored, and both say so. */
async function unrecorded() {
  const at = (name) => path.join(place.folder, name);
  const run = async (...args) => {
    const child = await start([...args, '--json'], { ready: false, env: clock.env });
    const code = await new Promise((done) => child.once('close', done));
    return [code, JSON.parse(child.output).error];
  };
  const lines = (data) => database.rows(data, 'SELECT COUNT(*) FROM ledger_milestone')[0][0];
  const recipient = (await danh('backup', 'key', at('key'))).stdout.trim();
  const file = at('unrecorded.age');
  assert.deepEqual(await run('backup', '--data', place.data, '--to', file, '--recipient', recipient), [3, 'backup_unrecorded']);
  assert.deepEqual([lines(place.data), (await danh('backup', 'verify', file, '--key', at('key'))).code], [0, 0], 'it is whole, and has no line');
  const there = at('there');
  const server = database.ENGINE === 'postgresql' ? ['--database', database.create()] : [];
  assert.deepEqual(await run('restore', file, '--key', at('key'), '--data', there, ...server), [3, 'backup_unrecorded']);
  assert.deepEqual([lines(there), (await danh('ledger', 'verify', '--data', there)).code], [0, 0]);
}

test('started while the clock lies before the newest entry of the ledger: code 3 until it is set right, and doctor says why', async () => {
  await place.stop('server');
  clock.set(0);
  const refused = await serve().catch((error) => error);
  assert.equal(refused.code, 3, String(refused.message));
  assert.match(refused.message, /danh serve: the clock of this machine lies before the newest entry of the ledger: set it right \[by 8\d{4} seconds\]/);
  const command = await start(['account', 'limit', 'sessions_max', '5', '--data', place.data], { ready: false, env: clock.env });
  assert.equal(await new Promise((done) => command.once('exit', done)), 3, 'nor does a command write');
  const doctor = await start(['doctor', '--data', place.data], { ready: false, env: clock.env });
  assert.equal(await new Promise((done) => doctor.once('close', done)), 1);
  assert.match(doctor.output, /the clock lies 8\d{4} seconds before the newest entry of the ledger: it was set back/);
  await unrecorded();
  place.children.server = await serve('--accept-clock'); // the entry was wrong, not the clock
  await place.stop('server');
  clock.set(DAY_S);
  place.children.server = await serve();
  assert.equal((await (await place.as('citizen.hue')).get('/api/session')).status, 200);
});
