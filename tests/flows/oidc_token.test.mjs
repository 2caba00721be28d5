// The token endpoint and what its tokens open: clients prove themselves, codes and assertions and proofs work once, tokens are bound, revoked is revoked.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomBytes, sign, constants } from 'node:crypto';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { Installation, danh, until } from './lib/installation.mjs';
import { Key, RelyingParty, base64url, decide, follow, json, sha256, verified } from './lib/relying_party.mjs';
import { claimsOf, code, credentials, headerOf, post, proof, token, userinfo } from './lib/token_client.mjs';

const ALL = ['authorization_code', 'refresh_token', 'client_credentials'];
let place;
let bank; // fapi2, private_key_jwt, DPoP
let shop; // baseline, client_secret_basic, bearer
let app; // baseline, public, DPoP when it likes
let browser;
before(async () => {
  place = await Installation.open({ receivers: false });
  bank = await RelyingParty.fapi(place, { grant_types: ALL, scope: 'openid profile phone address offline_access read write' });
  shop = await RelyingParty.register(place, { application_type: 'web', redirect_uris: ['https://thuvien.example/cb?from=danh'],
    token_endpoint_auth_method: 'client_secret_basic', grant_types: ALL, scope: 'openid profile phone address offline_access read' });
  app = await RelyingParty.register(place, { grant_types: ['authorization_code', 'refresh_token'], scope: 'openid profile phone address offline_access' });
  browser = await place.as('citizen.hanoi');
});
after(() => place?.close());

const deny = (answer, error, status = 400) => assert.deepEqual([answer.status, answer.body?.error], [status, error], answer.text);
const introspect = (party, accessToken, headers = {}) => {
  const proven = credentials(party);
  return post(party, '/oidc/introspect', { token: accessToken, ...proven.form }, { headers: { ...proven.headers, ...headers } });
};
const giveBack = (party, what) => {
  const proven = credentials(party);
  return post(party, '/oidc/revoke', { token: what, ...proven.form }, { headers: proven.headers });
};
const machine = (party = shop, form = {}, options) => token(party, { grant_type: 'client_credentials', scope: 'read', ...form }, options);

// [FAPI 5.3.2.2 SHALL], [OIDC Discovery 3], [RFC8414 2]
test('metadata names what is there and the keys are public, each kid once [F7 accepts] [F7 refuses]', async () => {
  const client = place.client();
  const { body, headers } = await client.get('/.well-known/openid-configuration');
  assert.deepEqual((await client.get('/.well-known/oauth-authorization-server')).body, body);
  assert.equal(body.issuer, place.url);
  assert.match(headers['cache-control'], /max-age=300/);
  assert.deepEqual(body.response_types_supported, ['code'], 'no implicit, no hybrid');
  assert.deepEqual(body.code_challenge_methods_supported, ['S256']);
  assert.ok(!body.grant_types_supported.includes('password'));
  for (const [name, value] of Object.entries(body)) {
    if (name.endsWith('_alg_values_supported')) {
      assert.ok(!value.some?.((alg) => /^(none|HS|RS)/.test(alg)), name);
    }
    if (name.endsWith('_endpoint') || name === 'jwks_uri') {
      const answer = await client.request('GET', new URL(value).pathname);
      assert.notEqual(answer.status, 404, `${name} is there`);
    }
  }
  for (const claim of ['sub', 'verified_claims', 'phone_number', 'phone_number_verified', 'given_name', 'nationalities', 'organisation_name']) {
    assert.ok(body.claims_supported.includes(claim), `a claim as it is asked for and given: ${claim}`);
  }
  for (const attribute of ['phone', 'name_parts', 'nationality']) assert.ok(!body.claims_supported.includes(attribute), `no claim: ${attribute}`);
  const { verified_claims_supported, trust_frameworks_supported, evidence_supported, claims_in_verified_claims_supported: verified } = body; // [IDA 9]
  assert.deepEqual([verified_claims_supported, trust_frameworks_supported, evidence_supported], [true, ['vn_eid'], ['document']]);
  assert.ok(verified.includes('birthdate') && !verified.includes('email') && !verified.includes('organisation_name'), 'what the state has verified of a person');
  const { keys } = (await client.get('/oidc/jwks')).body;
  assert.equal(keys.length, 2, 'the active key, and the next before it signs anything');
  assert.equal(new Set(keys.map((k) => k.kid)).size, keys.length);
  for (const key of keys) assert.deepEqual([key.kty, key.crv, key.alg, key.use, key.d], ['EC', 'P-256', 'ES256', 'sig', undefined]);
});

// [RFC6749 5.1 MUST], [RFC9068 2.2], [RFC9449 7.1 MUST], [RFC9449 8 MUST], [OIDC Core 3.1.3.6], [FAPI 5.3.2.1 SHALL]
test('a person signs in at a bank: bound access token, ID token, userinfo [F10, F11, F13, F16, F26, F30, F37 accepts] [D10, D12, D13, D14 accepts] [F43, F45, F46, F47 accepts] [B6 accepts] [F9, N18, N19 accepts]', async () => {
  const key = new Key();
  const answer = await token(bank, await code(bank, browser, { nonce: 'n-1' }), { key });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual([answer.headers['cache-control'], answer.headers['content-type']], ['no-store', 'application/json']);
  assert.deepEqual([answer.body.token_type, answer.body.expires_in], ['DPoP', 300]);
  const access = await verified(place, answer.body.access_token);
  assert.equal(headerOf(answer.body.access_token).typ, 'at+jwt');
  assert.deepEqual([access.iss, access.aud, access.client_id, access.cnf], [place.url, place.url, bank.id, { jkt: key.thumbprint }]);
  const id = await verified(place, answer.body.id_token);
  assert.deepEqual([id.iss, id.aud, id.nonce, id.sub], [place.url, bank.id, 'n-1', access.sub]);
  assert.ok(id.auth_time && id.acr.startsWith('urn:danh:acr:') && id.amr.includes('pwd'));
  const info = await userinfo(bank, answer.body.access_token, { key });
  assert.equal(info.status, 200, info.text);
  assert.equal(info.body.sub, id.sub);
  assert.equal(info.body.name, place.identity('citizen.hanoi').full_name);
  assert.equal((await userinfo(bank, answer.body.access_token, { key, method: 'POST' })).status, 200);
  const reads = (await browser.get('/api/me/reads')).body.items;
  assert.ok(JSON.stringify(reads).includes(bank.id), 'who reads is in the ledger, for the person to see');
});

// [FAPI2-SP 5.3.2.2-9], [RFC6749 4.1.3]
test('a code works once; the second time takes back what the first gave [F26 refuses] [B7 accepts] [B7 refuses]', async () => {
  const key = new Key();
  const form = await code(bank, browser, { scope: 'openid offline_access' });
  const first = await token(bank, form, { key });
  assert.equal(first.status, 200, first.text);
  assert.equal((await introspect(bank, first.body.access_token)).body.active, true);
  deny(await token(bank, form, { key }), 'invalid_grant');
  assert.deepEqual((await introspect(bank, first.body.access_token)).body, { active: false });
  assert.equal((await userinfo(bank, first.body.access_token, { key })).status, 401);
  deny(await token(bank, { grant_type: 'refresh_token', refresh_token: first.body.refresh_token }, { key }), 'invalid_grant');
});

// [RFC9700 2.1.1 MUST], [RFC9449 10 MUST], [RFC6749 4.1.3 MUST], [FAPI 5.3.2.1 SHALL]
test('what does not fit the code: verifier, redirect, key, client; a wrong try spends it [F16 refuses] [F22 refuses] [B3 refuses] [N18 refuses]', async () => {
  const key = new Key();
  const wrongs = [{ code_verifier: base64url(randomBytes(32)) }, { code_verifier: '' }, { code_verifier: 'short' }, { redirect_uri: 'https://nganhang.example/other' },
    { redirect_uri: '' }];
  for (const wrong of wrongs) {
    const form = await code(bank, browser);
    deny(await token(bank, { ...form, ...wrong }, { key }), 'invalid_grant');
    deny(await token(bank, form, { key }), 'invalid_grant');
  }
  const other = await RelyingParty.fapi(place, { grant_types: ALL });
  const form = await code(bank, browser);
  deny(await token(other, form, { key }), 'invalid_grant');
  assert.equal((await token(bank, form, { key })).status, 200, "another client's try spends nothing");
  const bound = await code(bank, browser, { dpop_jkt: key.thumbprint });
  deny(await token(bank, bound, { key: new Key() }), 'invalid_grant');
  assert.equal((await token(bank, await code(bank, browser, { dpop_jkt: key.thumbprint }), { key })).status, 200);
  deny(await token(bank, { grant_type: 'authorization_code', code: 'x'.repeat(43), redirect_uri: bank.redirectUri, code_verifier: 'v'.repeat(43) }, { key }), 'invalid_grant');
});

// [FAPI2-SP 5.3.2.1-11]
test('a code lives a minute [F15 accepts] [F15 refuses]', async () => {
  const form = await code(shop, browser);
  const late = await code(shop, browser);
  assert.equal((await token(shop, form)).status, 200);
  const then = new Date(place.now() + 62000).toISOString();
  await place.moveTo(then);
  deny(await token(shop, late), 'invalid_grant');
  browser = await place.as('citizen.hanoi');
});

// [RFC6749 4.1.3], [OIDC Core 3.1.3.2]
test('a code of a session or a consent that ended meanwhile opens nothing', async () => {
  const signedOut = await place.as('citizen.hanoi');
  const first = await code(app, signedOut);
  await signedOut.post('/sign-out', new URLSearchParams());
  deny(await token(app, first), 'invalid_grant');
  const revoked = await place.as('citizen.hanoi');
  const second = await code(app, revoked);
  await revoked.ok(revoked.post(`/api/me/consents/${app.id}/revoke`, {}));
  deny(await token(app, second), 'invalid_grant');
});

// [RFC7523 3 MUST], [RFC6749 2.3 MUST NOT], [RFC6749 5.2 MUST], [RFC7515 5.2 MUST], [RFC7519 4.1.4 MUST], [FAPI 5.3.2.1 SHALL]
test('a client proves itself in its own one way [F11 refuses] [F13 refuses] [F17 refuses] [F48 accepts] [F48 refuses]', async () => {
  const key = new Key();
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  const attempt = (client_assertion, more = {}) => post(bank, '/oidc/token', { grant_type: 'client_credentials', scope: 'read', client_assertion_type: type,
    client_assertion, ...more }, { key });
  assert.equal((await attempt(bank.assertion())).status, 200);
  assert.equal((await attempt(bank.assertion({ iat: bank.seconds() + 9 }))).status, 200, '[F17 accepts]');
  const now = bank.seconds();
  const stranger = new Key();
  const base = { iss: bank.id, sub: bank.id, aud: bank.issuer, jti: 'j', iat: now, exp: now + 60 };
  const refused = {
    'token endpoint as audience': bank.assertion({ aud: `${bank.issuer}/oidc/token` }),
    'a list as audience': bank.assertion({ aud: [bank.issuer] }),
    'another audience': bank.assertion({ aud: 'https://other.example' }),
    'expired': bank.assertion({ exp: now - 1 }),
    'over a minute ahead': bank.assertion({ iat: now + 120, exp: now + 180 }),
    'not valid yet': bank.assertion({ nbf: now + 120 }),
    'no jti': bank.assertion({ jti: undefined }),
    'no exp': bank.assertion({ exp: undefined }),
    'lasts for days': bank.assertion({ exp: now + 86400 }),
    'another issuer': bank.assertion({ iss: 'other' }),
    "a stranger's key": stranger.sign(base, { kid: bank.key.kid }),
    'key of its own in the header': stranger.sign(base, { jwk: stranger.bare }),
    'key behind an address': stranger.sign(base, { jku: 'https://evil.example/jwks' }),
    'a certificate of its own': stranger.sign(base, { x5c: ['MIIB'] }),
    'an extension nobody knows': bank.key.sign(base, { crit: ['b64'], b64: true }),
    'no algorithm': `${json({ alg: 'none' })}.${json(base)}.`,
    'the public key as a secret': (() => {
      const input = `${json({ alg: 'HS256', kid: bank.key.kid })}.${json(base)}`;
      return `${input}.${createHmac('sha256', JSON.stringify(bank.key.public)).update(input).digest('base64url')}`;
    })(),
    'a signature of noughts': `${bank.assertion().split('.').slice(0, 2).join('.')}.${base64url(Buffer.alloc(64))}`,
    'a signature cut short': bank.assertion().slice(0, -4),
    'a proof of possession': proof(bank, bank.key, 'POST', '/oidc/token'),
    'a member twice': (() => {
      const input = `${json({ alg: 'ES256', kid: bank.key.kid })}.${base64url(`{"iss":"x",${JSON.stringify(base).slice(1)}`)}`;
      return `${input}.${base64url(sign('sha256', Buffer.from(input), { key: bank.key.private, dsaEncoding: 'ieee-p1363' }))}`;
    })(),
    'deeply nested': bank.assertion({ deep: JSON.parse('['.repeat(40) + ']'.repeat(40)) }),
    'oversized': bank.assertion({ pad: 'x'.repeat(9000) }),
    'nothing': 'x',
  };
  for (const [what, assertion] of Object.entries(refused)) {
    const answer = await attempt(assertion);
    assert.ok([400, 401].includes(answer.status) && ['invalid_client', 'invalid_request'].includes(answer.body.error), `${what}: ${answer.text}`);
  }
  deny(await attempt(bank.assertion(), { client_secret: 'x' }), 'invalid_client', 401);
  deny(await attempt(bank.assertion(), { client_id: shop.id }), 'invalid_client', 401);
  deny(await post(bank, '/oidc/token', { grant_type: 'client_credentials', client_id: bank.id }, { key }), 'invalid_client', 401);
  const wrong = await post(shop, '/oidc/token', { grant_type: 'client_credentials' }, { headers: { Authorization: `Basic ${Buffer.from(`${shop.id}:guess`).toString('base64')}` } });
  deny(wrong, 'invalid_client', 401);
  assert.match(wrong.headers['www-authenticate'], /^Basic /);
  deny(await post(shop, '/oidc/token', { grant_type: 'client_credentials', client_id: shop.id, client_secret: shop.secret }), 'invalid_client', 401);
  deny(await post(shop, '/oidc/token', { grant_type: 'client_credentials', client_id: 'nobody' }), 'invalid_client', 401);
});

test('a client of a FAPI profile that cannot keep a secret, or shares one with us, is not registered [F9 refuses]', async () => {
  for (const token_endpoint_auth_method of ['none', 'client_secret_basic', 'client_secret_post']) {
    for (const danh_profile of ['fapi2', 'fapi2-message-signing']) {
      await assert.rejects(RelyingParty.fapi(place, { danh_profile, token_endpoint_auth_method, jwks: undefined }), /danh_profile|asks for/, token_endpoint_auth_method);
    }
  }
  await assert.rejects(RelyingParty.fapi(place, { dpop_bound_access_tokens: false }), /danh_profile|asks for/, 'nor one whose tokens are not bound');
});

// [RFC9126 2 MUST]
test('the token endpoint as audience is for baseline clients; PS256 and EdDSA sign as well [F49, F51 accepts]', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ed = generateKeyPairSync('ed25519');
  const old = await RelyingParty.register(place, { application_type: 'web', redirect_uris: ['https://thuvien.example/cb'], token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ALL, scope: 'openid read', jwks: { keys: [{ ...rsa.publicKey.export({ format: 'jwk' }), kid: 'k' }, { ...ed.publicKey.export({ format: 'jwk' }), kid: 'k' }] } });
  const make = (alg, aud) => {
    const now = old.seconds();
    const input = `${json({ alg, kid: 'k' })}.${json({ iss: old.id, sub: old.id, aud, jti: base64url(randomBytes(8)), iat: now, exp: now + 60 })}`;
    const bytes = Buffer.from(input);
    const signature = alg === 'EdDSA' ? sign(null, bytes, ed.privateKey)
      : sign('sha256', bytes, alg === 'RS256' ? rsa.privateKey : { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
    return `${input}.${base64url(signature)}`;
  };
  const attempt = (client_assertion) => post(old, '/oidc/token', { grant_type: 'client_credentials', scope: 'read',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion });
  for (const [alg, aud] of [['PS256', old.issuer], ['EdDSA', `${old.issuer}/oidc/token`], ['PS256', [old.issuer, 'https://other.example']]]) {
    assert.equal((await attempt(make(alg, aud))).status, 200, `${alg} ${aud}`);
  }
  const push = (aud) => post(old, '/oidc/par', { ...old.question({ redirect_uri: 'https://thuvien.example/cb', scope: 'openid' }),
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: make('PS256', aud) });
  assert.equal((await push(`${old.issuer}/oidc/par`)).status, 201);
  deny(await push(`${old.issuer}/oidc/other`), 'invalid_client', 401);
  deny(await attempt(make('RS256', old.issuer)), 'invalid_client', 401);
  deny(await attempt(make('PS256', `${old.issuer}/oidc/introspect`)), 'invalid_client', 401);
});

// [RFC6749 3.1 MUST], [RFC6749 3.2 MUST NOT], [RFC6749 4.4 MUST], [RFC9700 2.4 MUST NOT], [FAPI 5.3.2.1 SHALL NOT], [RFC8707 2.2]
test('no password grant, no grant type that is not registered, no scope and no resource that was not granted [F8 accepts] [F8 refuses] [B6 refuses] [F46 refuses]', async () => {
  deny(await token(shop, { grant_type: 'password', username: 'a', password: 'b' }), 'unsupported_grant_type');
  deny(await token(shop, {}), 'invalid_request');
  deny(await token(app, { grant_type: 'client_credentials' }), 'unauthorized_client');
  deny(await machine(shop, { scope: 'read admin' }), 'invalid_scope');
  deny(await machine(shop, { scope: 'write' }), 'invalid_scope');
  deny(await machine(shop, { resource: 'https://api.example' }), 'invalid_target');
  const twice = credentials(shop);
  deny(await post(shop, '/oidc/token', {}, { raw: 'grant_type=client_credentials&grant_type=password', headers: twice.headers }), 'invalid_request');
  deny(await place.client().request('POST', '/oidc/token', { body: { grant_type: 'client_credentials' }, headers: { Origin: null, ...twice.headers } }), 'invalid_request');
  const mine = (await machine()).body;
  const info = await userinfo(shop, mine.access_token);
  assert.deepEqual([info.status, info.body.error], [403, 'insufficient_scope'], "a client's own token names nobody");
  assert.match(info.headers['www-authenticate'], /error="insufficient_scope"/);
});

// [RFC8707 2.2], [RFC8707 3], [RFC9068 5], [RFC9700 2.3 SHOULD]
test('several resources may be granted, a token is for one: each asked for in turn, several at once are no target', async () => {
  const resources = ['https://kho.example/api', 'https://muon.example/api'];
  const reader = await RelyingParty.register(place, { application_type: 'web', redirect_uris: ['https://thuvien.example/cb'], token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ALL, scope: 'openid offline_access read', danh_resources: resources });
  const headers = credentials(reader).headers;
  const send = (fields, wanted) => post(reader, '/oidc/token', {}, { headers, raw: new URLSearchParams([...Object.entries(fields), ...wanted.map((r) => ['resource', r])]).toString() });
  const answer = await follow(browser, await browser.get(`${reader.address(reader.question({ scope: 'openid offline_access read' }))}&${new URLSearchParams(resources.map((r) => ['resource', r]))}`));
  const { code: given } = reader.read(answer.status === 200 ? await decide(browser, answer) : answer);
  const redeem = { grant_type: 'authorization_code', code: given, redirect_uri: reader.redirectUri, code_verifier: reader.verifier };
  const first = await send(redeem, [resources[1]]);
  assert.equal(first.status, 200, first.text);
  assert.equal(claimsOf(first.body.access_token).aud, resources[1]);
  const refresh = { grant_type: 'refresh_token', refresh_token: first.body.refresh_token };
  for (const [wanted, aud] of [[[resources[0]], resources[0]], [[resources[0], resources[0]], resources[0]], [[], resources[0]]]) {
    assert.equal(claimsOf((await send(refresh, wanted)).body.access_token).aud, aud, `${wanted}`);
  }
  for (const wanted of [resources, [...resources].reverse(), [resources[0], place.url], [resources[0], resources[0], resources[1]], [`${resources[0]}/more`]]) {
    deny(await send(refresh, wanted), 'invalid_target');
    deny(await send({ grant_type: 'client_credentials', scope: 'read' }, wanted), 'invalid_target');
  }
});

test("a client cannot become a person's subject: its own tokens carry its id, persons pairwise ones [B11 accepts] [B11 refuses] [N20 accepts] [N20 refuses]", async () => {
  const mine = claimsOf((await machine()).body.access_token);
  const theirs = claimsOf((await token(shop, await code(shop, browser))).body.access_token);
  const bankKey = new Key();
  const elsewhere = claimsOf((await token(bank, await code(bank, browser), { key: bankKey })).body.access_token);
  assert.equal(mine.sub, shop.id);
  assert.notEqual(theirs.sub, elsewhere.sub, 'another subject in another sector');
  const again = claimsOf((await token(shop, await code(shop, browser))).body.access_token);
  assert.equal(again.sub, theirs.sub, 'the same at the same service');
  await assert.rejects(RelyingParty.register(place, { client_id: `${theirs.sub}=` }), /client_id/);
  assert.ok(!('acr' in mine), 'no authentication of a person');
});

// [RFC9449 5.2 MUST], [RFC9449 7.1 MUST], [RFC9449 7.2 MUST], [FAPI 5.3.2.1 SHALL]
test('a bound client gets no Bearer token, a bound token is no Bearer token, and the key must be the one [F10, F47 refuses] [D13, D15 refuses] [D15 accepts] [N19 refuses]', async () => {
  const key = new Key();
  deny(await token(bank, await code(bank, browser)), 'invalid_dpop_proof');
  const { access_token: bound } = (await token(bank, await code(bank, browser), { key })).body;
  const asBearer = await userinfo(bank, bound, { scheme: 'Bearer' });
  assert.equal(asBearer.status, 401);
  assert.match(asBearer.headers['www-authenticate'], /invalid_token/);
  assert.equal((await userinfo(bank, bound, { scheme: 'Bearer', headers: { DPoP: proof(bank, key, 'GET', '/oidc/userinfo', { nonce: bank.nonce, token: bound }) } })).status, 401);
  assert.equal((await userinfo(bank, bound, { scheme: 'DPoP' })).status, 401, 'no proof');
  assert.equal((await userinfo(bank, bound, { key: new Key() })).status, 401);
  assert.equal((await userinfo(bank, bound, { key })).status, 200);
  const free = (await token(shop, await code(shop, browser))).body.access_token;
  assert.equal((await userinfo(shop, free, { key })).status, 401, 'an unbound one as DPoP');
  assert.equal((await userinfo(shop, free)).status, 200);
});

test('proofs at both ends: every single thing wrong is refused [D1, D2, D3, D4, D5, D6, D8, D9, D10, D11, D12, D14 refuses] [D1 accepts] [F37 refuses]', async () => {
  const key = new Key();
  const { access_token: bound } = (await token(bank, await code(bank, browser), { key })).body;
  const now = bank.seconds();
  const stranger = new Key();
  const wrongs = {
    'no jti': { changes: { jti: null } }, 'no htm': { changes: { htm: null } }, 'no htu': { changes: { htu: null } }, 'no iat': { changes: { iat: null } },
    'another method': { changes: { htm: 'PUT' } }, 'another address': { changes: { htu: `${bank.issuer}/oidc/other` } }, 'another host': { changes: { htu: 'https://evil.example/oidc/userinfo' } },
    'old': { changes: { iat: now - 300 } }, 'ahead': { changes: { iat: now + 300 } }, 'no hash of the token': { changes: { ath: null } }, "another's hash": { changes: { ath: base64url(sha256('x')) } },
    'no nonce': { changes: { nonce: null } }, 'a nonce of its own': { changes: { nonce: base64url(randomBytes(24)) } },
    'another type': { header: { typ: 'JWT' } }, 'no type': { header: { typ: undefined } }, 'another key inside': { header: { jwk: stranger.bare } }, 'no key inside': { header: { jwk: undefined } },
    'none': { header: { alg: 'none' } }, 'HS256': { header: { alg: 'HS256' } }, 'RS256': { header: { alg: 'RS256' } },
    'a private key inside': { header: { jwk: key.private.export({ format: 'jwk' }) } },
  };
  for (const [what, wrong] of Object.entries(wrongs)) {
    const answer = await userinfo(bank, bound, { key, changes: {}, ...wrong });
    assert.equal(answer.status, 401, `${what}: ${answer.text}`);
    const path = '/oidc/token';
    const atToken = await place.client().request('POST', path, { body: `${new URLSearchParams({ grant_type: 'client_credentials', scope: 'read', ...bank.authentication() })}`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: null,
        DPoP: proof(bank, key, 'POST', path, { nonce: bank.nonce, ...wrong, changes: { ...wrong.changes, ...(wrong.changes?.ath !== undefined ? { htm: 'X' } : {}) } }) } });
    assert.ok(atToken.status === 400 && /dpop/.test(atToken.body.error), `${what} at the token endpoint: ${atToken.text}`);
  }
  const good = proof(bank, key, 'GET', '/oidc/userinfo', { nonce: bank.nonce, token: bound });
  const send = (dpop) => place.client().request('GET', '/oidc/userinfo', { headers: { Origin: null, Authorization: `DPoP ${bound}`, DPoP: dpop } });
  assert.equal((await send([good, good])).status, 401, 'two of them');
  assert.equal((await send('a.b')).status, 401);
  assert.equal((await send('')).status, 401);
  assert.equal((await send(good)).status, 200);
  assert.equal((await send(good)).status, 401, 'once');
  const query = await place.client().get(`/oidc/userinfo?access_token=${bound}`);
  assert.equal(query.status, 401);
  const fresh = await place.client().request('GET', '/oidc/userinfo?x=1', { headers: { Origin: null, Authorization: `DPoP ${bound}`, DPoP: proof(bank, key, 'GET', '/oidc/userinfo', { nonce: bank.nonce, token: bound }) } });
  assert.equal(fresh.status, 200, 'the query does not count [D9 accepts]');
});

// [FAPI 5.3.4 SHALL], [FAPI 5.3.4 SHALL NOT], [RFC6750 3.1 SHOULD NOT], [RFC9068 4 MUST]
test('tokens travel in the header alone, and no other token opens userinfo [F43, F44, F45 refuses] [B5 accepts] [B5 refuses]', async () => {
  const { access_token: free, id_token: id } = (await token(shop, await code(shop, browser))).body;
  const client = place.client();
  assert.equal((await client.get(`/oidc/userinfo?access_token=${free}`)).status, 401, '[F44 refuses]');
  const body = await client.request('POST', '/oidc/userinfo', { body: `access_token=${free}`, headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: null } });
  assert.equal(body.status, 401);
  assert.equal((await client.get('/oidc/userinfo')).headers['www-authenticate'], 'Bearer realm="danh"', 'no error for no token');
  assert.equal((await userinfo(shop, free)).status, 200, '[F44 accepts] the header');
  const [h, p, s] = free.split('.');
  const altered = `${h}.${json({ ...claimsOf(free), sub: 'x' })}.${s}`;
  const unsigned = `${json({ alg: 'none', typ: 'at+jwt' })}.${p}.`;
  for (const wrong of [id, altered, unsigned, free.slice(0, -4), `${h}.${p}.${base64url(Buffer.alloc(64))}`, 'x', new Key('own').sign(claimsOf(free), { typ: 'at+jwt' })]) {
    const answer = await userinfo(shop, wrong);
    assert.equal(answer.status, 401, wrong);
    assert.match(answer.headers['www-authenticate'], /invalid_token/);
    assert.equal((await introspect(shop, wrong)).body.active, false);
  }
  assert.ok(!place.children.server.errors.includes(free) && !place.children.server.output.includes(free), 'nor do they stand in the log');
});

// [RFC6749 6 MUST], [RFC6749 6 MUST NOT], [RFC9449 5 MUST], [RFC9700 4.14.2 MUST], [FAPI 5.3.2.1 SHALL NOT]
test('refresh: confidential clients keep theirs, public ones get a new one each time, and an old one that comes again ends the grant [F14 accepts] [F14 refuses] [B8 accepts] [B8 refuses]', async () => {
  const key = new Key();
  const first = (await token(bank, await code(bank, browser, { scope: 'openid profile offline_access' }), { key })).body;
  assert.match(first.refresh_token, /^[\w-]{54}$/, '[F53 accepts] 256 random bits');
  const told = await verified(place, first.id_token);
  assert.ok(told.sid);
  for (let i = 0; i < 2; i++) {
    const again = await token(bank, { grant_type: 'refresh_token', refresh_token: first.refresh_token }, { key: new Key() });
    assert.equal(again.status, 200, again.text);
    assert.equal(again.body.refresh_token, undefined, 'not rotated');
    const { sid, sub } = await verified(place, again.body.id_token);
    assert.deepEqual([sid, sub], [told.sid, told.sub], 'of the same session');
  }
  const less = await token(bank, { grant_type: 'refresh_token', refresh_token: first.refresh_token, scope: 'openid' }, { key });
  assert.equal(claimsOf(less.body.access_token).scope, 'openid');
  deny(await token(bank, { grant_type: 'refresh_token', refresh_token: first.refresh_token, scope: 'openid write' }, { key }), 'invalid_scope');
  deny(await token(shop, { grant_type: 'refresh_token', refresh_token: first.refresh_token }), 'invalid_grant');
  deny(await token(bank, { grant_type: 'refresh_token', refresh_token: first.refresh_token.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')) }, { key }), 'invalid_grant');
  deny(await token(bank, { grant_type: 'refresh_token', refresh_token: 'guess' }, { key }), 'invalid_grant');
  assert.equal((await token(bank, await code(bank, browser), { key })).body.refresh_token, undefined, 'without offline_access there is none');

  const asked = (await token(app, await code(app, browser, { scope: 'openid offline_access' }), { key })).body;
  deny(await token(app, { grant_type: 'refresh_token', refresh_token: asked.refresh_token }, { key: new Key() }), 'invalid_grant');
  deny(await token(app, { grant_type: 'refresh_token', refresh_token: asked.refresh_token }), 'invalid_grant');
  const next = (await token(app, { grant_type: 'refresh_token', refresh_token: asked.refresh_token }, { key })).body;
  assert.notEqual(next.refresh_token, asked.refresh_token);
  assert.equal((await introspect(shop, next.access_token)).body.active, false, "another client's token");
  deny(await token(app, { grant_type: 'refresh_token', refresh_token: asked.refresh_token }, { key }), 'invalid_grant');
  deny(await token(app, { grant_type: 'refresh_token', refresh_token: next.refresh_token }, { key }), 'invalid_grant');
});

test('fifty at once: of a code, an assertion, a proof and a rotating refresh token exactly one succeeds', async () => {
  const key = new Key();
  const fifty = (make) => Promise.all(Array.from({ length: 50 }, (_, i) => make(i)));
  const good = (answers) => answers.filter((a) => a.status === 200).length;
  const form = await code(shop, browser);
  assert.equal(good(await fifty(() => token(shop, form))), 1, 'a code');
  const assertion = bank.authentication();
  await machine(bank, {}, { key });
  const path = '/oidc/token';
  const call = (authentication, dpop) => place.client().request('POST', path, { body: `${new URLSearchParams({ grant_type: 'client_credentials', scope: 'read', ...authentication })}`,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: null, DPoP: dpop } });
  assert.equal(good(await fifty(() => call(assertion, proof(bank, key, 'POST', path, { nonce: bank.nonce })))), 1, 'an assertion');
  const one = proof(bank, key, 'POST', path, { nonce: bank.nonce });
  assert.equal(good(await fifty(() => call(bank.authentication(), one))), 1, 'a proof');
  const { refresh_token: refresh } = (await token(app, await code(app, browser, { scope: 'openid offline_access' }), { key })).body;
  assert.equal(good(await fifty(() => token(app, { grant_type: 'refresh_token', refresh_token: refresh }, { key }))), 1, 'a rotating refresh token');
});

test('revoked stays revoked, used stays used, after a restart; nonces of before are refused [D10 refuses]', async () => {
  const key = new Key();
  const form = await code(shop, browser);
  const live = (await token(shop, form)).body;
  const dead = (await machine()).body;
  const authentication = bank.authentication();
  assert.equal((await post(bank, '/oidc/token', { grant_type: 'client_credentials', scope: 'read', ...authentication }, { key })).status, 200);
  const offline = (await token(bank, await code(bank, browser, { scope: 'openid offline_access' }), { key })).body;
  const revoked = await giveBack(shop, dead.access_token);
  assert.deepEqual([revoked.status, (await giveBack(shop, 'unknown')).status], [200, 200]);
  assert.equal((await giveBack(bank, offline.refresh_token)).status, 200);
  assert.equal((await introspect(bank, offline.access_token)).body.active, false, 'a refresh token takes its grant along');
  const oldNonce = bank.nonce;
  const oldProof = proof(bank, key, 'POST', '/oidc/token', { nonce: oldNonce });
  await place.stop('server');
  await place.startServer();
  assert.equal((await introspect(shop, dead.access_token)).body.active, false);
  assert.equal((await introspect(bank, offline.access_token)).body.active, false);
  assert.equal((await introspect(shop, live.access_token)).body.active, true);
  const stale = await place.client().request('POST', '/oidc/token', { body: `${new URLSearchParams({ grant_type: 'client_credentials', scope: 'read', ...bank.authentication() })}`,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: null, DPoP: oldProof } });
  deny(stale, 'use_dpop_nonce');
  assert.notEqual(stale.headers['dpop-nonce'], oldNonce);
  bank.nonce = stale.headers['dpop-nonce'];
  deny(await post(bank, '/oidc/token', { grant_type: 'client_credentials', scope: 'read', ...authentication }, { key }), 'invalid_client', 401);
  deny(await token(shop, form), 'invalid_grant');
  assert.equal((await introspect(shop, live.access_token)).body.active, false, 'and the replay ends the grant even now');
});

// [RFC7662 2.1 MUST], [RFC7009 2.2], [RFC9701 5]
test("a client gives back its own tokens alone; introspection tells strangers nothing, and signs when asked", async () => {
  const key = new Key();
  const { access_token: theirs } = (await token(bank, await code(bank, browser), { key })).body;
  assert.equal((await giveBack(shop, theirs)).status, 200);
  assert.equal((await introspect(bank, theirs)).body.active, true);
  assert.deepEqual((await introspect(shop, theirs)).body, { active: false });
  const signed = await introspect(bank, theirs, { Accept: 'application/token-introspection+jwt' });
  assert.equal(signed.headers['content-type'], 'application/token-introspection+jwt');
  assert.equal(headerOf(signed.text ?? signed.bytes.toString()).typ, 'token-introspection+jwt');
  const said = await verified(place, signed.text ?? signed.bytes.toString());
  assert.deepEqual([said.iss, said.aud, said.token_introspection.active, said.token_introspection.cnf], [place.url, bank.id, true, { jkt: key.thumbprint }]);
  deny(await post(app, '/oidc/introspect', { token: theirs, client_id: app.id }), 'invalid_client', 401);
  deny(await introspect(shop, ''), 'invalid_request');
});

test('userinfo is signed for the client that wants it so', async () => {
  const party = await RelyingParty.register(place, { application_type: 'web', redirect_uris: ['https://thuvien.example/cb'], token_endpoint_auth_method: 'client_secret_post',
    userinfo_signed_response_alg: 'ES256' });
  const info = await userinfo(party, (await token(party, await code(party, browser))).body.access_token);
  assert.equal(info.headers['content-type'], 'application/jwt');
  const said = await verified(place, info.bytes.toString());
  assert.deepEqual([said.iss, said.aud], [place.url, party.id]);
  assert.ok(said.sub && said.name);
});

test('keys are rotated with overlap: what the old one signed stays good, the next was known before', async () => {
  const client = place.client();
  const before_ = (await client.get('/oidc/jwks')).body.keys.map((k) => k.kid);
  const { access_token: old } = (await machine()).body;
  const rotated = await danh('oidc', 'rotate', '--data', place.data, '--json');
  assert.equal(rotated.code, 0, rotated.stderr);
  const after_ = await until('the set is told anew', async () => {
    const kids = (await client.get('/oidc/jwks')).body.keys.map((k) => k.kid);
    return kids.length === before_.length + 1 && kids;
  });
  for (const kid of before_) assert.ok(after_.includes(kid), 'still shown');
  const { access_token: fresh } = (await machine()).body;
  assert.notEqual(headerOf(fresh).kid, headerOf(old).kid);
  assert.ok(before_.includes(headerOf(fresh).kid), 'who read the set before the rotation knows the key that signs now');
  assert.equal((await introspect(shop, old)).body.active, true);
  await verified(place, old);
});

test('a certificate is believed from the proxy alone [B12 accepts] [B12 refuses]', async () => {
  const party = await RelyingParty.register(place, { application_type: 'web', redirect_uris: ['https://thuvien.example/cb'], token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_subject_dn: 'CN=bank', grant_types: ALL, scope: 'openid read' });
  const forged = await post(party, '/oidc/token', { grant_type: 'client_credentials', client_id: party.id },
    { headers: { 'X-Client-Verify': 'SUCCESS', 'X-Client-Certificate': encodeURIComponent('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n') } });
  deny(forged, 'invalid_client', 401);
});

// [FAPI 5.6.3], [OIDC Core 10.1.1]
test("a client's keys behind its jwks_uri: fetched off the path, fetched again for a new key, kept when its server is away [F54 accepts] [F54 refuses]", async () => {
  let served = { status: 200, body: '' };
  let asked = 0;
  const server = http.createServer((request, response) => {
    asked++;
    response.writeHead(served.status, served.headers ?? { 'Content-Type': 'application/jwk-set+json' });
    response.end(served.body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  try {
    const jwks_uri = `http://127.0.0.1:${server.address().port}/jwks`;
    const party = await RelyingParty.fapi(place, { grant_types: ALL, scope: 'openid read', jwks: undefined, jwks_uri });
    const key = new Key();
    const attempt = () => machine(party, {}, { key });
    served.body = JSON.stringify({ keys: [{ ...party.key.public, use: 'enc' }, new Key(party.key.kid).public, party.key.public] });
    assert.notEqual((await attempt()).status, 200, 'nobody waits for a fetch');
    await until('the keys are there', async () => (await attempt()).status === 200);
    const old = party.key;
    party.key = new Key();
    served.body = JSON.stringify({ keys: [{ ...party.key.public, d: party.key.private.export({ format: 'jwk' }).d }] });
    deny(await attempt(), 'invalid_client', 401);
    party.key = old;
    served = { status: 302, headers: { Location: `${jwks_uri}/elsewhere` }, body: '' };
    assert.equal((await attempt()).status, 200, 'what came last stands');
    assert.ok(asked >= 1 && asked < 5, 'a client is not asked again and again');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
