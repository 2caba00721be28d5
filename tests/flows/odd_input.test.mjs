// What somebody who has not read the code would send next: forms in other shapes, tokens whose claims are of another kind, proofs for nearly this address, cookies of another site,
// pages answered from elsewhere, identifiers that are nearly numbers. Each beside the one that is taken.
import assert from 'node:assert/strict';
import { randomUUID, sign } from 'node:crypto';
import { after, before, test } from 'node:test';
import * as database from './lib/database.mjs';
import { Installation } from './lib/installation.mjs';
import { RelyingParty, base64url, jws } from './lib/relying_party.mjs';
import { credentials, proof } from './lib/token_client.mjs';

const FORM = 'application/x-www-form-urlencoded';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
let place;
let citizen;
before(async () => {
  place = await Installation.open({ receivers: false });
  citizen = await place.as('citizen.hanoi');
});
after(() => place?.close());

test('the token endpoint takes a form, once each parameter, in UTF-8; every other shape of it is refused', async () => {
  const shop = await RelyingParty.register(place, { application_type: 'web', redirect_uris: ['https://thuvien.example/cb'], token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'client_credentials'], scope: 'openid profile read' });
  const { headers: proven } = credentials(shop);
  const ask = (body, { type = FORM, path = '/oidc/token', headers = proven } = {}) =>
    place.client().request('POST', path, { body, headers: { 'Content-Type': type, Origin: null, ...headers } });
  const good = 'grant_type=client_credentials&scope=read';
  for (const type of [FORM, `${FORM}; charset=UTF-8`]) assert.equal((await ask(good, { type })).status, 200, type);
  const other = { 'a parameter twice': `${good}&scope=read`, 'twice, once encoded': `${good}&s%63ope=openid`, 'another grant behind it': `${good}&grant_type=password`,
    'a byte order mark': `\ufeff${good}`, 'semicolons': good.replace('&', ';'), 'a NUL': `${good}%00`, 'a NUL in a parameter nobody reads': `${good}&x=%00`, 'a broken escape': `${good}&x=%zz`,
    'no UTF-8': `${good}&x=%ff%fe`, 'a list in brackets': 'grant_type[]=client_credentials', 'capital letters': good.toUpperCase(), 'two thousand parameters': good + '&a=1'.repeat(2000),
    'a scope with a tab': `${good}%09read`, 'nothing': '' };
  for (const [name, body] of Object.entries(other)) assert.equal((await ask(body)).status, 400, name);
  for (const type of ['', 'text/plain', 'application/json', 'multipart/form-data; boundary=x', `${FORM}; charset=utf-16`]) assert.equal((await ask(good, { type })).status, 400, `as ${type}`);
  assert.equal((await ask('', { path: `/oidc/token?${good}` })).status, 400, 'in the address');
  const basic = Buffer.from(proven.Authorization.slice(6), 'base64').toString();
  for (const authorization of [`${proven.Authorization}=`, `Basic ${Buffer.from(basic.replace(':', '\0:')).toString('base64')}`, `Bearer ${proven.Authorization.slice(6)}`]) {
    assert.equal((await ask(good, { headers: { Authorization: authorization } })).status, 401, authorization);
  }
  assert.equal((await ask(`${good}&client_id=${shop.id}&client_secret=${shop.secret}`)).status, 401, 'two ways at once');
  assert.equal((await ask(`${good}&client_id=nobody`)).status, 401, 'in two names');
});

test('claims of another kind, header members of another meaning and proofs for nearly this address prove nothing', async () => {
  const bank = await RelyingParty.fapi(place, { grant_types: ['authorization_code', 'client_credentials'], scope: 'openid profile introspection' });
  const now = bank.seconds();
  const claims = (changes = {}) => ({ iss: bank.id, sub: bank.id, aud: bank.issuer, jti: randomUUID(), iat: now, exp: now + 60, ...changes });
  const assertion = (changes, header = {}) => jws({ alg: 'ES256', kid: bank.key.kid, ...header }, claims(changes), bank.key.private);
  const raw = (header, payload) => {
    const input = `${base64url(header)}.${base64url(payload)}`;
    return `${input}.${base64url(sign('sha256', Buffer.from(input), { key: bank.key.private, dsaEncoding: 'ieee-p1363' }))}`;
  };
  const send = (client_assertion, dpop) => place.client().request('POST', '/oidc/token', {
    body: new URLSearchParams({ grant_type: 'client_credentials', client_assertion_type: ASSERTION, client_assertion }), headers: { Origin: null, DPoP: dpop } });
  const proven = (changes = {}, header = {}) => proof(bank, bank.key, 'POST', '/oidc/token', { nonce: bank.nonce, changes, header });
  bank.nonce = (await send(assertion(), proven())).headers['dpop-nonce'];
  assert.equal((await send(assertion(), proven())).status, 200);
  const head = JSON.stringify({ alg: 'ES256', kid: bank.key.kid });
  const text = JSON.stringify(claims());
  const wrong = { ...Object.fromEntries([
    { exp: `${now + 60}` }, { exp: -1 }, { exp: 1e18 }, { exp: null }, { exp: true }, { exp: undefined }, { jti: undefined }, { jti: '' }, { jti: 5 }, { nbf: now + 3600 }, { iat: 'now' },
    { aud: [] }, { aud: [[bank.issuer]] }, { aud: { a: bank.issuer } }, { aud: [bank.issuer, 'https://evil.example'] }, { aud: `${bank.issuer}/` }, { aud: bank.issuer.toUpperCase() },
    { sub: [bank.id] }, { iss: `${bank.id}\0` },
  ].map((changes) => [JSON.stringify(changes, (_, value) => (value === undefined ? 'left out' : value)), assertion(changes)])),
  ...Object.fromEntries([{ typ: 'at+jwt' }, { typ: 'dpop+jwt' }, { typ: 'logout+jwt' }, { alg: 'es256' }, { kid: 5 }, { crit: [] }, { b64: true }].map((header) => [JSON.stringify(header), assertion({}, header)])),
  'half a surrogate pair': raw(head, `${text.slice(0, -1)},"a":"\\ud800"}`), 'an exp of 2^63': raw(head, text.replace(/"exp":\d+/, '"exp":9223372036854775808')) };
  for (const [name, each] of Object.entries(wrong)) {
    const answer = await send(each, proven());
    assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client'], `${name}: ${answer.text}`);
  }
  const here = new URL(bank.issuer);
  for (const htu of [`HTTP://${here.host}/oidc/token`, `${bank.issuer}/oidc/token?a=b#c`, `${bank.issuer}/oidc/%74oken`]) { // [RFC9449 4.3] as RFC 3986 has them alike
    assert.equal((await send(assertion(), proven({ htu }))).status, 200, htu);
  }
  const elsewhere = [`https://${here.host}/oidc/token`, `http://${here.hostname}:1/oidc/token`, `http://${here.hostname}/oidc/token`, `http://localhost:${here.port}/oidc/token`,
    `http://a@${here.host}/oidc/token`, `${bank.issuer}/oidc/token/`, `${bank.issuer}/OIDC/token`, `${bank.issuer}/oidc/par`, ` ${bank.issuer}/oidc/token`, '', [`${bank.issuer}/oidc/token`]];
  const spoilt = [...elsewhere.map((htu) => proven({ htu })), ...[{ htm: 'post' }, { htm: 'GET' }, { iat: now - 400 }, { iat: now + 400 }, { iat: `${now}` }, { jti: 'a'.repeat(5000) }].map((changes) => proven(changes)),
    ...[{ kty: 'oct', k: 'AAAA' }, { kty: 'XYZ' }, { ...bank.key.bare, x: `A${bank.key.bare.x}` }, { ...bank.key.bare, alg: 'RS256' }, { ...bank.key.bare, use: 'enc' },
      { ...bank.key.bare, key_ops: ['encrypt'] }, { ...bank.key.bare, x: base64url(Buffer.alloc(32)), y: base64url(Buffer.alloc(32)) }, JSON.stringify(bank.key.bare)].map((jwk) => proven({}, { jwk }))];
  for (const dpop of spoilt) {
    const answer = await send(assertion(), dpop);
    assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_dpop_proof'], Buffer.from(dpop.split('.').slice(0, 2).join('}'), 'base64').toString());
  }
});

test('a session is the one cookie of its exact name: a second one beside it, from wherever, makes it none; and signing in never takes a token that was there', async () => {
  const token = citizen.cookies.get('danh_session');
  const status = async (cookie) => (await place.client().get('/api/session', { headers: { Cookie: cookie } })).status;
  for (const good of [`danh_session=${token}`, `a=b;danh_session=${token}`]) assert.equal(await status(good), 200, good);
  for (const bad of [`danh_session=x; danh_session=${token}`, `danh_session=${token}; danh_session=x`, `danh_session="${token}"`, `DANH_SESSION=${token}`,
    `xdanh_session=${token}`, `a=b, danh_session=${token}`, `__Host-danh_session=${token}`, `danh_session=${token}=`, `danh_session=${token.slice(0, -1)}`, 'danh_session=']) {
    assert.equal(await status(bad), 401, bad);
  }
  const fixed = place.client();
  fixed.cookies.set('danh_session', 'A'.repeat(43));
  await fixed.signIn(place.identity('citizen.hanoi').pin, place.synth.demo_password);
  assert.notEqual(fixed.cookies.get('danh_session'), 'A'.repeat(43));
  assert.equal(await status(`danh_session=${'A'.repeat(43)}`), 401);
});

test('no page and no call that changes something is answered from another site, however near its name', async () => {
  const here = new URL(place.url);
  const sites = [null, 'null', 'https://evil.example', `http://localhost:${here.port}`, `${place.url}.evil.example`, `${place.url}/`, `${place.url}1`, place.url.replace('http', 'https'), `${place.url}, https://evil.example`];
  const pages = ['/sign-in', '/sign-out', '/activate', '/recover', '/recover/case', '/recover/stop', '/sign-up', '/sign-up/portrait', '/check', '/device', '/approvals/1', '/interact/abc',
    '/interact/abc/acting', '/oidc/end-session/confirm', '/sign-in/face'];
  const calls = ['/sign-in/passkey/begin', '/api/dossiers', '/api/me/lock', '/api/session/passcode', '/api/mandates', '/api/check', '/api/demo-bank/payments', '/api/sign-in/passkey'];
  for (const address of [...pages, ...calls]) {
    for (const origin of sites) {
      const answer = await citizen.request('POST', address, { body: calls.includes(address) ? {} : new URLSearchParams({ a: 'b' }), headers: { Origin: origin } });
      assert.equal(answer.status, 403, `${address} from ${origin}: ${answer.status}`);
    }
  }
  assert.equal((await citizen.get('/api/session')).status, 200, 'nor has any of them ended the session');
});

test('an identifier is a plain number: what is nearly one names nothing, in whatever place', async () => {
  assert.equal((await citizen.post('/api/session/passcode', { passcode: place.synth.demo_passcode })).status, 204);
  const reads = ['/api/wallet/ID', '/api/wallet/ID/pdf', '/api/wallet/ID/qr.svg', '/api/me/reads/ID/proof', '/approvals/ID'];
  const writes = ['/api/mandates/ID/accept', '/api/mandates/ID/revoke', '/api/me/helpers/ID/drop', '/api/me/recoveries/ID/stop', '/api/me/misuse-reports/ID/withdraw', '/api/me/reads/ID/report', '/api/approvals/ID'];
  for (const id of ['0', '-1', '+1', '01', '1e3', '0x1', '9223372036854775807', '9223372036854775808', '%31%00', "1'", '1%2f..%2f2', '..', '%2e%2e', 'abc']) {
    for (const address of reads) assert.ok([400, 404, 422].includes((await citizen.get(address.replace('ID', id))).status), `${address} ${id}`);
    for (const address of writes) assert.ok([400, 404, 409, 422].includes((await citizen.post(address.replace('ID', id), {})).status), `${address} ${id}`);
  }
  for (const [method, address] of [['DELETE', '/api/me/sessions/9223372036854775808'], ['DELETE', '/api/me/authenticators/-1'], ['PUT', '/api/me/authenticators/0']]) {
    assert.ok([400, 404, 422].includes((await citizen.request(method, address, { body: {} })).status), address);
  }
});
