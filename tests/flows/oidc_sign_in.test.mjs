// What is signed between client and provider, what the tokens of a sign-in say of a person, and how a sign-in ends.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Installation, freePort, until } from './lib/installation.mjs';
import { Key, RelyingParty, base64url, decide, follow, signInAt, verified } from './lib/relying_party.mjs';

let place;
before(async () => (place = await Installation.open({ receivers: false })));
after(() => place?.close());

/** A service's own server: keeps what is posted to it. */
async function listen() {
  const posts = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      posts.push({ path: request.url, form: new URLSearchParams(text) });
      response.writeHead(200).end();
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { posts, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

async function tokens(browser, party, question, ticked = []) {
  const { code } = await signInAt(browser, party, question ?? party.question(), ticked);
  const answer = await party.redeem(code);
  assert.equal(answer.status, 200, answer.text);
  return { ...answer.body, claims: await verified(place, answer.body.id_token) };
}

async function userinfo(party, granted) {
  const answer = await place.client().get('/oidc/userinfo', { headers: { Authorization: `Bearer ${granted.access_token}` } });
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

// [RFC9101 4], [RFC9101 6.3], [FAPI2-MS 5.3.1], [JARM 2.1]
test('a signed request counts alone, and only as its client signed it', async () => {
  const party = await RelyingParty.register(place, { application_type: 'web', token_endpoint_auth_method: 'private_key_jwt', redirect_uris: ['https://kyten.example/cb'],
    danh_sector: undefined, jwks: { keys: [new Key().public] } });
  const key = new Key();
  const signing = await RelyingParty.fapi(place, { danh_profile: 'fapi2-message-signing', redirect_uris: ['https://kyten.example/cb'] });
  const browser = await place.as('citizen.hanoi');
  const asked = signing.question({ state: null });
  const push = (request, more = {}) => signing.push({ client_id: signing.id, request, ...more });
  const good = await push(signing.requestObject(asked), { scope: 'openid pin', redirect_uri: 'https://evil.example/' });
  assert.equal(good.status, 201, good.text);
  const page = await follow(browser, await browser.get(`/oidc/authorize?${new URLSearchParams({ client_id: signing.id, request_uri: good.body.request_uri })}`));
  const answer = await decide(browser, page);
  const { response } = signing.read(answer);
  const said = await verified(place, response); // JARM is what this profile gets
  assert.deepEqual([said.iss, said.aud], [place.url, signing.id]);
  assert.match(said.code, /^[\w-]{200,600}$/);
  const now = signing.seconds();
  const [header, payload] = signing.requestObject(asked).split('.');
  const bad = {
    unsigned: `${base64url(JSON.stringify({ alg: 'none' }))}.${payload}.`,
    'cut signature': `${header}.${payload}.AAAA`,
    'a signature of noughts': `${header}.${payload}.${base64url(Buffer.alloc(64))}`,
    "another's key": key.sign({ iss: signing.id, aud: place.url, nbf: now, exp: now + 300, ...asked }, { kid: signing.key.kid }),
    'for somebody else': signing.requestObject(asked, { aud: 'https://elsewhere.example' }),
    'from somebody else': signing.requestObject(asked, { iss: party.id }),
    "another client's": signing.requestObject(asked, { client_id: party.id }),
    expired: signing.requestObject(asked, { nbf: now - 400, exp: now - 100 }),
    'too old': signing.requestObject(asked, { nbf: now - 3700 }),
    'too long': signing.requestObject(asked, { exp: now + 7200 }),
    'no nbf': signing.requestObject(asked, { nbf: undefined }),
    'no exp': signing.requestObject(asked, { exp: undefined }),
    'of another type': signing.requestObject(asked, {}, { typ: 'at+jwt' }),
    'a request inside': signing.requestObject(asked, { request: 'x' }),
    'a request_uri inside': signing.requestObject(asked, { request_uri: 'https://evil.example/' }),
  };
  for (const [what, request] of Object.entries(bad)) {
    const refused = await push(request);
    assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_request_object'], what);
  }
  const plain = await signing.push(asked);
  assert.equal(plain.body.error, 'invalid_request_object', 'this client signs every request');
});

// [OIDC Core 8.1]
test('a client learns what was agreed to and nothing else; each sector knows a person by another name [N21 accepts] [F30 accepts] [F30 refuses] [B11 accepts] [B11 refuses]', async () => {
  const library = await RelyingParty.register(place);
  const theatre = await RelyingParty.register(place, { redirect_uris: ['https://nhahat.example/cb'], danh_sector: 'nhahat.example' });
  const sister = await RelyingParty.register(place);
  const browser = await place.as('citizen.hanoi');
  const here = await tokens(browser, library, undefined, ['phone']);
  assert.equal(here.claims.iss, place.url);
  assert.equal(here.claims.aud, library.id);
  assert.equal(here.claims.acr, 'urn:danh:acr:1');
  assert.deepEqual(here.claims.amr, ['pwd']);
  assert.ok(here.claims.auth_time <= library.seconds() && here.claims.sid);
  assert.equal(here.claims.name, undefined, 'claims of scopes are for userinfo');
  const told = await userinfo(library, here);
  assert.equal(told.name, place.identity('citizen.hanoi').full_name);
  assert.match(told.phone_number, /^\+84\d{9}$/);
  for (const kept of ['birthdate', 'address', 'gender', 'pin', 'age_over_18']) assert.equal(told[kept], undefined, kept);
  assert.equal(told.sub, here.claims.sub);
  const bare = await signInAt(browser, library, library.question({ scope: 'profile' }));
  const unnamed = await library.redeem(bare.code);
  assert.deepEqual([unnamed.status, unnamed.body.id_token], [200, undefined], 'who it is comes as OpenID Connect or not at all');
  const there = await tokens(browser, theatre);
  assert.notEqual(there.claims.sub, here.claims.sub);
  assert.notEqual(there.claims.sid, here.claims.sid);
  assert.equal((await tokens(browser, sister)).claims.sub, here.claims.sub, 'one sector, one subject');
  const other = await tokens(await place.as('poor.hanoi'), library);
  assert.notEqual(other.claims.sub, here.claims.sub);
  await assert.rejects(RelyingParty.register(place, { danh_sector: undefined, redirect_uris: ['https://a.example/cb', 'https://thuvien.example/cb'] }), /danh_sector/,
    'several hosts need a sector an operator gives');
});

// [OIDC Core 5.5], [IDA 5.7.4 SHALL]
test('the claims parameter: single claims for ID token or userinfo, and claims verified by the state, with evidence', async () => {
  const party = await RelyingParty.register(place);
  const browser = await place.as('citizen.hanoi');
  const asked = { id_token: { age_over_18: null, pin: null, unheard_of: { essential: true } },
    userinfo: { verified_claims: { verification: { trust_framework: { value: 'vn_eid' }, assurance_level: null, evidence: [{ type: { value: 'document' } }] },
      claims: { name: null, birthdate: null } } } };
  const granted = await tokens(browser, party, party.question({ scope: 'openid', claims: JSON.stringify(asked) }), ['age_over_18', 'birthdate']);
  const page = await follow(browser, await browser.get(party.address(party.question({ scope: 'openid', claims: JSON.stringify(asked), prompt: 'consent' }))));
  assert.match(page.text, /Kèm theo là xác nhận của Nhà nước/, 'what goes with it is said before');
  const plain = await follow(browser, await browser.get(party.address(party.question({ prompt: 'consent' }))));
  assert.doesNotMatch(plain.text, /xác nhận của Nhà nước/);
  assert.equal(granted.claims.age_over_18, true);
  assert.equal(granted.claims.pin, undefined, 'not registered for it');
  const told = await userinfo(party, granted);
  assert.equal(told.name, undefined, 'asked as verified alone');
  assert.equal(told.verified_claims.verification.trust_framework, 'vn_eid');
  assert.equal(told.verified_claims.verification.assurance_level, 'high');
  assert.deepEqual(told.verified_claims.verification.evidence,
    [{ type: 'document', document_details: { type: 'idcard', issuer: { name: 'Bộ Công an', country_code: 'VNM' } } }],
    'that there was a card; its number and dates nobody agreed to tell');
  assert.equal(told.verified_claims.claims.name, place.identity('citizen.hanoi').full_name);
  assert.equal(told.verified_claims.claims.birthdate, place.identity('citizen.hanoi').birth_date);
  for (const filter of [{ trust_framework: { value: 'de_aml' } }, { trust_framework: null, assurance_level: { value: 'low' } },
    { trust_framework: null, evidence: [{ type: { value: 'utility_bill' } }] }, {}]) {
    const claims = filter.trust_framework === undefined ? { claims: { name: null } } : { verification: filter, claims: { name: null } };
    const unmet = await tokens(browser, party, party.question({ scope: 'openid', claims: JSON.stringify({ userinfo: { verified_claims: claims } }) }));
    assert.equal((await userinfo(party, unmet)).verified_claims, undefined, JSON.stringify(filter));
  }
});

test('under a mandate for this very service it is the other who signs in, the page says for whom, both are named, and the end holds at once', async () => {
  const party = await RelyingParty.register(place);
  const { pin, full_name: delegateName } = place.identity('poor.hanoi');
  const { full_name: giverName } = place.identity('citizen.hanoi');
  const giver = await place.as('citizen.hanoi');
  const delegate = await place.as('poor.hanoi');
  const own = await tokens(delegate, party);
  const given = await tokens(giver, party);
  await giver.ok(giver.post('/api/session/passcode', { passcode: place.synth.demo_passcode }));
  const to = new Date(place.now() + 30 * 86400e3).toISOString().slice(0, 10);
  const { id, principal } = await giver.ok(giver.post('/api/mandates', { pin, name: delegateName, scopes: [`sign_in:${party.id}`], to }));
  await delegate.ok(delegate.post(`/api/mandates/${id}/accept`));
  await delegate.ok(delegate.put('/api/session/mandate', { person: principal.ref }));
  const other = await RelyingParty.register(place);
  const elsewhere = await follow(delegate, await delegate.get(other.address(other.question())));
  assert.equal(elsewhere.status, 403, 'the mandate is for one service');
  const page = await follow(delegate, await delegate.get(party.address(party.question())));
  assert.equal(page.status, 200, 'consent for another is asked anew');
  assert.ok(page.text.includes(giverName) && page.text.includes(delegateName));
  const { code } = party.read(await decide(delegate, page));
  const answer = await party.redeem(code);
  assert.equal(answer.status, 200, answer.text);
  const claims = await verified(place, answer.body.id_token);
  assert.deepEqual([claims.sub, claims.act.sub], [given.claims.sub, own.claims.sub]);
  const told = await userinfo(party, answer.body);
  assert.equal(told.name, giverName);
  const { items } = await giver.ok(giver.get('/api/me/reads'));
  assert.ok(items.length > 0, 'whose data it is sees it');
  await giver.ok(giver.post(`/api/mandates/${id}/revoke`));
  const dead = await place.client().get('/oidc/userinfo', { headers: { Authorization: `Bearer ${answer.body.access_token}` } });
  assert.ok(dead.status >= 400, 'the mandate has ended');
  const ended = await delegate.get(party.address(party.question()));
  assert.ok(ended.status === 403 || ended.status === 409, `${ended.status}: never silently oneself`);
  assert.equal(ended.headers.location, undefined);
});

test('consent taken back: what the service holds is dead at once, and it has to ask again', async () => {
  const party = await RelyingParty.register(place);
  const browser = await place.as('citizen.hanoi');
  const granted = await tokens(browser, party, undefined, ['phone']);
  await userinfo(party, granted);
  const mine = (await browser.ok(browser.get('/api/me/consents'))).items.find((c) => c.client === party.id);
  assert.deepEqual(mine.attributes.map((a) => a.code), ['name', 'phone']);
  await browser.ok(browser.post(`/api/me/consents/${party.id}/revoke`));
  const dead = await place.client().get('/oidc/userinfo', { headers: { Authorization: `Bearer ${granted.access_token}` } });
  assert.equal(dead.status, 401);
  assert.equal(party.read(await browser.get(party.address(party.question({ prompt: 'none' })))).error, 'consent_required');
  assert.equal((await browser.post(`/api/me/consents/${party.id}/revoke`)).status, 404, 'there is nothing left to take back');
});

test('from a pushed request to tokens bound to a key, as FAPI 2.0 has it', async () => {
  const bank = await RelyingParty.fapi(place);
  const browser = await place.as('citizen.hanoi');
  const page = await follow(browser, await browser.get(await bank.pushed(bank.question())));
  const { code } = bank.read(await decide(browser, page));
  const answer = await bank.redeem(code);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.token_type, 'DPoP');
});

test('a session that ends is told to the services it signed in to, by a token each can check; what they hold of it ends [N22 accepts]', async () => {
  const service = await listen();
  try {
    const party = await RelyingParty.register(place, { redirect_uris: ['http://127.0.0.1/cb'], backchannel_logout_uri: `${service.url}/logout`, danh_sector: 'noi-bo.example' });
    const silent = await RelyingParty.register(place);
    const endings = {
      'signing out': (browser) => browser.post('/sign-out', new URLSearchParams()),
      'signing in again': (browser) => browser.signIn(place.identity('citizen.hanoi').pin, place.synth.demo_password),
    };
    for (const [what, ending] of Object.entries(endings)) {
      const browser = await place.as('citizen.hanoi');
      const granted = await tokens(browser, party);
      await tokens(browser, silent);
      service.posts.length = 0;
      await ending(browser);
      await until(`${what} is told`, () => service.posts.length > 0);
      const [post] = service.posts;
      assert.equal(post.path, '/logout');
      const told = await verified(place, post.form.get('logout_token'));
      assert.deepEqual(told.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
      assert.deepEqual([told.iss, told.aud, told.sub, told.sid], [place.url, party.id, granted.claims.sub, granted.claims.sid]);
      assert.equal(told.nonce, undefined);
      assert.ok(told.jti && told.exp > told.iat && told.exp - told.iat <= 120);
      assert.equal(JSON.parse(Buffer.from(post.form.get('logout_token').split('.')[0], 'base64url')).typ, 'logout+jwt');
      const dead = await place.client().get('/oidc/userinfo', { headers: { Authorization: `Bearer ${granted.access_token}` } });
      assert.equal(dead.status, 401, 'its tokens are dead too');
    }
  } finally {
    service.close();
  }
});

// [OIDC Back-Channel 2.5]: a server that accepts the connection and never answers is worse than one that is down.
test('a service that hangs and one that is down keep no other from its logout', async () => {
  const living = await listen();
  const held = [];
  const hanging = createServer((request) => held.push(request));
  await new Promise((ready) => hanging.listen(0, '127.0.0.1', ready));
  try {
    const addresses = [`http://127.0.0.1:${hanging.address().port}/logout`, `http://127.0.0.1:${await freePort()}/logout`, `${living.url}/logout`];
    const browser = await place.as('citizen.hanoi');
    for (const [i, address] of addresses.entries()) { // by their ids in this order: the living one would be the last
      const party = await RelyingParty.register(place, { client_id: `cho-${i}`, redirect_uris: ['http://127.0.0.1/cb'], backchannel_logout_uri: address });
      await tokens(browser, party);
    }
    await browser.post('/sign-out', new URLSearchParams());
    await until('the hanging one is called', () => held.length > 0);
    await until('the living one is told', () => living.posts.length > 0);
    assert.equal((await verified(place, living.posts[0].form.get('logout_token'))).aud, 'cho-2');
  } finally {
    living.close();
    hanging.closeAllConnections();
    hanging.close();
  }
});

test('a service may ask for sign-out: the person is asked, and goes back to a registered address alone [F12 refuses]', async () => {
  const party = await RelyingParty.register(place, { post_logout_redirect_uris: ['https://thuvien.example/bye'] });
  const browser = await place.as('citizen.hanoi');
  const { id_token } = await tokens(browser, party);
  const ask = (changes) => browser.get(`/oidc/end-session?${new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: 'https://thuvien.example/bye', state: 'a b', ...changes })}`);
  const other = await RelyingParty.register(place, { post_logout_redirect_uris: ['https://evil.example/'] });
  const stranger = new Key();
  const forged = stranger.sign({ iss: place.url, aud: other.id, sub: 'x', exp: party.seconds() + 60, iat: party.seconds() });
  for (const changes of [{ post_logout_redirect_uri: 'https://evil.example/' }, { post_logout_redirect_uri: 'https://thuvien.example/bye/' }, { client_id: other.id },
    { id_token_hint: forged, post_logout_redirect_uri: 'https://evil.example/' }, { id_token_hint: '' }]) {
    const answer = await ask(changes);
    assert.deepEqual([answer.status, answer.headers.location], [400, undefined], JSON.stringify(changes));
  }
  const page = await ask({});
  assert.equal(page.status, 200);
  await browser.ok(browser.get('/api/session')); // nobody is signed out by being asked
  const confirmed = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: 'https://thuvien.example/bye', state: 'a b' });
  const foreign = await browser.post('/oidc/end-session/confirm', confirmed, { headers: { Origin: 'https://evil.example' } });
  assert.equal(foreign.status, 403);
  const gone = await browser.post('/oidc/end-session/confirm', confirmed);
  assert.deepEqual([gone.status, gone.headers.location], [303, 'https://thuvien.example/bye?state=a%20b']);
  assert.equal((await browser.get('/api/session')).status, 401);
  const nobody = await ask({});
  assert.deepEqual([nobody.status, nobody.headers.location], [303, 'https://thuvien.example/bye?state=a%20b'], 'signed out already');
});
