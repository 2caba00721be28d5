// The authorization endpoint: who may ask, what a request must say, where an answer may go, and that everything is used once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation, sleep } from './lib/installation.mjs';
import { Key, RelyingParty, base64url, decide, follow, formToken, signInAt } from './lib/relying_party.mjs';

let place;
let library;
before(async () => {
  place = await Installation.open({ receivers: false });
  library = await RelyingParty.register(place);
});
after(() => place?.close());

const at = (party, browser, changes) => browser.get(party.address(party.question(changes)));

// [RFC9207 2], [FAPI2-SP 5.3.2.2-1], [FAPI2-SP 5.3.2.2-5], [FAPI2-SP 5.3.2.2-14], [OIDC Core 3.1.2.1]
test('a person signs in, reads who asks for what, agrees, and the client gets a code; the next time at once [F18, F22, F24, F29 accepts] [B1, B2, B3, B4 accepts] [F27 accepts]', async () => {
  const browser = place.client();
  const asked = library.question({ nonce: 'n'.repeat(64) });
  const first = await browser.get(library.address(asked));
  assert.deepEqual([first.status, first.headers['referrer-policy']], [303, 'no-referrer']);
  const toSignIn = await follow(browser, first);
  assert.equal(toSignIn.headers.location, `/sign-in?next=${browser.interaction}&level=1`);
  const signedIn = await browser.post('/sign-in', new URLSearchParams({ pin: place.identity('citizen.hanoi').pin, password: place.synth.demo_password,
    next: browser.interaction }));
  assert.deepEqual([signedIn.status, signedIn.headers.location], [303, browser.interaction], 'sign-in ends where it was asked to');
  const page = await follow(browser, signedIn);
  assert.equal(page.status, 200);
  for (const words of ['Sở Văn hóa và Thể thao Hà Nội', 'Làm thẻ bạn đọc', place.identity('citizen.hanoi').full_name, 'Ghi tên trên thẻ', '365']) {
    assert.ok(page.text.includes(words), words);
  }
  assert.ok(!page.text.includes('Thư viện <b>'), 'a name is text');
  assert.ok(!page.text.includes('<script'), 'no script');
  assert.match(page.text, /type="checkbox" id="attr_phone"/);
  assert.doesNotMatch(page.text, /attr_name/, 'what is required has no box');
  assert.doesNotMatch(page.text, /attr_age_over_18/, 'what was not asked is not offered');
  assert.match(page.text, /••\/••\/\d{4}/, 'values are shown in part');
  const said = library.read(await decide(browser, page, 'agree', ['phone']));
  assert.match(said.code, /^[\w-]{200,600}$/);
  const again = library.read(await at(library, browser));
  assert.ok(again.code && again.code !== said.code);
  assert.ok(again.code, 'what was offered and refused is not asked again');
});

test('the form post: the answer as a form to the registered address alone', async () => {
  const browser = await place.as('citizen.hanoi');
  await signInAt(browser, library);
  const page = await at(library, browser, { response_mode: 'form_post' });
  assert.equal(page.status, 200);
  assert.match(page.text, /<form method="post" action="https:\/\/thuvien\.example\/cb\?from=danh">/);
  assert.match(page.text, /name="code" value="[\w-]{200,600}"/);
  assert.match(page.text, /name="iss"/);
  assert.match(page.headers['content-security-policy'], /form-action 'self' https:\/\/thuvien\.example;/);
});

// [RFC6749 4.1.2.1], [RFC9207 2], [RFC8707 2], [OIDC Core 5.5], [OIDC Core 3.1.2.1], [FAPI2-SP 5.3.2.2-1], [FAPI2-SP 5.3.2.2-5], [FAPI2-SP 5.3.2.2-14]
test('a request that is not as it must be: told to the client, at its registered address, with state and issuer [F18, F22, F29 refuses] [B2, B3 refuses] [F24 refuses] [B4 refuses]', async () => {
  const browser = await place.as('citizen.hanoi');
  const cases = [
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'code id_token' }, 'unsupported_response_type'],
    [{ response_type: null }, 'invalid_request'],
    [{ response_mode: 'fragment' }, 'invalid_request'],
    [{ response_mode: 'web_message' }, 'invalid_request'],
    [{ scope: 'openid everything' }, 'invalid_scope'],
    [{ scope: null }, 'invalid_scope'],
    [{ code_challenge: null, code_challenge_method: null }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge_method: null }, 'invalid_request'],
    [{ code_challenge: 'too-short' }, 'invalid_request'],
    [{ nonce: 'n'.repeat(65) }, 'invalid_request'],
    [{ prompt: 'none login' }, 'invalid_request'],
    [{ prompt: 'dance' }, 'invalid_request'],
    [{ max_age: '-1' }, 'invalid_request'],
    [{ max_age: 'soon' }, 'invalid_request'],
    [{ claims: '{"userinfo":' }, 'invalid_request'],
    [{ claims: '{"userinfo":[]}' }, 'invalid_request'],
    [{ claims: '{"id_token":{"acr":{"essential":true,"values":["urn:elsewhere:loa4"]}}}' }, 'unmet_authentication_requirements'],
    [{ resource: 'https://elsewhere.example/api' }, 'invalid_target'],
    [{ resource: 'no-address' }, 'invalid_target'],
    [{ dpop_jkt: 'short' }, 'invalid_request'],
    [{ login_hint: 'h'.repeat(300) }, 'invalid_request'],
  ];
  for (const [changes, error] of cases) {
    const answer = await at(library, browser, changes);
    assert.equal(library.read(answer).error, error, JSON.stringify(changes));
    assert.equal(library.read(answer).code, undefined);
  }
});

// [RFC9700 2.1], [RFC6749 3.1], [RFC6749 4.1.2.1], [FAPI2-SP 5.3.2.1-7], [FAPI2-SP 5.3.2.2-8]
test('nothing leads to an address that is not registered, letter by letter, whatever else is wrong [F12 refuses] [B1 refuses] [F25 refuses]', async () => {
  const browser = await place.as('citizen.hanoi');
  const addresses = ['https://evil.example/', 'https://thuvien.example/cb', 'https://thuvien.example/cb?from=danh&more=1', 'https://thuvien.example/cb/../x?from=danh',
    'https://THUVIEN.example/cb?from=danh', 'https://thuvien.example/cb?from=danh#part', 'https://user@thuvien.example/cb?from=danh', 'http://thuvien.example/cb?from=danh',
    'https://thuvien.example:444/cb?from=danh', 'https://thuvien.example.evil.example/cb?from=danh', 'http://127.0.0.1:8000/other', 'http://127.0.0.1.evil.example/cb',
    'http://localhost:8000/cb', 'javascript:alert(1)', '//evil.example/cb', '/\\evil.example', ''];
  const wrongs = [{}, { response_type: 'token' }, { scope: 'openid everything' }, { code_challenge: null }, { response_mode: 'form_post' }, { prompt: 'none' },
    { request: 'eyJ.e30.x' }, { claims: '{' }, { state: null }];
  for (const redirect_uri of addresses) {
    for (const wrong of wrongs) {
      const answer = await at(library, browser, { ...wrong, redirect_uri });
      assert.equal(answer.status, 400, `${redirect_uri} ${JSON.stringify(wrong)}`);
      assert.equal(answer.headers.location, undefined);
      assert.doesNotMatch(answer.text, /(href|action|src|content)="[^"?]*evil\.example/, 'nor does the page link there');
    }
  }
  for (const [name, value] of [['client_id', 'nobody-here'], ['client_id', '..'], ['request_uri', 'https://evil.example/request.jwt'],
    ['request_uri', 'urn:ietf:params:oauth:request_uri:made-up']]) {
    const answer = await at(library, browser, { [name]: value });
    assert.deepEqual([answer.status, answer.headers.location], [400, undefined], `${name} ${value}`);
  }
  const twice = await browser.get(`${library.address(library.question())}&redirect_uri=https%3A%2F%2Fevil.example%2F`);
  assert.deepEqual([twice.status, twice.headers.location], [400, undefined], 'a parameter twice');
});

// [RFC8252 7.3], [RFC6749 3.1.2], [FAPI2-SP 5.3.2.2-8]
test('a native client on loopback has whatever port it got; a redirect is https or loopback [F25 accepts] [F12 accepts]', async () => {
  const browser = await place.as('citizen.hanoi');
  await signInAt(browser, library);
  for (const port of [1024, 65535]) {
    const redirectUri = `http://127.0.0.1:${port}/cb`;
    const answer = await at(library, browser, { redirect_uri: redirectUri });
    assert.ok(library.read(answer, { redirectUri }).code);
  }
  for (const redirect of ['http://thuvien.example/cb', 'danh-app://cb', 'https://thuvien.example/cb#part', 'https://user:pw@thuvien.example/cb']) {
    await assert.rejects(RelyingParty.register(place, { redirect_uris: [redirect] }), /redirect_uris/, redirect);
  }
  await assert.rejects(RelyingParty.register(place, { application_type: 'web', token_endpoint_auth_method: 'client_secret_basic' }), /redirect_uris/,
    'loopback is for native clients');
});

// [FAPI2-SP 5.2.2], [FAPI2-SP 5.3.2.2-10]
test('the endpoint answers no script of another site, stands in no frame, and sends no referrer [F6 accepts] [F6 refuses] [B9 accepts] [B9 refuses] [B10 accepts] [B10 refuses] [F27 refuses]', async () => {
  const browser = await place.as('citizen.hanoi');
  const asked = library.address(library.question({ prompt: 'consent' }));
  const cross = await browser.get(asked, { headers: { Origin: 'https://evil.example', 'Sec-Fetch-Mode': 'cors' } });
  assert.equal(cross.headers['access-control-allow-origin'], undefined);
  const preflight = await browser.request('OPTIONS', asked, { headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'GET' } });
  assert.notEqual(preflight.status, 204);
  assert.equal(preflight.headers['access-control-allow-origin'], undefined);
  const page = await follow(browser, await browser.get(asked));
  for (const answer of [page, cross, await at(library, browser, { redirect_uri: 'https://evil.example/' })]) {
    assert.match(answer.headers['content-security-policy'], /frame-ancestors 'none'/);
    assert.equal(answer.headers['x-frame-options'], 'DENY');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.ok(['no-referrer', 'same-origin'].includes(answer.headers['referrer-policy']), answer.headers['referrer-policy']);
  }
  assert.match(page.headers['content-security-policy'], /form-action 'self' https:\/\/thuvien\.example;/, 'the form may end at the client, and nowhere else');
  const sent = await decide(browser, page);
  assert.deepEqual([sent.status, sent.headers['referrer-policy']], [303, 'no-referrer'], 'never 307 or 308: the form is not sent on');
});

// [Fetch 3.2.2], [Fetch 3.2.3]
test('where no cookie counts a script of another origin may read the answer, refusals and nonces too; elsewhere none may', async () => {
  const browser = await place.as('citizen.hanoi');
  const Origin = 'https://trang.example';
  const asks = (path, method) => browser.request('OPTIONS', path, { headers: { Origin, 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': 'dpop' } });
  for (const [path, method] of [['/oidc/token', 'POST'], ['/oidc/par', 'POST'], ['/oidc/revoke', 'POST'], ['/oidc/userinfo', 'GET'], ['/oidc/userinfo', 'POST'], ['/oidc/device_authorization', 'POST']]) {
    const asked = await asks(path, method);
    assert.deepEqual([asked.status, asked.headers['access-control-allow-origin'], asked.headers['access-control-allow-methods']], [204, '*', method], path);
    assert.match(asked.headers['access-control-allow-headers'], /Authorization, DPoP, Content-Type/);
    assert.equal(asked.headers['access-control-allow-credentials'], undefined);
    const answered = await browser.request(method, path, { headers: { Origin }, ...(method === 'POST' ? { form: {} } : {}) });
    assert.ok(answered.status >= 400, path);
    assert.equal(answered.headers['access-control-allow-origin'], '*', path);
    assert.match(answered.headers['access-control-expose-headers'], /DPoP-Nonce, WWW-Authenticate/);
  }
  for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/oidc/jwks']) {
    for (let i = 0; i < 2; i++) assert.equal((await browser.get(path, { headers: { Origin } })).headers['access-control-allow-origin'], '*', path);
  }
  for (const [path, method] of [['/oidc/token', 'GET'], ['/oidc/introspect', 'POST'], ['/api/me', 'GET'], ['/api/session', 'GET'], ['/sign-in', 'POST'], ['/oidc/end-session', 'POST'], ['/nowhere', 'GET']]) {
    const asked = await asks(path, method);
    assert.notEqual(asked.status, 204, path);
    assert.equal(asked.headers['access-control-allow-origin'], undefined, path);
  }
  for (const path of ['/api/me', '/api/session', '/sign-in']) assert.equal((await browser.get(path, { headers: { Origin } })).headers['access-control-allow-origin'], undefined, path);
});

// [RFC9126 2.2], [FAPI2-SP 5.3.2.2-3], [FAPI2-SP 5.3.2.2-12], [RFC6749 5.1]
test('a client of the FAPI profile pushes its request, and the reference is used up by one authorization, not by looking [F19, F23, F28 accepts] [P1, P2, P3, P4, P5, P6, P7 accepts] [F20, F21 accepts]', async () => {
  const bank = await RelyingParty.fapi(place);
  const browser = await place.as('citizen.hanoi');
  const pushed = await bank.push(bank.question());
  assert.equal(pushed.status, 201);
  assert.match(pushed.body.request_uri, /^urn:ietf:params:oauth:request_uri:[\w-]{54}$/);
  assert.ok(pushed.body.expires_in > 0 && pushed.body.expires_in < 600);
  assert.equal(pushed.headers['cache-control'], 'no-store');
  const address = `/oidc/authorize?${new URLSearchParams({ client_id: bank.id, request_uri: pushed.body.request_uri })}`;
  await follow(browser, await browser.get(address));
  const page = await follow(browser, await browser.get(address)); // loaded again
  assert.ok(bank.read(await decide(browser, page)).code);
  const used = await browser.get(address);
  assert.deepEqual([used.status, used.headers.location], [400, undefined]);
});

// [RFC9126 2.1], [RFC9126 2.2], [FAPI2-SP 5.3.2.2-3], [RFC6749 5.2], [RFC6749 3.1]
// [RFC6749 3.1 MUST; RFC6749 3.2 MUST] no parameter twice
test('what a push refuses [F19, F20, F21, F23, F28 refuses] [P1, P2, P3, P4, P5, P6, P7 refuses]', async () => {
  const bank = await RelyingParty.fapi(place);
  const other = await RelyingParty.fapi(place);
  const browser = await place.as('citizen.hanoi');
  assert.equal((await place.client().get('/oidc/par')).status, 405);
  const stranger = new Key();
  const now = bank.seconds();
  const forged = stranger.sign({ iss: bank.id, sub: bank.id, aud: bank.issuer, jti: 'a', iat: now, exp: now + 60 }, { kid: bank.key.kid });
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  for (const authentication of [{}, { client_assertion_type: type, client_assertion: forged }, { client_secret: 'guess' }]) {
    const answer = await bank.push(bank.question(), { authentication });
    assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client'], JSON.stringify(authentication));
  }
  const cases = [
    [{ request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
    [{ redirect_uri: null }, 'invalid_request'],
    [{ redirect_uri: 'https://evil.example/cb' }, 'invalid_request'],
    [{ client_id: other.id }, null],
    [{ code_challenge: null }, 'invalid_request'],
    [{ scope: 'openid everything' }, 'invalid_scope'],
    [{ state: 's'.repeat(2000) }, 'invalid_request'],
    [{ claims: JSON.stringify({ userinfo: { a: { value: 'x'.repeat(9000) } } }) }, 'invalid_request'],
  ];
  for (const [changes, error] of cases) {
    const answer = await bank.push(bank.question(changes));
    assert.ok(answer.status >= 400 && answer.status < 500, `${JSON.stringify(changes)}: ${answer.status}`);
    assert.equal(answer.body.request_uri, undefined);
    if (error) assert.equal(answer.body.error, error, JSON.stringify(changes));
  }
  const twice = await place.client().request('POST', '/oidc/par', {
    body: `${new URLSearchParams({ ...bank.question(), ...bank.authentication() })}&scope=openid`, headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: null } });
  assert.deepEqual([twice.status, twice.body.error], [400, 'invalid_request']);
  const notPushed = await browser.get(bank.address(bank.question()));
  assert.deepEqual([notPushed.status, notPushed.headers.location], [400, undefined], 'a FAPI client cannot ask in the open');
  const theirs = new URL(await bank.pushed(bank.question()), place.url);
  theirs.searchParams.set('client_id', other.id);
  assert.equal((await browser.get(theirs.pathname + theirs.search)).status, 400, "another client's reference");
  const both = await browser.get(`${await bank.pushed(bank.question())}&request=eyJ.e30.x`); // [RFC9101 5]
  assert.deepEqual([both.status, both.headers.location], [400, undefined], 'a request beside a reference');
});

test('what stands beside a request_uri in the address does not count', async () => {
  const bank = await RelyingParty.fapi(place);
  const browser = await place.as('citizen.hanoi');
  const address = await bank.pushed(bank.question());
  const page = await follow(browser, await browser.get(`${address}&redirect_uri=https%3A%2F%2Fevil.example&state=other&scope=openid+pin&response_mode=form_post`));
  assert.ok(bank.read(await decide(browser, page)).code);
});

// [RFC9449 10]
test('a code is bound to the key the push was proven with: dpop_jkt and the proof agree [D16 accepts] [D16 refuses]', async () => {
  const bank = await RelyingParty.fapi(place);
  const key = new Key();
  const proof = (nonce) => key.sign({ jti: base64url(Buffer.from(String(Math.random()))), htm: 'POST', htu: `${place.url}/oidc/par`, iat: bank.seconds(),
    ...(nonce ? { nonce } : {}) }, { typ: 'dpop+jwt', jwk: key.bare, kid: undefined });
  const asked = await bank.push(bank.question(), { headers: { DPoP: proof() } });
  assert.equal(asked.body.error, 'use_dpop_nonce', asked.text);
  const nonce = asked.headers['dpop-nonce'];
  assert.equal((await bank.push(bank.question({ dpop_jkt: key.thumbprint }), { headers: { DPoP: proof(nonce) } })).status, 201);
  const wrong = await bank.push(bank.question({ dpop_jkt: new Key().thumbprint }), { headers: { DPoP: proof(nonce) } });
  assert.deepEqual([wrong.status, wrong.body.error], [400, 'invalid_dpop_proof']);
});

test('a request_uri taken up fifty times at once gives one code; used, it is refused after a restart, unused it is not', async () => {
  const bank = await RelyingParty.fapi(place);
  const browser = await place.as('citizen.hanoi');
  await decide(browser, await follow(browser, await browser.get(await bank.pushed(bank.question()))));
  const address = await bank.pushed(bank.question());
  const answers = await Promise.all(Array.from({ length: 50 }, () => browser.get(address)));
  assert.equal(answers.filter((a) => a.status === 303 && a.headers.location.includes('code=')).length, 1);
  assert.ok(answers.every((a) => a.status === 303 || a.status === 400));
  const unused = await bank.pushed(bank.question());
  await place.stop('server');
  await place.startServer();
  assert.equal((await browser.get(address)).status, 400);
  assert.ok(bank.read(await browser.get(unused)).code);
});

test('the answer to a page is taken once, from the browser and the session it was shown to', async () => {
  const browser = await place.as('citizen.hanoi');
  const shown = async () => follow(browser, await at(library, browser, { prompt: 'consent' }));
  let page = await shown();
  const answers = await Promise.all(Array.from({ length: 50 }, () => decide(browser, page)));
  assert.equal(answers.filter((a) => a.status === 303 && a.headers.location.includes('code=')).length, 1);
  page = await shown();
  const { interaction } = browser;
  assert.equal((await browser.post(interaction, new URLSearchParams({ token: 'guess', decision: 'agree' }))).status, 403, 'without the token of the form');
  const foreign = await browser.post(interaction, new URLSearchParams({ token: formToken(page), decision: 'agree' }), { headers: { Origin: 'https://evil.example' } });
  assert.equal(foreign.status, 403, 'from another site');
  const thief = await place.as('poor.hanoi');
  assert.equal((await thief.get(interaction)).status, 404, 'in another browser');
  thief.interaction = interaction;
  assert.equal((await decide(thief, page)).status, 404);
  await browser.signIn(place.identity('poor.hanoi').pin, place.synth.demo_password);
  assert.equal((await decide(browser, page)).status, 403, 'by whoever signed in meanwhile');
  await browser.post('/sign-out', new URLSearchParams());
  const out = await decide(browser, page);
  assert.match(out.headers.location, /^\/sign-in\?next=\/interact\//, 'by nobody');
});

test('login_hint fills in the number, ui_locales chooses the language for whoever has chosen none', async () => {
  const browser = place.client({ language: 'vi' });
  const { pin } = place.identity('poor.hanoi');
  const asked = { login_hint: pin, ui_locales: 'fr en-GB vi' };
  const page = await browser.get((await follow(browser, await at(library, browser, asked))).headers.location);
  assert.match(page.text, new RegExp(`name="pin"[^>]*value="${pin}"`));
  assert.match(page.text, /<html lang="en">/);
  const chosen = place.client();
  chosen.cookies.set('danh_lang', 'vi');
  const again = await chosen.get((await follow(chosen, await at(library, chosen, { ...asked, login_hint: '"><script>' }))).headers.location);
  assert.match(again.text, /<html lang="vi">/, 'a choice made here counts more');
  assert.ok(!again.text.includes('"><script>'));
});

test('whoever refuses is told to the client, and nothing is remembered [N21 refuses]', async () => {
  const party = await RelyingParty.register(place);
  const browser = await place.as('poor.hanoi');
  const page = await follow(browser, await at(party, browser));
  assert.equal(party.read(await decide(browser, page, 'refuse')).error, 'access_denied');
  assert.equal((await follow(browser, await at(party, browser))).status, 200, 'the page again');
  assert.equal(party.read(await at(party, browser, { prompt: 'none' })).error, 'consent_required');
});

test('prompt, max_age and level: what the client asks for is done before a code is given', async () => {
  const browser = await place.as('citizen.hanoi');
  await signInAt(browser, library);
  assert.ok(library.read(await at(library, browser, { prompt: 'none' })).code);
  assert.equal(library.read(await at(library, place.client(), { prompt: 'none' })).error, 'login_required');
  assert.equal((await follow(browser, await at(library, browser, { prompt: 'consent' }))).status, 200);
  assert.equal((await follow(browser, await at(library, browser, { prompt: 'select_account' }))).status, 200);
  const login = await follow(browser, await at(library, browser, { prompt: 'login' }));
  assert.equal(login.headers.location, `/sign-in?next=${browser.interaction}&level=1&fresh=1`);
  await sleep(1100);
  assert.match((await follow(browser, await at(library, browser, { max_age: '1' }))).headers.location, /&fresh=1$/);
  assert.equal(library.read(await at(library, browser, { max_age: '1', prompt: 'none' })).error, 'login_required');
  assert.ok(library.read(await at(library, browser, { max_age: '3600' })).code);
  assert.match((await follow(browser, await at(library, browser, { acr_values: 'urn:danh:acr:2' }))).headers.location, /level=2$/);
  assert.ok(library.read(await at(library, browser, { acr_values: 'urn:danh:acr:3 urn:danh:acr:1' })).code, 'any of the wished levels will do');
  await browser.post('/sign-in', new URLSearchParams({ pin: place.identity('citizen.hanoi').pin, password: place.synth.demo_password, next: browser.interaction }));
  const again = await follow(browser, await at(library, browser, { prompt: 'login' }));
  assert.match(again.headers.location, /fresh=1$/, 'a sign-in of before does not count');
});

// [FAPI2-SP 5.3.2.1], [RFC7591 2], [RFC8705 2.1.2], [OIDC Core 8.1]
test('a registration that contradicts itself or its profile is refused, with the place', async () => {
  const keys = { keys: [new Key().public] };
  const fapi = { danh_profile: 'fapi2', application_type: 'web', redirect_uris: ['https://nganhang.example/cb'], danh_sector: 'nganhang.example',
    token_endpoint_auth_method: 'private_key_jwt', dpop_bound_access_tokens: true, jwks: keys };
  const cases = [
    [{ ...fapi, token_endpoint_auth_method: 'client_secret_basic' }, /danh_profile/],
    [{ ...fapi, token_endpoint_auth_method: 'none', application_type: 'native' }, /danh_profile/],
    [{ ...fapi, dpop_bound_access_tokens: false }, /danh_profile/],
    [{ ...fapi, jwks: undefined }, /jwks/],
    [{ ...fapi, jwks_uri: 'https://nganhang.example/jwks' }, /jwks/],
    [{ ...fapi, jwks: { keys: [{ ...new Key().public, d: 'AAAA' }] } }, /jwks/],
    [{ ...fapi, jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'a' }] } }, /jwks/],
    [{ ...fapi, token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=a', tls_client_auth_san_dns: 'a.example' }, /tls_client_auth/],
    [{ ...fapi, token_endpoint_auth_method: 'tls_client_auth' }, /tls_client_auth/],
    [{ subject_type: 'public' }, /subject_type/],
    [{ response_types: ['code', 'token'] }, /response_types/],
    [{ logo_uri: 'https://thuvien.example/logo.png' }, /logo_uri/],
    [{ redirect_uris: ['https://a.example/cb', 'https://b.example/cb'], danh_sector: undefined }, /danh_sector/],
    [{ danh_attributes: [{ name: 'dna', purpose: 'không' }] }, /danh_attributes\/0\/name/],
    [{ danh_attributes: [{ name: 'name' }] }, /danh_attributes\/0\/purpose/],
    [{ danh_purpose: undefined }, /danh_purpose/],
    [{ client_id: 'a b' }, /client_id/],
  ];
  for (const [metadata, where] of cases) await assert.rejects(RelyingParty.register(place, metadata), where, JSON.stringify(metadata));
  await RelyingParty.register(place, fapi);
});
