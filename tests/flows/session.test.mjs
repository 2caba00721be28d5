// Signing in and out, sessions over restarts and time, and the lock after five wrong passwords.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation } from './lib/installation.mjs';
import { refused } from './lib/story.mjs';

let place;
before(async () => (place = await Installation.open({ receivers: false })));
after(() => place?.close());

test('signing in sets a cookie that scripts cannot read, signing out ends the session everywhere', async () => {
  const citizen = place.client();
  const answer = await citizen.post('/sign-in', new URLSearchParams({
    pin: place.identity('citizen.hanoi').pin, password: place.synth.demo_password, next: '/app/wallet' }));
  assert.deepEqual([answer.status, answer.headers.location], [303, '/app/wallet']);
  const [cookie] = answer.headers['set-cookie'].filter((line) => line.startsWith('danh_session='));
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Lax/);
  assert.match(cookie, /Path=\//);
  const token = citizen.cookies.get('danh_session');
  assert.ok(token.length >= 40);
  const session = await citizen.ok(citizen.get('/api/session'));
  assert.equal(session.person.name, place.identity('citizen.hanoi').full_name);
  assert.ok(!JSON.stringify(session).includes(place.identity('citizen.hanoi').pin), 'the number is masked');
  assert.equal((await citizen.post('/sign-out', new URLSearchParams())).status, 303);
  await refused(citizen.get('/api/session', { headers: { Cookie: `danh_session=${token}` } }), 401, 'signed_out');
});

test('a second sign-in in the same browser ends the first session, whoever signs in', async () => {
  const browser = await place.as('citizen.hanoi');
  const first = browser.cookies.get('danh_session');
  const phone = await place.as('citizen.hanoi');
  const before = (await browser.ok(browser.get('/api/me/history'))).items.filter((e) => e.event === 'session_replaced').length;
  assert.equal((await browser.signIn(place.identity('poor.hanoi').pin, 'khong-phai-mat-khau')).status, 401);
  await browser.ok(browser.get('/api/session'));
  assert.equal((await browser.signIn(place.identity('poor.hanoi').pin, place.synth.demo_password)).status, 303);
  assert.notEqual(browser.cookies.get('danh_session'), first);
  assert.equal((await browser.ok(browser.get('/api/session'))).person.name, place.identity('poor.hanoi').full_name);
  await refused(place.client().get('/api/session', { headers: { Cookie: `danh_session=${first}` } }), 401, 'signed_out');
  const { items } = await phone.ok(phone.get('/api/me/history')); // the other device stays signed in, and sees what happened
  assert.equal(items.filter((e) => e.event === 'session_replaced').length, before + 1);
});

test('the sign-in form leads nowhere else', async () => {
  for (const next of ['//evil.example/', 'https://evil.example/', '/app/../..//evil', '/\\evil', '/admin']) {
    const citizen = place.client();
    const answer = await citizen.post('/sign-in', new URLSearchParams({
      pin: place.identity('citizen.hanoi').pin, password: place.synth.demo_password, next }));
    assert.ok([303].includes(answer.status));
    assert.match(answer.headers.location, /^\/app\//, next);
    assert.ok(!answer.headers.location.includes('\\'));
  }
});

test('a wrong number and a wrong password are told apart by nobody', async () => {
  const wrong = await place.client().signIn(place.identity('poor.hanoi').pin, 'khong-phai-mat-khau');
  const nobody = await place.client().signIn('001099999999', 'khong-phai-mat-khau');
  assert.deepEqual([wrong.status, nobody.status], [401, 401]);
  const strip = (answer) => answer.text.replaceAll(/value="\d{12}"/g, '').replaceAll(/\d\d•+\d\d/g, '');
  assert.equal(strip(wrong), strip(nobody));
});

test('after five wrong passwords the account is locked for a while, the right one included; others are not', async () => {
  const { pin } = place.identity('citizen.hue');
  for (let i = 0; i < 5; i++) {
    const answer = await place.client().signIn(pin, `sai-mat-khau-${i}`);
    assert.ok(answer.status === 401 || (i === 4 && answer.status === 423), `${i}: ${answer.status}`);
  }
  const client = place.client();
  assert.equal((await client.signIn(pin, place.synth.demo_password)).status, 423);
  assert.ok(!client.cookies.has('danh_session'));
  const english = place.client({ language: 'en' });
  assert.match((await english.signIn(pin, place.synth.demo_password)).text, /locked/i);
  await place.as('student.hanoi');
  await place.stop('server');
  await place.startServer();
  assert.equal((await place.client().signIn(pin, place.synth.demo_password)).status, 423, 'a restart does not unlock');
  await place.moveTo('2026-11-19T10:00:00+07:00');
  await place.as('citizen.hue');
});

test('sessions live through kill -9 of the server, and end by themselves', async () => {
  const citizen = await place.as('citizen.hanoi');
  const officer = await place.officer('decider');
  await place.stop('server', 'SIGKILL');
  await place.startServer();
  assert.equal((await citizen.get('/api/me')).status, 200);
  assert.notEqual((await officer.ok(officer.get('/api/session'))).acting_post, null, 'the post too');
  await place.moveTo('2027-02-19T10:00:00+07:00');
  await refused(citizen.get('/api/me'), 401, 'signed_out');
  await refused(officer.get('/api/desk/queue'), 401, 'signed_out');
});
