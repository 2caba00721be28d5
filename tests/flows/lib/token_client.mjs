// A relying party at the token endpoint and after: exchanges codes, proves possession, refreshes, asks and gives back. Built on relying_party.mjs.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Key, base64url, sha256, signInAt, follow, decide } from './relying_party.mjs';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: null };

/** A proof for one request. `changes` to claims (null: left out), `header` to the header. */
export function proof(party, key, method, path, { nonce, token, changes = {}, header = {} } = {}) {
  const claims = { jti: base64url(randomBytes(12)), htm: method, htu: `${party.issuer}${path}`, iat: party.seconds(), ...(nonce ? { nonce } : {}),
    ...(token ? { ath: base64url(sha256(token)) } : {}), ...changes };
  const kept = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null));
  return key.sign(kept, { typ: 'dpop+jwt', jwk: key.bare, kid: undefined, ...header });
}

/** One POST as a form, with a proof if there is a key; a demand for a nonce is met once, as a careful client does. */
export async function post(party, path, form, { key, headers = {}, raw } = {}) {
  const send = (nonce) => party.place.client().request('POST', path, {
    body: raw ?? `${new URLSearchParams(form)}`,
    headers: { ...FORM, ...(key ? { DPoP: proof(party, key, 'POST', path, { nonce }) } : {}), ...headers } });
  const first = await send(party.nonce);
  if (key && first.headers['dpop-nonce']) party.nonce = first.headers['dpop-nonce'];
  if (first.body?.error !== 'use_dpop_nonce') return first;
  if (form.client_assertion) form = { ...form, ...party.authentication() };
  return party.place.client().request('POST', path, {
    body: raw ?? `${new URLSearchParams(form)}`, headers: { ...FORM, DPoP: proof(party, key, 'POST', path, { nonce: party.nonce }), ...headers } });
}

/** How this client proves itself: form members and headers. */
export function credentials(party) {
  switch (party.metadata.token_endpoint_auth_method) {
    case 'private_key_jwt':
      return { form: party.authentication() };
    case 'client_secret_basic':
      return { headers: { Authorization: `Basic ${Buffer.from(`${party.id}:${party.secret}`).toString('base64')}` } };
    case 'client_secret_post':
      return { form: { client_id: party.id, client_secret: party.secret } };
    default:
      return { form: { client_id: party.id } };
  }
}

export function token(party, form, { key, headers = {} } = {}) {
  const proven = credentials(party);
  return post(party, '/oidc/token', { ...form, ...proven.form }, { key, headers: { ...proven.headers, ...headers } });
}

/** A person signs in at the client; what comes back, with the verifier that belongs to it. */
export async function code(party, browser, changes = {}) {
  const question = party.question(changes);
  const verifier = party.verifier;
  const address = party.metadata.danh_profile === undefined ? party.address(question) : await party.pushed(question);
  const page = await follow(browser, await browser.get(address));
  const said = party.read(page.status === 200 ? await decide(browser, page, 'agree', ['birthdate']) : page);
  assert.ok(said.code, JSON.stringify(said));
  return { grant_type: 'authorization_code', code: said.code, redirect_uri: party.redirectUri, code_verifier: verifier };
}

/** A call at a resource of the installation. */
export async function userinfo(party, accessToken, { key, scheme = key ? 'DPoP' : 'Bearer', method = 'GET', headers = {}, changes, header } = {}) {
  const path = '/oidc/userinfo';
  const send = () => party.place.client().request(method, path, { headers: { Origin: null, Authorization: `${scheme} ${accessToken}`,
    ...(key ? { DPoP: proof(party, key, method, path, { nonce: party.nonce, token: accessToken, changes, header }) } : {}), ...headers } });
  const first = await send();
  if (first.headers['dpop-nonce']) party.nonce = first.headers['dpop-nonce'];
  return /use_dpop_nonce/.test(first.headers['www-authenticate'] ?? '') && !changes && !header ? send() : first;
}

export const claimsOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));
export const headerOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url'));
export { Key, signInAt };
