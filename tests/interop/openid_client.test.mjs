// openid-client (npm), which nobody here wrote, signs people in: baseline and FAPI 2.0, to the end of the session.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as client from 'openid-client';
import { Sandbox } from '../flows/lib/sandbox.mjs';
import { Browser } from './lib/browser.mjs';
import { authorize, newClientKey, signInAndAgree } from './lib/relying_party.mjs';

const REDIRECT = 'http://127.0.0.1:3000/callback';
let sandbox;
before(async () => (sandbox = await Sandbox.open()));
after(() => sandbox?.close());

async function discover(registered, authentication) {
  return client.discovery(new URL(sandbox.url), registered.client_id, {}, authentication, { execute: [client.allowInsecureRequests] });
}

async function secretClient(metadata = {}) {
  const registered = await sandbox.register({ post_logout_redirect_uris: ['http://127.0.0.1:3000/'], ...metadata });
  return discover(registered, client.ClientSecretBasic(registered.client_secret));
}

async function keyClient(metadata = {}, alg = 'ES256') {
  const { key, kid, jwk } = await newClientKey(alg);
  const registered = await sandbox.register({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] }, ...metadata });
  return { config: await discover(registered, client.PrivateKeyJwt({ key, kid })), key, kid };
}

/** The parameters of a request, and what its answer is held against. */
async function request(scope = 'openid name') {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier, expectedNonce: client.randomNonce(), expectedState: client.randomState(), idTokenExpected: true };
  const parameters = { redirect_uri: REDIRECT, scope, code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
    nonce: checks.expectedNonce, state: checks.expectedState };
  return { checks, parameters };
}

const refusedWith = (error) => (failure) => failure.error === error || failure.cause?.error === error;

test('openid-client: authorization code, PKCE, ID token, userinfo, refresh, introspection, revocation', async () => {
  const config = await secretClient();
  const { checks, parameters } = await request('openid name offline_access');
  const browser = new Browser({ hosts: [`localhost:${sandbox.port}`] });
  const back = await authorize(sandbox, client.buildAuthorizationUrl(config, parameters), 'adult', { browser });
  const tokens = await client.authorizationCodeGrant(config, back, checks);
  const claims = tokens.claims();
  assert.match(claims.acr, /^urn:danh:acr:[1-4]$/);
  assert.ok(claims.sub.length >= 20 && !claims.sub.includes(sandbox.person('adult').pin));
  const person = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  assert.equal(person.name, 'Nguyễn Văn An');
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, true);
  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal((await client.fetchUserInfo(config, fresh.access_token, claims.sub)).name, 'Nguyễn Văn An');
  await client.tokenRevocation(config, fresh.refresh_token ?? tokens.refresh_token);
  await assert.rejects(client.refreshTokenGrant(config, fresh.refresh_token ?? tokens.refresh_token), refusedWith('invalid_grant'));
  assert.equal((await client.tokenIntrospection(config, fresh.access_token)).active, false);
});

test('openid-client: signing out at the service ends the session here too', async () => {
  const config = await secretClient();
  const { checks, parameters } = await request();
  const browser = new Browser({ hosts: [`localhost:${sandbox.port}`] });
  const tokens = await client.authorizationCodeGrant(config, await authorize(sandbox, client.buildAuthorizationUrl(config, parameters), 'adult', { browser }), checks);
  const silent = async () => {
    await browser.go(client.buildAuthorizationUrl(config, { ...(await request()).parameters, prompt: 'none' }));
    return browser.page.left.searchParams;
  };
  assert.ok((await silent()).has('code'));
  await browser.go(client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: 'http://127.0.0.1:3000/', state: 'over' }));
  if (!browser.page.left) await browser.submit({}, 'Sign out');
  assert.equal(browser.page.left?.href, 'http://127.0.0.1:3000/?state=over');
  assert.equal((await silent()).get('error'), 'login_required');
});

test('openid-client: a code works once, and only with its verifier', async () => {
  const config = await secretClient();
  const { checks, parameters } = await request();
  const back = await authorize(sandbox, client.buildAuthorizationUrl(config, parameters), 'adult_woman');
  await assert.rejects(client.authorizationCodeGrant(config, back, { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() }), refusedWith('invalid_grant'));
  const again = await request();
  const second = await authorize(sandbox, client.buildAuthorizationUrl(config, again.parameters), 'adult_woman');
  await client.authorizationCodeGrant(config, second, again.checks);
  await assert.rejects(client.authorizationCodeGrant(config, second, again.checks), refusedWith('invalid_grant'));
});

test('openid-client: a person who refuses', async () => {
  const config = await secretClient();
  const { checks, parameters } = await request();
  const back = await authorize(sandbox, client.buildAuthorizationUrl(config, parameters), 'twin_a', { agrees: false });
  await assert.rejects(client.authorizationCodeGrant(config, back, checks), refusedWith('access_denied'));
});

test('openid-client: FAPI 2.0: pushed request, private_key_jwt, DPoP, refresh and userinfo under the same key', async () => {
  const { config } = await keyClient({ danh_profile: 'fapi2', dpop_bound_access_tokens: true });
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
  const { checks, parameters } = await request('openid name offline_access');
  const address = await client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP });
  assert.deepEqual([...address.searchParams.keys()].sort(), ['client_id', 'request_uri']);
  const tokens = await client.authorizationCodeGrant(config, await authorize(sandbox, address, 'adult'), checks, undefined, { DPoP });
  assert.equal(tokens.token_type, 'dpop');
  const { sub } = tokens.claims();
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).name, 'Nguyễn Văn An');
  await assert.rejects(client.fetchUserInfo(config, tokens.access_token, sub), 'without the key the token is worth nothing');
  const stolen = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
  await assert.rejects(client.fetchUserInfo(config, tokens.access_token, sub, { DPoP: stolen }));
  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
  assert.equal(fresh.token_type, 'dpop');
  const seen = await client.tokenIntrospection(config, fresh.access_token);
  assert.ok(seen.active && seen.cnf.jkt);
  await client.tokenRevocation(config, fresh.access_token);
});

test('openid-client: FAPI 2.0 Message Signing: signed request object, answer as a JWT (JARM)', async () => {
  const { config, key, kid } = await keyClient({ danh_profile: 'fapi2-message-signing', dpop_bound_access_tokens: true, response_modes: ['query.jwt'],
    require_signed_request_object: true }, 'PS256');
  client.useJwtResponseMode(config);
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
  const { checks, parameters } = await request();
  const signed = await client.buildAuthorizationUrlWithJAR(config, parameters, { key, kid });
  const address = await client.buildAuthorizationUrlWithPAR(config, { request: signed.searchParams.get('request') }, { DPoP });
  const back = await authorize(sandbox, address, 'diacritics');
  assert.deepEqual([...back.searchParams.keys()], ['response']);
  const tokens = await client.authorizationCodeGrant(config, back, checks, undefined, { DPoP });
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP })).name, 'Đặng Thuỳ Dương');
});

test('openid-client refuses what the fault switches spoil, and takes the same again when they are off', async () => {
  const config = await secretClient();
  const { client_id } = config.clientMetadata();
  for (const fault of ['signature', 'key', 'id_expired', 'nonce', 'audience', 'refuse', 'expired', 'server_error']) {
    client.enableNonRepudiationChecks(config);
    const { checks, parameters } = await request();
    const browser = new Browser({ hosts: [`localhost:${sandbox.port}`] });
    const whole = async () => client.authorizationCodeGrant(config, await authorize(sandbox, client.buildAuthorizationUrl(config, parameters), 'unlocked', { browser }), checks);
    await sandbox.faults(client_id, fault);
    await assert.rejects(whole(), undefined, fault);
    await sandbox.faults(client_id);
  }
  const { checks, parameters } = await request();
  await client.authorizationCodeGrant(config, await authorize(sandbox, client.buildAuthorizationUrl(config, parameters), 'unlocked'), checks);
  assert.ok((await sandbox.events(client_id)).some((event) => event.fault === 'id_token'));
});

test('openid-client with keys it read before meets a kid it does not know, reads them again, and goes on', async () => {
  const registered = await sandbox.register({});
  const browser = new Browser({ hosts: [`localhost:${sandbox.port}`] });
  /** A client that starts with keys kept from before, read so many seconds ago. */
  const signIn = async (keys, seconds = 0) => {
    const config = await discover(registered, client.ClientSecretBasic(registered.client_secret));
    client.enableNonRepudiationChecks(config);
    if (keys) client.setJwksCache(config, { jwks: keys, uat: Math.floor(Date.now() / 1000) - seconds });
    const { checks, parameters } = await request();
    const tokens = await client.authorizationCodeGrant(config, await authorize(sandbox, client.buildAuthorizationUrl(config, parameters), 'adult', { browser }), checks);
    return { kid: JSON.parse(Buffer.from(tokens.id_token.split('.')[0], 'base64url')).kid, keys: client.getJwksCache(config).jwks };
  };
  const before = await signIn();
  const { keys } = await sandbox.client().ok(sandbox.client().post('/api/sandbox/keys/rotations', { announced: false }));
  assert.ok(!before.keys.keys.some((key) => key.kid === keys[0].kid));
  await assert.rejects(signIn(before.keys, 5), /no applicable keys/, 'it asks at most once a minute: until then nothing unverified is taken');
  const after = await signIn(before.keys, 120);
  assert.equal(after.kid, keys[0].kid);
  assert.ok(after.keys.keys.some((key) => key.kid === before.kid), 'the key of before is still among them');
  const seen = (await sandbox.events(registered.client_id)).map((event) => event.request).reverse(); // oldest first
  const rotated = seen.lastIndexOf('signing keys rotated without notice');
  assert.ok(rotated >= 0 && seen.indexOf('GET /oidc/jwks', rotated) > rotated, 'the inspector shows the rotation and the reading after it');
});

/** The person's answer at an address of ours, who signs in on the way and types what the page asks for. */
async function answerAt(who, address, fields) {
  const browser = new Browser({ hosts: [`localhost:${sandbox.port}`] });
  await browser.go(`${sandbox.url}${address}`);
  if (fields) {
    await browser.submit(fields);
    await signInAndAgree(browser, sandbox, who);
    await browser.submit(fields);
  }
  const page = await signInAndAgree(browser, sandbox, who);
  assert.match(page.text, /You approved/);
}

test('openid-client: device authorization, from the code on the screen to userinfo', async () => {
  const registered = await sandbox.register({ redirect_uris: undefined, grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] });
  const config = await discover(registered, client.ClientSecretBasic(registered.client_secret));
  const shown = await client.initiateDeviceAuthorization(config, { scope: 'openid name' });
  const address = new URL(shown.verification_uri_complete);
  await answerAt('minority', address.pathname + address.search, { user_code: shown.user_code });
  const tokens = await client.pollDeviceAuthorizationGrant(config, shown);
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck)).name, "Y Klơng K'Brông");
  const refusedCode = await client.initiateDeviceAuthorization(config, { scope: 'openid name' });
  const person = await sandbox.as('minority');
  const page = await person.post('/device', new URLSearchParams({ user_code: refusedCode.user_code }));
  const token = /name="token" value="([^"]*)"/.exec(page.text)[1];
  await person.post('/device', new URLSearchParams({ user_code: refusedCode.user_code, token, decision: 'refuse' }));
  await assert.rejects(client.pollDeviceAuthorizationGrant(config, refusedCode), refusedWith('access_denied'));
});

test('openid-client: CIBA: a counter asks, the person approves, the ID token is theirs', async () => {
  const registered = await sandbox.register({ redirect_uris: undefined, grant_types: ['urn:openid:params:grant-type:ciba'], backchannel_token_delivery_mode: 'poll' });
  const config = await discover(registered, client.ClientSecretBasic(registered.client_secret));
  const asked = await client.initiateBackchannelAuthentication(config, { scope: 'openid name', login_hint: sandbox.person('birth_year_only').pin, binding_message: 'QUAY 3' });
  const person = await sandbox.as('birth_year_only');
  const [item] = (await person.ok(person.get('/api/approvals'))).items;
  await answerAt('birth_year_only', `/approvals/${item.id}`);
  const tokens = await client.pollBackchannelAuthenticationGrant(config, asked);
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).name, 'Nguyễn Thị Ba');
});
