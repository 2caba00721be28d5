// Authentication levels 3 and 4: a face compared by the platform beside what was proven already, asked for by a service, an address or the person.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation } from './lib/installation.mjs';
import { multipart } from './lib/recovery.mjs';
import { Passkey } from './lib/passkey.mjs';
import { RelyingParty, decide, follow, signInAt, verified } from './lib/relying_party.mjs';

let place;
before(async () => (place = await Installation.open({ receivers: false })));
after(() => place?.close());

const form = (fields) => new URLSearchParams(fields);
const pinOf = (name) => place.identity(name).pin;
const securityOf = (citizen) => citizen.ok(citizen.get('/api/me/authenticators'));
/** The face of that person as the demonstration's camera takes it: another picture each time. */
const shot = async (name) => (await place.client().get(`/sign-up/drawn-portraits?pin=${pinOf(name)}`)).bytes;
const begin = async (citizen) => (await citizen.ok(citizen.post('/api/session/proofs/face'))).ceremony;
const send = (citizen, fields, to = '/api/session/proofs/face/answer') => {
  const { body, headers } = multipart(fields);
  return citizen.post(to, body, { headers });
};
const show = async (citizen, picture) => send(citizen, { ceremony: await begin(citizen), picture });
const ceremonyIn = (page) => page.text.match(/name="ceremony" value="([\w-]+)"/)?.[1];

/** What a person does on the page that asks for their face. */
async function showOnPage(citizen, address, picture) {
  const page = await citizen.get(address);
  assert.equal(page.status, 200, page.text);
  assert.match(page.text, /<input [^>]*type="file"[^>]*capture="user"/);
  const next = new URL(address, place.url).searchParams.get('next');
  const level = new URL(address, place.url).searchParams.get('level');
  return send(citizen, { raise: '1', ceremony: ceremonyIn(page), next, level, picture }, '/sign-in/face');
}

/** A code for tokens, and what they say of how the person proved themself. */
async function saidOf(party, code) {
  const answer = await party.redeem(code);
  assert.equal(answer.status, 200, answer.text);
  const { acr, amr } = await verified(place, answer.body.id_token);
  return { acr, amr };
}

// [Decree 69/2024 Art 20] [N17 accepts] [N17 refuses]
test('a service that needs level 3 gets it: the page asks for a face, without script, and the ID token says so', async () => {
  const party = await RelyingParty.register(place, { danh_acr_min: 3 });
  const browser = await place.as('citizen.hanoi');
  const asked = await follow(browser, await browser.get(party.address(party.question())));
  assert.equal(asked.status, 303);
  assert.match(asked.headers.location, /^\/sign-in\?/);
  const address = asked.headers.location;
  assert.match(address, /level=3/);
  const back = await showOnPage(browser, address, await shot('citizen.hanoi'));
  assert.equal(back.status, 303, back.text);
  const page = await follow(browser, await browser.get(back.headers.location));
  const { code } = party.read(page.status === 200 ? await decide(browser, page) : page);
  assert.deepEqual(await saidOf(party, code), { acr: 'urn:danh:acr:3', amr: ['pwd', 'face', 'mfa'] });
  const { items } = await browser.ok(browser.get('/api/me/history'));
  assert.ok(items.some((e) => e.event === 'session_raised'));
});

test('level 4 is a face, something held and something known: a passkey that verified its user, and a face', async () => {
  const party = await RelyingParty.register(place);
  const browser = await place.as('elderly.hanoi');
  assert.equal((await browser.post('/sign-in', form({ step: 'passcode', raise: '1', code: place.synth.demo_passcode, level: '2', next: '/app/' }))).status, 303);
  const passkey = new Passkey(place.url);
  const begun = await browser.ok(browser.post('/api/me/authenticators/passkey/begin'));
  assert.equal((await browser.post('/api/me/authenticators/passkey', { ceremony: begun.ceremony, answer: passkey.create(begun.options), name: 'Máy thử' })).status, 201);
  const client = place.client();
  const fields = { step: 'passkey', level: '4', next: '/app/wallet' };
  const challenge = await client.ok(client.post('/sign-in/passkey/begin', form(fields)));
  const went = await client.post('/sign-in', form({ ...fields, ceremony: challenge.ceremony, answer: passkey.get(challenge.options) }));
  assert.deepEqual([went.status, went.headers.location], [303, '/sign-in?level=4&next=%2Fapp%2Fwallet']);
  const back = await showOnPage(client, went.headers.location, await shot('elderly.hanoi'));
  assert.deepEqual([back.status, back.headers.location], [303, '/app/wallet']);
  const now = await securityOf(client);
  assert.deepEqual([now.level, now.amr], [4, ['face', 'user', 'swk', 'mfa']]);
  const { code } = await signInAt(client, party, party.question({ acr_values: 'urn:danh:acr:4' }));
  assert.equal((await saidOf(party, code)).acr, 'urn:danh:acr:4');
});

test('a password and a face are level 3 and never 4: whoever holds nothing is told so', async () => {
  const citizen = await place.as('student.hanoi');
  assert.equal((await show(citizen, await shot('student.hanoi'))).body.acr, 'urn:danh:acr:3');
  const page = await citizen.get('/sign-in?level=4&next=/app/');
  assert.equal(page.status, 200);
  assert.match(page.text, /Dịch vụ này cần mức xác thực cao hơn/);
});

test('another face, a copy of the register’s portrait, a photograph, the same picture again: each refused in words, and the session stays where it was', async () => {
  const citizen = await place.as('digital.hanoi');
  const own = await shot('digital.hanoi');
  const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 1, 0x2c, 0, 0xc8, 1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]),
    Buffer.alloc(3000, 7), Buffer.from([0xff, 0xd9])]);
  for (const [picture, code, status] of [[await shot('citizen.hanoi'), 'face_other', 403], [jpeg, 'face_unsure', 403], [Buffer.from('text'), 'picture_format', 422]]) {
    const refused = await show(citizen, picture);
    assert.deepEqual([refused.status, refused.body.code], [status, code]);
  }
  assert.equal((await securityOf(citizen)).level, 1);
  assert.equal((await show(citizen, own)).status, 200);
  const again = await place.as('digital.hanoi');
  const copied = await show(again, own);
  assert.deepEqual([copied.status, copied.body.code], [403, 'face_used']);
  assert.equal((await securityOf(again)).level, 1);
  const page = await showOnPage(again, '/sign-in?level=3&next=/app/', own);
  assert.equal(page.status, 403);
  assert.match(page.text, /Ảnh này đã được dùng/);
  assert.ok(ceremonyIn(page), 'the page asks again');
});

test('a ceremony is one session’s and serves once; nobody signs in by a face, and nobody adds one', async () => {
  const citizen = await place.as('citizen.hue');
  const other = await place.as('convicted.hanoi');
  const ceremony = await begin(citizen);
  const stolen = await send(other, { ceremony, picture: await shot('citizen.hue') });
  assert.deepEqual([stolen.status, stolen.body.code], [403, 'ceremony_stale']);
  const mine = await send(other, { ceremony, picture: await shot('convicted.hanoi') });
  assert.deepEqual([mine.status, mine.body.code], [403, 'ceremony_stale']);
  assert.equal((await securityOf(other)).level, 1);
  const fresh = await begin(citizen);
  assert.equal((await send(citizen, { ceremony: fresh, picture: await shot('citizen.hue') })).status, 200);
  assert.equal((await send(citizen, { ceremony: fresh, picture: await shot('citizen.hue') })).body.code, 'ceremony_stale');
  for (const address of ['/api/sign-in/face', '/api/me/authenticators/face/begin']) {
    const refused = await citizen.post(address);
    assert.deepEqual([refused.status, refused.body.code], [422, 'authenticator_kind'], address);
  }
  const stranger = place.client();
  assert.equal((await send(stranger, { ceremony: 'x', picture: await shot('citizen.hue') })).status, 401);
  const out = await send(stranger, { raise: '1', ceremony: 'x', next: '/app/', level: '3', picture: await shot('citizen.hue') }, '/sign-in/face');
  assert.deepEqual([out.status, out.headers.location], [303, '/sign-in?next=%2Fapp%2F']);
});

// [SP800-63B-4 3.2.3 SHALL]
test('five faces that are not the person’s close this way for a while, and no other', async () => {
  const citizen = await place.as('poor.hanoi');
  for (let i = 0; i < 5; i++) {
    const refused = await show(citizen, await shot('citizen.hanoi'));
    assert.equal(refused.body.code, i < 4 ? 'face_other' : 'locked_for_now', refused.text);
  }
  assert.notEqual((await show(citizen, await shot('poor.hanoi'))).status, 200, 'the right one neither');
  const { status } = await place.client().signIn(pinOf('poor.hanoi'), place.synth.demo_password);
  assert.equal(status, 303, 'the account itself is not locked by it');
});
