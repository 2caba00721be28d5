// Every way of spoiling a signed token, at every address that takes one. Each address first takes the right token, so that it is the spoiling that is refused.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Installation } from './lib/installation.mjs';
import { RelyingParty, base64url, jws, signInAt } from './lib/relying_party.mjs';
import { spoilt } from './lib/spoilt.mjs';

const RESOURCE = 'https://api.nganhang.example';
let place;
let bank;
let tokens; // what the bank got for a person: {access_token, id_token, refresh_token}

const post = (path, fields, headers = {}) => place.client().request('POST', path, { body: new URLSearchParams(fields), headers: { Origin: null, ...headers } });
const random = () => base64url(randomBytes(16));
const asserted = (assertion) => ({ client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion });
const assertionClaims = () => ({ iss: bank.id, sub: bank.id, aud: bank.issuer, jti: random(), iat: bank.seconds(), exp: bank.seconds() + 60 });
const proofHeader = () => ({ typ: 'dpop+jwt', jwk: bank.key.bare, kid: undefined });

async function proofClaims(method, path, token) {
  const ath = token ? { ath: createHash('sha256').update(token).digest('base64url') } : {};
  return { jti: random(), htm: method, htu: `${place.url}${path}`, iat: bank.seconds(), nonce: await nonce(), ...ath };
}

/** One of the server's, for it may be asked for [RFC 9449 8]. */
async function nonce() {
  return (await post('/oidc/token', { grant_type: 'client_credentials', ...bank.authentication() }, { DPoP: 'a' })).headers['dpop-nonce'];
}
const proof = async (method, path, token) => jws({ alg: 'ES256', ...proofHeader() }, await proofClaims(method, path, token), bank.key.private);

async function refused(name, answer) {
  assert.ok(answer.status >= 400 && answer.status < 500, `${name}: ${answer.status} ${answer.text}`);
  assert.ok(!/"(access_token|request_uri|active":true|sub|code)"/.test(answer.text), `${name}: ${answer.text}`);
}

before(async () => {
  place = await Installation.open({ receivers: false });
  bank = await RelyingParty.fapi(place, {
    danh_profile: 'fapi2-message-signing', require_signed_request_object: true, danh_resources: [RESOURCE],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'], scope: 'openid profile introspection',
  });
});
after(() => place?.close());

const cases = {
  'a client assertion at the token endpoint': {
    claims: assertionClaims,
    send: async (token) => post('/oidc/token', { grant_type: 'client_credentials', resource: RESOURCE, ...asserted(token) }, { DPoP: await proof('POST', '/oidc/token') }),
    ok: 200,
  },
  'a client assertion at introspection': {
    claims: assertionClaims, send: (token) => post('/oidc/introspect', { token: 'x', ...asserted(token) }), ok: 200,
  },
  'a client assertion at revocation': { claims: assertionClaims, send: (token) => post('/oidc/revoke', { token: 'x', ...asserted(token) }), ok: 200 },
  'a client assertion with a pushed request': {
    claims: assertionClaims,
    send: (token) => post('/oidc/par', { client_id: bank.id, request: bank.requestObject(bank.question()), ...asserted(token) }),
    ok: 201,
  },
  'a request object that is pushed': {
    claims: () => ({ iss: bank.id, aud: bank.issuer, jti: random(), iat: bank.seconds(), nbf: bank.seconds(), exp: bank.seconds() + 300, ...bank.question() }),
    header: { typ: 'oauth-authz-req+jwt' },
    send: (token) => post('/oidc/par', { client_id: bank.id, request: token, ...bank.authentication() }),
    ok: 201,
  },
};

for (const [where, { claims, header = {}, send, ok }] of Object.entries(cases)) {
  test(`${where}: taken when right, refused in every spoilt form [F48, F49, F50, F54 accepts] [F48, F49, F50, F54 refuses]`, async () => {
    const right = () => jws({ alg: 'ES256', kid: bank.key.kid, ...header }, claims(), bank.key.private);
    const taken = await send(right());
    assert.equal(taken.status, ok, taken.text);
    for (const [name, token] of spoilt({ claims, header, key: bank.key })) await refused(name, await send(token));
    assert.equal((await send(right())).status, ok, 'and the right one is still taken');
  });
}

test('a DPoP proof at the token endpoint: taken when right, refused in every spoilt form [D2, D4, D5, D6, D7 accepts] [D2, D4, D5, D6, D7 refuses]', async () => {
  const path = '/oidc/token';
  const send = (dpop) => post(path, { grant_type: 'client_credentials', resource: RESOURCE, ...bank.authentication() }, { DPoP: dpop });
  const good = await send(await proof('POST', path));
  assert.equal(good.status, 200, good.text);
  const known = await proofClaims('POST', path);
  const claims = () => ({ ...known, jti: random() });
  for (const [name, token] of spoilt({ claims, header: proofHeader(), key: bank.key })) {
    if (/[\n\r]/.test(token) || /^kid |stranger under our kid|a blank after|a token of a hundred/.test(name)) continue; // no header value; or the kid says nothing here
    await refused(name, await send(token));
  }
  await refused('a private key inside', await send(jws({ alg: 'ES256', typ: 'dpop+jwt', jwk: bank.key.private.export({ format: 'jwk' }) }, claims(), bank.key.private)));
  await refused('no key inside', await send(jws({ alg: 'ES256', typ: 'dpop+jwt' }, claims(), bank.key.private)));
  await refused('another type', await send(jws({ alg: 'ES256', typ: 'jwt', jwk: bank.key.bare }, claims(), bank.key.private)));
  assert.equal((await send(await proof('POST', path))).status, 200);
});

test('an access token at userinfo and an ID token at sign-out: taken when ours, refused in every spoilt form, whoever signs them [F45, F47 accepts] [F45, F47 refuses]', async () => {
  const browser = await place.as('citizen.hanoi');
  const simple = await RelyingParty.register(place, { post_logout_redirect_uris: ['https://thuvien.example/bye'] });
  const said = await signInAt(browser, simple);
  const got = await post('/oidc/token', { grant_type: 'authorization_code', code: said.code, redirect_uri: simple.redirectUri, code_verifier: simple.verifier, client_id: simple.id });
  assert.equal(got.status, 200, got.text);
  tokens = got.body;
  const ask = (token) => place.client().get('/oidc/userinfo', { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await ask(tokens.access_token)).status, 200);
  const [head, payload, signature] = tokens.access_token.split('.').map((part) => Buffer.from(part, 'base64url'));
  const header = JSON.parse(head);
  const claims = () => JSON.parse(payload);
  for (const [name, token] of spoilt({ claims, header, key: bank.key })) {
    if (/[\n\r]|[^\x21-\x7e]/.test(token) || name === 'a token of a hundred thousand bytes') continue;
    const answer = await ask(token);
    assert.equal(answer.status, 401, `${name}: ${answer.status} ${answer.text}`);
    assert.match(answer.headers['www-authenticate'], /error="invalid_token"/, name);
  }
  for (let i = 0; i < 64; i += 7) {
    const other = Buffer.from(signature);
    other[i] ^= 1 << (i % 8);
    assert.equal((await ask(`${base64url(head)}.${base64url(payload)}.${base64url(other)}`)).status, 401, `bit ${i}`);
  }
  assert.equal((await ask(tokens.id_token)).status, 401, 'an ID token is no access token [RFC 9068 4]');
  const answer = await place.client().get(`/oidc/userinfo?access_token=${tokens.access_token}`);
  assert.ok(answer.status === 400 || answer.status === 401, 'not in the address');
  assert.equal((await ask(tokens.access_token)).status, 200, 'and the right one still is');
});
