// oauth4webapi (npm): the same standard by its single steps, each checked by itself, under the FAPI 2.0 profile.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { Sandbox } from '../flows/lib/sandbox.mjs';
import { authorize, newClientKey } from './lib/relying_party.mjs';

const REDIRECT = 'http://127.0.0.1:3000/callback';
const insecure = { [oauth.allowInsecureRequests]: true };
let sandbox, as, client, authentication, handle;

before(async () => {
  sandbox = await Sandbox.open();
  const { key, kid, jwk } = await newClientKey();
  const registered = await sandbox.register({ danh_profile: 'fapi2', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] }, dpop_bound_access_tokens: true });
  client = { client_id: registered.client_id };
  authentication = oauth.PrivateKeyJwt({ key, kid });
  handle = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
});
after(() => sandbox?.close());

/** A DPoP nonce may be asked for anew: once more with it, as RFC 9449 8 says. */
async function withNonce(step) {
  try {
    return await step();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return step();
  }
}

test('oauth4webapi: the metadata name what FAPI 2.0 needs', async () => {
  const issuer = new URL(sandbox.url);
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...insecure }));
  const plain = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
  assert.equal(plain.token_endpoint, as.token_endpoint);
  for (const endpoint of ['pushed_authorization_request_endpoint', 'introspection_endpoint', 'revocation_endpoint', 'userinfo_endpoint', 'end_session_endpoint', 'jwks_uri']) {
    assert.ok(as[endpoint]?.startsWith(sandbox.url), endpoint);
  }
  assert.equal(as.authorization_response_iss_parameter_supported, true);
  assert.deepEqual(as.code_challenge_methods_supported, ['S256']);
  assert.ok(as.dpop_signing_alg_values_supported.includes('ES256'));
});

test('oauth4webapi: PAR, code, DPoP, ID token, userinfo, refresh, introspection, revocation', async () => {
  const verifier = oauth.generateRandomCodeVerifier();
  const [nonce, state] = [oauth.generateRandomNonce(), oauth.generateRandomState()];
  const parameters = { redirect_uri: REDIRECT, response_type: 'code', scope: 'openid name offline_access', nonce, state, code_challenge_method: 'S256',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier) };
  const pushed = await withNonce(async () => oauth.processPushedAuthorizationResponse(as, client,
    await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, { DPoP: handle, ...insecure })));
  const address = new URL(as.authorization_endpoint);
  address.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri });
  const answer = oauth.validateAuthResponse(as, client, await authorize(sandbox, address, 'foreigner_level_2'), state);
  const tokens = await withNonce(async () => oauth.processAuthorizationCodeResponse(as, client,
    await oauth.authorizationCodeGrantRequest(as, client, authentication, answer, REDIRECT, verifier, { DPoP: handle, ...insecure }),
    { expectedNonce: nonce, requireIdToken: true }));
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const userinfo = (accessToken, options) => withNonce(async () => oauth.processUserInfoResponse(as, client, sub, await oauth.userInfoRequest(as, client, accessToken, { ...options, ...insecure })));
  assert.equal((await userinfo(tokens.access_token, { DPoP: handle })).name, 'Sato Haruto');
  await assert.rejects(userinfo(tokens.access_token, {}), 'a bound token without its proof');
  await assert.rejects(withNonce(() => oauth.authorizationCodeGrantRequest(as, client, authentication, answer, REDIRECT, verifier, { DPoP: handle, ...insecure })
    .then((again) => oauth.processAuthorizationCodeResponse(as, client, again))), (error) => error.error === 'invalid_grant');
});

test('oauth4webapi: a refresh token is bound to its key; a revoked token is dead', async () => {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const parameters = { redirect_uri: REDIRECT, response_type: 'code', scope: 'openid name offline_access', state, code_challenge_method: 'S256',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier) };
  const pushed = await withNonce(async () => oauth.processPushedAuthorizationResponse(as, client,
    await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, { DPoP: handle, ...insecure })));
  const address = new URL(as.authorization_endpoint);
  address.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri });
  const answer = oauth.validateAuthResponse(as, client, await authorize(sandbox, address, 'delegate'), state);
  const tokens = await withNonce(async () => oauth.processAuthorizationCodeResponse(as, client,
    await oauth.authorizationCodeGrantRequest(as, client, authentication, answer, REDIRECT, verifier, { DPoP: handle, ...insecure })));
  const fresh = await withNonce(async () => oauth.processRefreshTokenResponse(as, client,
    await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token, { DPoP: handle, ...insecure })));
  const introspect = async (token) => oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, authentication, token, insecure));
  assert.equal((await introspect(fresh.access_token)).active, true);
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, authentication, fresh.refresh_token ?? tokens.refresh_token, insecure));
  assert.equal((await introspect(fresh.access_token)).active, false);
});
