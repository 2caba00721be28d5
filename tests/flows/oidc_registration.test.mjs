// Dynamic registration (RFC 7591) and its management (RFC 7592): off by default, on in a sandbox for who has the initial access token.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation } from './lib/installation.mjs';
import { Sandbox } from './lib/sandbox.mjs';

let sandbox;
before(async () => (sandbox = await Sandbox.open()));
after(() => sandbox?.close());

const METADATA = { client_name: 'Ứng dụng thử', danh_owner: 'Nhóm thử', danh_purpose: 'Thử đăng ký', application_type: 'native', redirect_uris: ['http://127.0.0.1:3000/callback'],
  token_endpoint_auth_method: 'client_secret_basic', grant_types: ['authorization_code'], danh_attributes: [{ name: 'name', purpose: 'Chào hỏi' }] };
const bearer = (token) => ({ headers: token ? { Authorization: `Bearer ${token}` } : {} });
const register = (metadata = {}, token = 'sandbox-registration') => sandbox.client().post('/oidc/register', { ...METADATA, ...metadata }, bearer(token));
const manage = (method, client_id, token, body) => sandbox.client().request(method, `/oidc/register/${client_id}`, { body, ...bearer(token) });
const metadata = async () => (await sandbox.client().get('/.well-known/openid-configuration')).body;

test('a client registers itself, and what it does not know how to say is ignored', async () => { // [RFC7591 2 MUST, 3.2.1]
  assert.equal((await metadata()).registration_endpoint, `${sandbox.url}/oidc/register`);
  const made = await register({ favourite_colour: 'blue' });
  assert.equal(made.status, 201, made.text);
  assert.match(made.body.client_secret, /^[\w-]{43}$/);
  assert.equal(made.body.client_secret_expires_at, 0);
  assert.equal(made.body.registration_client_uri, `${sandbox.url}/oidc/register/${made.body.client_id}`);
  assert.deepEqual(made.body.redirect_uris, METADATA.redirect_uris);
  assert.equal(made.body.favourite_colour, undefined);
  const answer = await sandbox.client().get(`/oidc/authorize?client_id=${made.body.client_id}&redirect_uri=${encodeURIComponent(METADATA.redirect_uris[0])}`);
  assert.equal(answer.status, 303, 'it is a client from now on');
});

test('without the initial access token nobody registers, and metadata that contradict themselves are refused', async () => { // [RFC7591 3.2.2]
  for (const token of [null, 'guess', 'sandbox-registratio']) assert.deepEqual([(await register({}, token)).status, (await register({}, token)).body.error], [401, 'invalid_token']);
  assert.equal((await register({ redirect_uris: ['http://elsewhere.example/'] })).body.error, 'invalid_redirect_uri');
  assert.equal((await register({ token_endpoint_auth_method: 'private_key_jwt' })).body.error, 'invalid_client_metadata');
  assert.equal((await register({ danh_attributes: [{ name: 'pin', purpose: 'Vì muốn' }] })).body.error, 'invalid_client_metadata', 'the number needs a legal ground');
  assert.equal((await register({ danh_sector: 'bank.example' })).body.error, 'invalid_client_metadata');
  for (const [member, value] of [['danh_owner', undefined], ['grant_types', 'implicit']]) {
    const { body } = await register({ [member]: value });
    assert.equal(body.error, 'invalid_client_metadata');
    assert.match(body.error_description, new RegExp(`^/${member}: `), 'which member it is');
  }
  assert.equal((await register({ scope: 'openid introspection', danh_resources: [sandbox.url] })).body.error, 'invalid_client_metadata', 'it would ask about others\' tokens');
  assert.equal((await register({ scope: 'openid pay', danh_resources: ['https://api.bank.example'] })).body.error, 'invalid_client_metadata', 'nor have tokens for others\' APIs');
  const text = await sandbox.client().post('/oidc/register', 'not json', { headers: { Authorization: 'Bearer sandbox-registration', 'Content-Type': 'text/plain' } });
  assert.equal(text.status, 400);
});

// [OIDC Core 8.1]: a sector is the host of the redirect addresses, because answers go there alone. Nothing goes there in the device flow.
test('naming the host of another service in redirect_uris does not show its people by the names that service knows', async () => {
  const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
  const web = { application_type: 'web', redirect_uris: ['https://dich-vu.example/cb'], grant_types: ['authorization_code', DEVICE] };
  const basic = (made) => ({ headers: { Authorization: `Basic ${Buffer.from(`${made.client_id}:${made.client_secret}`).toString('base64')}` } });
  const person = await sandbox.as('adult');
  const subOf = async (made) => {
    const post = (path, fields) => sandbox.client().post(path, new URLSearchParams(fields), basic(made));
    const { body: asked } = await post('/oidc/device_authorization', { scope: 'openid' });
    const page = await person.post('/device', new URLSearchParams({ user_code: asked.user_code }));
    const token = /name="token" value="([^"]*)"/.exec(page.text)[1];
    await person.post('/device', new URLSearchParams({ user_code: asked.user_code, token, decision: 'agree' }));
    const { body } = await post('/oidc/token', { grant_type: DEVICE, device_code: asked.device_code });
    return JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url')).sub;
  };
  const [one, two] = [(await register(web)).body, (await register(web)).body];
  const sub = await subOf(one);
  assert.notEqual(await subOf(two), sub, 'each knows the person by a name of its own');
  assert.equal(await subOf(one), sub, 'and always by the same');
});

test('it reads, replaces and ends its own registration, with its own token alone', async () => { // [RFC7592 2; RFC7592 3 MUST]
  const { body } = await register();
  const other = (await register()).body;
  const { client_id, registration_access_token: token } = body;
  const read = await manage('GET', client_id, token);
  assert.equal(read.status, 200);
  assert.equal(read.body.client_name, METADATA.client_name);
  assert.equal(read.body.client_secret, undefined, 'the secret was given once');
  for (const wrong of [null, other.registration_access_token, 'sandbox-registration']) {
    assert.equal((await manage('GET', client_id, wrong)).status, 401);
    assert.equal((await manage('PUT', client_id, wrong, { ...METADATA, client_id })).status, 401);
    assert.equal((await manage('DELETE', client_id, wrong)).status, 401);
  }
  assert.equal((await manage('GET', 'nobody', token)).status, 401);
  const changed = await manage('PUT', client_id, token, { ...METADATA, client_id, client_name: 'Tên mới' });
  assert.equal(changed.status, 200, changed.text);
  assert.equal((await manage('GET', client_id, token)).body.client_name, 'Tên mới');
  assert.equal((await manage('PUT', client_id, token, { ...METADATA, client_id: other.client_id })).status, 400);
  assert.equal((await manage('PUT', client_id, token, { ...METADATA, client_id, registration_access_token: token })).status, 400); // [RFC7592 2.2 MUST NOT]
  await sandbox.restart('SIGKILL');
  assert.equal((await manage('DELETE', client_id, token)).status, 204);
  assert.equal((await manage('GET', client_id, token)).status, 401);
  const gone = await sandbox.client().get(`/oidc/authorize?client_id=${client_id}`);
  assert.equal(gone.status, 400);
});

test('fifty registrations at once are fifty clients; of fifty ends of one, one ends it', async () => {
  const made = await Promise.all(Array.from({ length: 50 }, () => register()));
  assert.equal(new Set(made.map((m) => m.body.client_id)).size, 50);
  const { client_id, registration_access_token } = made[0].body;
  const ends = await Promise.all(Array.from({ length: 50 }, () => manage('DELETE', client_id, registration_access_token)));
  assert.ok(ends.every((a) => [204, 401].includes(a.status)) && ends.some((a) => a.status === 204));
  assert.equal((await manage('GET', client_id, registration_access_token)).status, 401);
});

test('elsewhere nobody registers themself', async () => {
  const place = await Installation.open({ receivers: false });
  try {
    const answer = await place.client().post('/oidc/register', METADATA, bearer('sandbox-registration'));
    assert.equal(answer.status, 404);
    assert.equal((await place.client().get('/oidc/register/abc', bearer('x'))).status, 404);
    assert.equal((await place.client().get('/.well-known/openid-configuration')).body.registration_endpoint, undefined);
  } finally {
    await place.close();
  }
});
