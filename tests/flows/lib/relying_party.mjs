// A relying party of the tests, from the standards' texts and node:crypto alone: registered by the command line, pushes and signs its requests, follows a
// person's browser through sign-in and consent, and reads what comes back.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes, sign, verify, createPublicKey } from 'node:crypto';
import { danhWithInput } from './installation.mjs';

export const base64url = (bytes) => Buffer.from(bytes).toString('base64url');
export const sha256 = (text) => createHash('sha256').update(text).digest();
export const json = (object) => base64url(JSON.stringify(object));

/** ES256 over header.payload. */
export function jws(header, payload, key) {
  const input = `${json(header)}.${json(payload)}`;
  return `${input}.${base64url(sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }))}`;
}

export function thumbprint(jwk) {
  return base64url(sha256(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y })));
}

export class Key {
  constructor(kid = base64url(randomBytes(6))) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.private = privateKey;
    this.bare = publicKey.export({ format: 'jwk' });
    this.public = { ...this.bare, kid, use: 'sig', alg: 'ES256' };
    this.kid = kid;
    this.thumbprint = thumbprint(this.bare);
  }
  sign(payload, header = {}) {
    return jws({ alg: 'ES256', kid: this.kid, ...header }, payload, this.private);
  }
}

/** Verifies a JWT of the installation by its published keys; its claims. */
export async function verified(place, jwt) {
  const { body } = await place.client().get('/oidc/jwks');
  const [header, payload, signature] = jwt.split('.');
  const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url'));
  assert.equal(alg, 'ES256');
  const jwk = body.keys.find((k) => k.kid === kid);
  assert.ok(jwk, `no key ${kid}`);
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
  assert.ok(verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')), 'the signature holds');
  return JSON.parse(Buffer.from(payload, 'base64url'));
}

const ATTRIBUTES = [
  { name: 'name', purpose: 'Ghi tên trên thẻ', 'purpose#en': 'Printed on the card', required: true },
  { name: 'birthdate', purpose: 'Tính mức phí' },
  { name: 'phone', purpose: 'Nhắc hạn trả sách' },
  { name: 'address', purpose: 'Gửi thẻ đến nhà' },
  { name: 'age_over_18', purpose: 'Kho sách hạn chế' },
];

let registered = 0;

export class RelyingParty {
  /** A baseline client without a secret, unless the metadata say otherwise. */
  static async register(place, metadata = {}) {
    const party = new RelyingParty();
    party.place = place;
    party.key = new Key();
    party.redirectUri = metadata.redirect_uris?.[0] ?? 'https://thuvien.example/cb?from=danh';
    party.id = metadata.client_id ?? `thu-vien-${++registered}`;
    party.metadata = {
      client_id: party.id, client_name: 'Thư viện <b>Hà Nội</b>', 'client_name#en': 'Hanoi Library', danh_owner: 'Sở Văn hóa và Thể thao Hà Nội',
      danh_purpose: 'Làm thẻ bạn đọc', 'danh_purpose#en': "Reader's card", application_type: 'native', token_endpoint_auth_method: 'none',
      redirect_uris: [party.redirectUri, 'http://127.0.0.1/cb'], danh_sector: 'thuvien.example', danh_attributes: ATTRIBUTES, ...metadata };
    const made = await danhWithInput(JSON.stringify(party.metadata), 'client', 'add', '-', '--data', place.data, '--json');
    assert.equal(made.code, 0, made.stderr);
    party.secret = JSON.parse(made.stdout).client_secret;
    return party;
  }

  /** private_key_jwt, pushed requests, bound tokens. */
  static fapi(place, metadata = {}) {
    const key = new Key();
    return RelyingParty.register(place, { danh_profile: 'fapi2', application_type: 'web', token_endpoint_auth_method: 'private_key_jwt',
      redirect_uris: ['https://nganhang.example/cb'], danh_sector: 'nganhang.example', dpop_bound_access_tokens: true, jwks: { keys: [key.public] }, ...metadata })
      .then((party) => Object.assign(party, { key }));
  }

  get issuer() {
    return this.place.url;
  }
  seconds() {
    return Math.floor(this.place.now() / 1000);
  }

  assertion(changes = {}) {
    const now = this.seconds();
    return this.key.sign({ iss: this.id, sub: this.id, aud: this.issuer, jti: base64url(randomBytes(12)), iat: now, exp: now + 60, ...changes });
  }
  authentication() {
    return { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: this.assertion() };
  }

  /** What an authorization asks for: a fresh verifier and challenge each. Values of null are left out. */
  question(changes = {}) {
    this.verifier = base64url(randomBytes(32));
    const asked = { client_id: this.id, redirect_uri: this.redirectUri, response_type: 'code', scope: 'openid profile phone address', state: 'trạng thái & 1',
      nonce: base64url(randomBytes(8)), code_challenge: base64url(sha256(this.verifier)), code_challenge_method: 'S256', ...changes };
    return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null));
  }
  address(question) {
    return `/oidc/authorize?${new URLSearchParams(question)}`;
  }
  requestObject(question, changes = {}, header = { typ: 'oauth-authz-req+jwt' }) {
    const now = this.seconds();
    return this.key.sign({ iss: this.id, aud: this.issuer, nbf: now, exp: now + 300, ...question, ...changes }, header);
  }

  push(question, { headers = {}, authentication = this.authentication() } = {}) {
    return this.place.client().request('POST', '/oidc/par', { body: new URLSearchParams({ ...question, ...authentication }), headers: { Origin: null, ...headers } });
  }
  async pushed(question, options) {
    const answer = await this.push(question, options);
    assert.equal(answer.status, 201, answer.text);
    return `/oidc/authorize?${new URLSearchParams({ client_id: this.id, request_uri: answer.body.request_uri })}`;
  }

  /** The code for tokens; bound clients prove their key, with the nonce they are told. */
  async redeem(code, { changes = {}, dpop = this.metadata.dpop_bound_access_tokens ? (this.dpop ??= new Key()) : null } = {}) {
    const form = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: this.redirectUri, code_verifier: this.verifier,
      ...(this.metadata.token_endpoint_auth_method === 'private_key_jwt' ? this.authentication() : { client_id: this.id }), ...changes });
    const send = (headers) => this.place.client().request('POST', '/oidc/token', { body: form, headers: { Origin: null, ...headers } });
    if (!dpop) return send({});
    const first = await send({ DPoP: this.proof(dpop, 'POST', '/oidc/token', this.nonce) });
    if (first.body?.error !== 'use_dpop_nonce') return first;
    this.nonce = first.headers['dpop-nonce'];
    if (form.has('client_assertion')) form.set('client_assertion', this.assertion());
    return send({ DPoP: this.proof(dpop, 'POST', '/oidc/token', this.nonce) });
  }
  proof(key, htm, path, nonce, changes = {}) {
    return key.sign({ jti: base64url(randomBytes(12)), htm, htu: `${this.place.url}${path}`, iat: this.seconds(), ...(nonce ? { nonce } : {}), ...changes },
      { typ: 'dpop+jwt', jwk: key.bare, kid: undefined });
  }

  /** What came back to the client: the answer's parameters, after the checks a careful client makes. */
  read(answer, { state = 'trạng thái & 1', redirectUri = this.redirectUri } = {}) {
    assert.equal(answer.status, 303, answer.text);
    const location = new URL(answer.headers.location);
    const home = new URL(redirectUri);
    assert.deepEqual([location.origin, location.pathname], [home.origin, home.pathname]);
    for (const [name, value] of home.searchParams) assert.equal(location.searchParams.get(name), value, 'its own query stays');
    const said = Object.fromEntries(location.searchParams);
    if (said.response === undefined) {
      assert.equal(said.iss, this.issuer, 'the answer names its issuer');
      assert.equal(said.state, state ?? undefined);
    }
    return said;
  }
}

/** Follows redirects of ours until a page or an answer for the client, or until somebody has to sign in. */
export async function follow(browser, answer) {
  const signIn = answer.headers.location?.match(/^\/sign-in\?next=(\/interact\/[\w-]+)/);
  if (signIn) browser.interaction = signIn[1];
  for (let i = 0; i < 5 && answer.status === 303 && answer.headers.location.startsWith('/interact/'); i++) {
    browser.interaction = answer.headers.location;
    answer = await browser.get(answer.headers.location);
  }
  return answer;
}

export const formToken = (page) => page.text.match(/name="token" value="([\w-]+)"/)?.[1];

/** The person's answer on the page. */
export function decide(browser, page, decision = 'agree', ticked = []) {
  const form = new URLSearchParams({ token: formToken(page), decision });
  for (const name of ticked) form.set(`attr_${name}`, '1');
  return browser.post(browser.interaction, form);
}

/** From the client's request to the client's answer, agreeing to what is required and `ticked`. */
export async function signInAt(browser, party, question = party.question(), ticked = []) {
  const page = await follow(browser, await browser.get(party.address(question)));
  return party.read(page.status === 200 ? await decide(browser, page, 'agree', ticked) : page);
}
