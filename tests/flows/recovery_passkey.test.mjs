// A new phone by another passkey: the holder is waited for, and at the end the old phone is dead. A stolen key alone leads nowhere.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation } from './lib/installation.mjs';
import { Passkey } from './lib/passkey.mjs';
import { begin, finish, messages, state, step, vetoIn } from './lib/recovery.mjs';

let place;
const DAY = 24 * 3600 * 1000;
const keys = {}; // name -> {old, spare}: the phone's own passkey and one that lies in a drawer, both added eight days ago
const form = (fields) => new URLSearchParams(fields);
const pinOf = (name) => place.identity(name).pin;
const later = (ms) => place.moveTo(new Date(place.now() + ms).toISOString());
const phoneOf = (name) => place.rows('SELECT a.phone FROM account a JOIN person p ON p.person_id = a.person_id WHERE p.pin = $1', Number(pinOf(name)))[0][0];

async function atLevel2(name) {
  const citizen = await place.as(name);
  assert.equal((await citizen.post('/sign-in', form({ step: 'passcode', raise: '1', code: place.synth.demo_passcode, level: '2', next: '/app/' }))).status, 303);
  return citizen;
}
async function add(citizen, name) {
  const passkey = new Passkey(place.url);
  const begun = await citizen.ok(citizen.post('/api/me/authenticators/passkey/begin'));
  const { id } = await citizen.ok(citizen.post('/api/me/authenticators/passkey', { ceremony: begun.ceremony, answer: passkey.create(begun.options), name }));
  return Object.assign(passkey, { row: id });
}
/** Signed in by a passkey, in the browser given; the answer of the form. */
async function signInWith(passkey, { client = place.client(), level = '2', flags } = {}) {
  const fields = { step: 'passkey', level, next: '/recover/case' };
  const begun = await client.ok(client.post('/sign-in/passkey/begin', form(fields)));
  const answer = await client.post('/sign-in', form({ ...fields, ceremony: begun.ceremony, answer: passkey.get(begun.options, flags ? { flags } : {}) }));
  return { client, answer };
}
const byPasskey = (client) => step(client, { step: 'passkey' });

before(async () => {
  place = await Installation.open({ receivers: false });
  for (const name of ['citizen.hanoi', 'elderly.hanoi', 'digital.hanoi']) {
    const citizen = await atLevel2(name);
    keys[name] = { old: await add(citizen, 'Điện thoại cũ'), spare: await add(citizen, 'Khóa trong ngăn kéo') };
  }
  await later(8 * DAY);
});
after(() => place?.close());

// [N16 accepts]
test('the spare passkey proves the case; after the wait the old phone’s passkey, password and sessions are dead and the spare one is left', async () => {
  const name = 'citizen.hanoi';
  const { old, spare } = keys[name];
  const client = place.client();
  const { number } = await begin(client, pinOf(name));
  const { answer } = await signInWith(spare, { client });
  assert.deepEqual([answer.status, answer.headers.location], [303, '/recover/case']);
  assert.match((await client.get('/recover/case')).text, /Dùng khóa truy cập vừa đăng nhập cho vụ việc này/);
  assert.equal((await byPasskey(client)).status, 303);
  assert.match(await state(client), /Đã đủ căn cứ/);
  const told = (await messages(place, phoneOf(name))).find((m) => m.text.includes(number));
  assert.ok(told && vetoIn(told.text), 'the holder is told, with a link that stops it');
  assert.equal((await finish(client)).status, 409, 'the holder is waited for');
  await later(3 * DAY);
  const phone = (await signInWith(old, { level: '2' })).client; // the old phone is still somebody's
  assert.equal((await phone.get('/api/session')).status, 200);
  assert.equal((await finish(client)).status, 303);
  assert.match(await state(client), /đã lấy lại tài khoản/i);
  assert.equal((await phone.get('/api/session')).status, 401, 'its session is over');
  assert.notEqual((await signInWith(old)).answer.status, 303, 'its passkey is gone');
  assert.notEqual((await place.client().signIn(pinOf(name), place.synth.demo_password)).status, 303, 'the old password is gone');
  const home = await signInWith(spare);
  assert.equal(home.answer.status, 303);
  const { authenticators } = await home.client.ok(home.client.get('/api/me/authenticators'));
  assert.deepEqual(authenticators.map((a) => a.name), ['Khóa trong ngăn kéo']);
});

// [N16 refuses]
test('a stolen key alone: only touched it proves nothing; with its code the holder is told and stops it, and no second try goes this way', async () => {
  const name = 'elderly.hanoi';
  const { spare } = keys[name];
  const thief = place.client();
  const { number } = await begin(thief, pinOf(name));
  assert.notEqual((await signInWith(spare, { client: thief, flags: 1 | 8 | 16 })).answer.status, 303, 'level 2 wants its code');
  assert.equal((await signInWith(spare, { client: thief, level: '1', flags: 1 | 8 | 16 })).answer.status, 303);
  assert.equal((await byPasskey(thief)).status, 403);
  assert.match(await state(thief), /Đang chờ/);
  assert.equal((await signInWith(spare, { client: thief })).answer.status, 303);
  assert.equal((await byPasskey(thief)).status, 303);
  const told = (await messages(place, phoneOf(name))).find((m) => m.text.includes(number));
  assert.equal((await place.client().post('/recover/stop', form({ v: vetoIn(told.text) }))).status, 200);
  assert.match(await state(thief), /đã dừng vụ việc/);
  assert.notEqual((await finish(thief)).status, 303);
  const again = place.client();
  await begin(again, pinOf(name));
  await signInWith(spare, { client: again });
  assert.equal((await byPasskey(again)).status, 303);
  assert.match(await state(again), /Đang chờ/, 'after a veto it takes two officers');
  assert.equal((await place.client().signIn(pinOf(name), place.synth.demo_password)).status, 303, 'nothing about the account has changed');
});

test('a passkey of somebody else, one added a moment ago, and one that was removed while the holder was waited for', async () => {
  const name = 'digital.hanoi';
  const stranger = place.client();
  await begin(stranger, pinOf(name));
  assert.equal((await byPasskey(stranger)).status, 403, 'no session at all');
  await signInWith(keys['elderly.hanoi'].old, { client: stranger });
  assert.equal((await byPasskey(stranger)).status, 403, 'somebody else’s');
  const phone = await atLevel2(name); // a thief with the open phone adds a key
  const fresh = await add(phone, 'Khóa mới');
  const quick = place.client();
  await begin(quick, pinOf(name));
  await signInWith(fresh, { client: quick });
  assert.equal((await byPasskey(quick)).status, 403);
  const client = place.client();
  await begin(client, pinOf(name));
  await signInWith(keys[name].spare, { client });
  assert.equal((await byPasskey(client)).status, 303);
  const holder = await atLevel2(name);
  assert.equal((await holder.request('DELETE', `/api/me/authenticators/${keys[name].spare.row}`)).status, 204);
  await later(3 * DAY);
  assert.equal((await finish(client)).status, 409);
  assert.equal((await place.client().signIn(pinOf(name), place.synth.demo_password)).status, 303);
});

// The wait is worth nothing if a session does at once what the case waits for.
test('a thief with the phone and the passcode does not shut the holder out: password and passcode change for whoever knows the password', async () => {
  const name = 'poor.hanoi';
  const phone = await add(await atLevel2(name), 'Điện thoại');
  const holder = await place.as(name);
  const { client: thief, answer } = await signInWith(phone);
  assert.equal(answer.status, 303);
  await thief.ok(thief.post('/api/session/passcode', { passcode: place.synth.demo_passcode }));
  const change = (client, body) => client.put('/api/me/password', body);
  const said = async (answer) => [(await answer).status, (await answer).body?.code];
  const wanted = { password: 'mưa rào tháng sáu' };
  assert.deepEqual(await said(change(thief, wanted)), [422, 'field_missing']);
  for (const body of [{ ...wanted, current_password: 'đoán thử một lần' }, { passcode: '918273', current_password: place.synth.demo_passcode }]) {
    assert.deepEqual(await said(change(thief, body)), [403, 'password_present'], JSON.stringify(body));
  }
  let last;
  for (let i = 0; i < 6 && last?.[1] !== 'account_locked_for_now'; i++) last = await said(change(thief, { ...wanted, current_password: `đoán lần ${i}` }));
  assert.notEqual(last[1], 'password_present', 'guesses are counted');
  assert.equal((await holder.get('/api/session')).status, 200, 'the holder’s sessions live');
  const again = await place.as(name);
  assert.equal((await again.post('/api/session/passcode', { passcode: place.synth.demo_passcode })).status, 204, 'nothing has changed');
  await later(3600 * 1000);
  const { client: own } = await signInWith(phone);
  assert.equal((await change(own, { ...wanted, current_password: place.synth.demo_password })).status, 204, 'the holder knows it');
  assert.equal((await holder.get('/api/session')).status, 401);
});
