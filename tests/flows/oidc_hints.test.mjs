// Whom a client expects: id_token_hint and a `sub` asked for by value. That person or nobody, whoever sits at the browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation } from './lib/installation.mjs';
import { Key, RelyingParty, decide, follow, json, signInAt } from './lib/relying_party.mjs';
import { claimsOf } from './lib/token_client.mjs';

let place;
let library;
let other;
let hint; // an ID token of library for citizen.hanoi
let browser; // theirs
before(async () => {
  place = await Installation.open({ receivers: false });
  library = await RelyingParty.register(place);
  other = await RelyingParty.register(place, { danh_sector: 'khac.example', redirect_uris: ['https://khac.example/cb'] });
  browser = await place.as('citizen.hanoi');
  hint = await idToken(library, browser);
});
after(() => place?.close());

async function idToken(party, person, changes = {}) {
  const answer = await party.redeem((await signInAt(person, party, party.question(changes))).code);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.id_token;
}
const ask = (person, changes, party = library) => person.get(party.address(party.question(changes)));
const bySub = (sub, target = 'id_token') => ({ claims: JSON.stringify({ [target]: { sub } }) });
const signIn = (person, name) => person.post('/sign-in', new URLSearchParams({ pin: place.identity(name).pin, password: place.synth.demo_password,
  next: person.interaction, fresh: '1' }));

// [OIDC Core 3.1.2.1], [OIDC Core 3.1.2.2 MUST], [OIDC Core 5.5.1]
test('the person a hint or a sub names is let through at once, however old the ID token', async () => {
  const { sub } = claimsOf(hint);
  for (const changes of [{ id_token_hint: hint }, bySub({ value: sub }), bySub({ value: sub }, 'userinfo'), bySub({ values: ['somebody-else', sub] }),
    { id_token_hint: hint, ...bySub({ value: sub }) }, bySub(null), bySub({ essential: true })]) {
    const said = library.read(await ask(browser, { prompt: 'none', ...changes }));
    assert.ok(said.code, JSON.stringify([changes, said]));
    assert.equal(claimsOf((await library.redeem(said.code)).body.id_token).sub, sub);
  }
  await place.moveTo(new Date(place.now() + 3600 * 1000).toISOString());
  assert.ok(claimsOf(hint).exp * 1000 < place.now(), 'it has expired');
  const later = await place.as('citizen.hanoi');
  assert.ok(library.read(await ask(later, { prompt: 'none', id_token_hint: hint })).code);
});

test('another person at the browser gives the client nothing: login_required without a page, else they are asked to sign in as the right one', async () => {
  const { sub } = claimsOf(hint);
  const stranger = await place.as('citizen.hue');
  await signInAt(stranger, library);
  assert.ok(library.read(await ask(stranger, { prompt: 'none' })).code, 'without a hint they are welcome');
  for (const changes of [{ id_token_hint: hint }, bySub({ value: sub }), bySub({ value: sub }, 'userinfo'), bySub({ value: 'nobody' }), bySub({ values: [sub, 'x'] })]) {
    assert.equal(library.read(await ask(stranger, { prompt: 'none', ...changes })).error, 'login_required', JSON.stringify(changes));
  }
  const toSignIn = await follow(stranger, await ask(stranger, { id_token_hint: hint }));
  assert.match(toSignIn.headers.location, /^\/sign-in\?next=\/interact\/[\w-]+&level=1&fresh=1$/);
  assert.equal((await stranger.get(stranger.interaction)).status, 303, 'going on without signing in leads there again');
  const asThemself = await signIn(stranger, 'citizen.hue');
  assert.equal(asThemself.status, 303, asThemself.text);
  assert.equal(library.read(await follow(stranger, asThemself)).error, 'login_required', 'they signed in as themself: the client is told');
});

test('the right person signing in at that browser ends at the client with a code for them', async () => {
  const shared = await place.as('citizen.hue');
  const toSignIn = await follow(shared, await ask(shared, { id_token_hint: hint }));
  assert.equal(toSignIn.status, 303);
  await shared.post('/sign-out', new URLSearchParams());
  const asRight = await signIn(shared, 'citizen.hanoi');
  assert.equal(asRight.status, 303, asRight.text);
  const end = await follow(shared, asRight);
  const said = library.read(end.status === 200 ? await decide(shared, end) : end);
  assert.ok(said.code, JSON.stringify(said));
  assert.equal(claimsOf((await library.redeem(said.code)).body.id_token).sub, claimsOf(hint).sub);
});

// An open consent page, and another person in the session meanwhile.
test('a page opened for one person is not answered by another', async () => {
  const shared = await place.as('citizen.hanoi');
  const page = await follow(shared, await ask(shared, { id_token_hint: hint, prompt: 'consent' }));
  assert.equal(page.status, 200);
  await shared.post('/sign-out', new URLSearchParams());
  await shared.signIn(place.identity('citizen.hue').pin, place.synth.demo_password);
  const answer = await decide(shared, page);
  assert.notEqual(new URL(answer.headers.location ?? '/', place.url).searchParams.has('code'), true, answer.text);
});

test('a hint that is not an ID token of ours for this client is no request', async () => {
  const now = await place.as('citizen.hanoi');
  const parts = hint.split('.');
  const forged = new Key().sign(claimsOf(hint), { typ: 'JWT' });
  const tokens = await library.redeem((await signInAt(now, library)).code);
  const cases = { forged, 'another client\'s': await idToken(other, now), 'cut short': parts.slice(0, 2).join('.'), 'unsigned': `${json({ alg: 'none' })}.${parts[1]}.`,
    'altered': `${parts[0]}.${json({ ...claimsOf(hint), sub: 'x' })}.${parts[2]}`, 'an access token': tokens.body.access_token, 'no token': 'x' };
  for (const [name, id_token_hint] of Object.entries(cases)) {
    assert.equal(library.read(await ask(now, { id_token_hint, prompt: 'none' })).error, 'invalid_request', name);
  }
  for (const changes of [bySub({ value: 7 }), bySub({ value: 'x'.repeat(256) }), bySub({ values: 'x' }), { id_token_hint: hint, ...bySub({ value: 'somebody-else' }) },
    { claims: JSON.stringify({ id_token: { sub: { value: 'a' } }, userinfo: { sub: { value: 'b' } } }) }]) {
    assert.equal(library.read(await ask(now, { ...changes, prompt: 'none' })).error, 'invalid_request', JSON.stringify(changes));
  }
});
