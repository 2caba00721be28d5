// CIBA: a bank's counter asks for a person, who is told, sees the same line the counter shows, and answers at /approvals; the bank polls or is pinged.
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { danh, freePort, until } from './lib/installation.mjs';
import { Sandbox } from './lib/sandbox.mjs';

const GRANT = 'urn:openid:params:grant-type:ciba';
let sandbox, bank;
before(async () => {
  sandbox = await Sandbox.open();
  bank = await register();
});
after(() => sandbox?.close());

const register = (metadata = {}) => sandbox.register({ client_name: 'Ngân hàng Sông Hồng', redirect_uris: undefined, grant_types: [GRANT, 'refresh_token'],
  backchannel_token_delivery_mode: 'poll', danh_attributes: [{ name: 'name', purpose: 'Xác nhận tại quầy', required: true }], ...metadata });
const basic = (client) => ({ headers: { Authorization: `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}` } });
const post = (path, fields, client = bank) => sandbox.client().post(path, new URLSearchParams(fields), client.client_secret ? basic(client) : {});
const ask = (who, fields = {}, client = bank) => post('/oidc/backchannel-authentication',
  { scope: 'openid name', login_hint: sandbox.person(who).pin, binding_message: 'QUAY 7 MA 4821', ...fields }, client);
const poll = (auth_req_id, client = bank) => post('/oidc/token', { grant_type: GRANT, auth_req_id }, client);
const field = (page, name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.text)?.[1];
const waiting = async (person) => (await person.ok(person.get('/api/approvals'))).items;

async function answer(person, id, decision) {
  const page = await person.get(`/approvals/${id}`);
  assert.equal(page.status, 200, page.text);
  return { page, done: await person.post(`/approvals/${id}`, new URLSearchParams({ token: field(page, 'token'), decision })) };
}

test('poll: the person is told, sees the line of the counter, approves, and the bank has its tokens once', async () => {
  const asked = await ask('adult');
  assert.equal(asked.status, 200, asked.text);
  assert.match(asked.body.auth_req_id, /^[\w-]{43}$/); // [CIBA 7.3 MUST] 128 bits
  assert.deepEqual([asked.body.expires_in, asked.body.interval], [300, 5]);
  assert.equal((await poll(asked.body.auth_req_id)).body.error, 'authorization_pending');
  const person = await sandbox.as('adult');
  const message = await until('a notice', async () => (await sandbox.client().ok(sandbox.client().get('/api/demo/messages'))).items.find((m) => m.text.includes('QUAY 7')));
  assert.ok(!/https?:/.test(message.text), 'no link that people could learn to follow');
  const [item] = await waiting(person);
  assert.deepEqual([item.client.vi, item.message], ['Ngân hàng Sông Hồng', 'QUAY 7 MA 4821']);
  assert.ok((await person.get('/approvals')).text.includes('QUAY 7 MA 4821'));
  const { page, done } = await answer(person, item.id, 'agree');
  for (const shown of ['QUAY 7 MA 4821', 'Xác nhận tại quầy', 'Nguyễn Văn An']) assert.ok(page.text.includes(shown), shown);
  assert.equal(done.status, 200);
  assert.deepEqual(await waiting(person), []);
  const tokens = await poll(asked.body.auth_req_id);
  assert.equal(tokens.status, 200, tokens.text);
  assert.ok(tokens.body.id_token && tokens.body.access_token);
  assert.equal((await poll(asked.body.auth_req_id)).body.error, 'invalid_grant');
  const again = await ask('adult', { login_hint: '', id_token_hint: tokens.body.id_token });
  assert.equal(again.status, 200, again.text);
  assert.equal((await waiting(person)).length, 1, 'an ID token of before names the person as well');
  await answer(person, (await waiting(person))[0].id, 'refuse');
  assert.equal((await poll(again.body.auth_req_id)).body.error, 'access_denied');
});

test('the app: what each request asks for, in words; what is not required only if it is added; the level the request needs', async () => {
  const client = await register({ client_name: 'Quỹ Tín dụng', 'client_name#en': 'Credit Fund', danh_owner: 'Quỹ Tín dụng Nhân dân', danh_purpose: 'Mở sổ', 'danh_purpose#en': 'Opening an account',
    danh_acr_min: 2, danh_attributes: [{ name: 'name', purpose: 'Ghi vào sổ', 'purpose#en': 'For the book', required: true }, { name: 'phone', purpose: 'Báo số dư' }, { name: 'birthdate', purpose: 'Kiểm tra tuổi' }] });
  const question = { scope: 'openid profile phone', binding_message: 'BAN 3' };
  const asked = await ask('twin_b', question, client);
  const person = await sandbox.as('twin_b');
  const mine = async () => (await waiting(person)).find((item) => item.message === 'BAN 3');
  const low = await mine();
  assert.deepEqual([low.client, low.owner.vi, low.purpose], [{ vi: 'Quỹ Tín dụng', en: 'Credit Fund' }, 'Quỹ Tín dụng Nhân dân', { vi: 'Mở sổ', en: 'Opening an account' }]);
  assert.deepEqual(low.attributes.map((line) => [line.name, line.purpose.vi, line.required]),
    [['name', 'Ghi vào sổ', true], ['phone', 'Báo số dư', false], ['birthdate', 'Kiểm tra tuổi', false]]);
  assert.deepEqual([low.level, low.level_reached, low.offline, low.remembered_days], [2, false, false, 365]);
  assert.ok(low.attributes.every((line) => line.value === null), 'whoever has proven too little reads no values');
  const reply = (item, approves, more = {}) => person.post(`/api/approvals/${item.id}`, { approves, form_token: item.form_token, ...more });
  const early = await reply(low, true);
  assert.deepEqual([early.status, early.body.code, early.body.acr_values], [401, 'insufficient_user_authentication', 'urn:danh:acr:2']); // [RFC9470 3 MUST]
  const proof = new URLSearchParams({ step: 'passcode', raise: '1', code: sandbox.passcode, level: '2', next: '/app/approvals' });
  assert.equal((await person.post('/sign-in', proof)).headers.location, '/app/approvals');
  const item = await mine();
  assert.equal(item.level_reached, true);
  assert.match(item.attributes[0].value, /\S/);
  assert.equal((await reply({ ...item, form_token: 'a'.repeat(43) }, true)).status, 403);
  assert.deepEqual((await reply(item, true, { attributes: ['horoscope'] })).body.errors.map((one) => one.path), ['/attributes/0']);
  const stranger = await sandbox.as('parent');
  assert.equal((await stranger.post(`/api/approvals/${item.id}`, { approves: true, form_token: item.form_token })).status, 404);
  assert.equal((await sandbox.client().get('/api/approvals')).status, 401);
  assert.deepEqual((await reply(item, true, { attributes: ['phone'] })).body, { approved: true });
  assert.equal((await reply(item, true)).status, 404, 'answered once');
  const tokens = await poll(asked.body.auth_req_id, client);
  const told = await sandbox.client().get('/oidc/userinfo', { headers: { Authorization: `Bearer ${tokens.body.access_token}` } });
  assert.equal(told.status, 200, told.text);
  assert.ok(told.body.name && told.body.phone_number && !told.body.birthdate, told.text);
  const again = await ask('twin_b', question, client);
  assert.deepEqual((await reply(await mine(), false)).body, { approved: false });
  assert.equal((await poll(again.body.auth_req_id, client)).body.error, 'access_denied');
});

test('the app: who has proven little may still refuse; a client that is switched off has nothing waiting', async () => {
  const client = await register({ danh_acr_min: 2 });
  const person = await sandbox.as('delegate');
  const asked = await ask('delegate', { binding_message: 'BAN 4' }, client);
  const item = (await waiting(person)).find((one) => one.message === 'BAN 4');
  assert.equal(item.level_reached, false);
  assert.deepEqual((await person.post(`/api/approvals/${item.id}`, { approves: false, form_token: item.form_token })).body, { approved: false });
  assert.equal((await poll(asked.body.auth_req_id, client)).body.error, 'access_denied');
  await ask('delegate', { binding_message: 'BAN 5' }, client);
  assert.ok((await waiting(person)).some((one) => one.message === 'BAN 5'));
  const off = await danh('client', 'disable', client.client_id, '--data', sandbox.data);
  assert.equal(off.code, 0, off.stderr);
  assert.ok(!(await waiting(person)).some((one) => one.message === 'BAN 5'));
});

test('nobody else sees or answers a request; a number without an account looks like any other to the bank', async () => {
  const asked = await ask('adult_woman');
  const owner = await sandbox.as('adult_woman');
  const [item] = await waiting(owner);
  const stranger = await sandbox.as('parent');
  assert.deepEqual(await waiting(stranger), []);
  assert.equal((await stranger.get(`/approvals/${item.id}`)).status, 404);
  assert.equal((await stranger.post(`/approvals/${item.id}`, new URLSearchParams({ token: 'a'.repeat(43), decision: 'agree' }))).status, 404);
  assert.equal((await owner.post(`/approvals/${item.id}`, new URLSearchParams({ token: 'a'.repeat(43), decision: 'agree' }))).status, 403);
  const nobody = await sandbox.client().get(`/approvals/${item.id}`);
  assert.deepEqual([nobody.status, nobody.headers.location], [303, `/sign-in?next=${encodeURIComponent(`/approvals/${item.id}`)}`]);
  for (const who of ['no_account', 'locked_holder', 'closed']) {
    const quiet = await ask(who);
    assert.deepEqual([quiet.status, Object.keys(quiet.body)], [asked.status, Object.keys(asked.body)]);
    assert.equal((await poll(quiet.body.auth_req_id)).body.error, 'authorization_pending');
  }
  assert.equal((await ask('adult', { login_hint: '001099999999' })).status, 200);
});

test('what is wrong with a request is said in the words of the standard', async () => { // [CIBA 13] [CIBA 7.1 MUST]
  const wrong = async (fields, error, client = bank) => assert.equal((await ask('adult', fields, client)).body.error, error, JSON.stringify(fields));
  await wrong({ login_hint: '' }, 'invalid_request');
  await wrong({ id_token_hint: 'a.b.c' }, 'invalid_request');
  await wrong({ login_hint: '', id_token_hint: 'a.b.c' }, 'invalid_request');
  await wrong({ login_hint: 'somebody@example' }, 'unknown_user_id');
  await wrong({ binding_message: 'x'.repeat(101) }, 'invalid_binding_message');
  await wrong({ binding_message: 'a\u202Eb' }, 'invalid_binding_message');
  await wrong({ scope: 'name' }, 'invalid_scope');
  await wrong({ requested_expiry: '-1' }, 'invalid_request');
  await wrong({}, 'unauthorized_client', await sandbox.register({}));
  assert.equal((await ask('adult', {}, { ...bank, client_secret: 'b'.repeat(43) })).status, 401);
  assert.equal((await ask('elder', { requested_expiry: '100000' })).body.expires_in, 600);
});

test('one person is not flooded: beyond three open requests nothing more is put before them', async () => {
  for (let i = 0; i < 6; i++) assert.equal((await ask('name_foreign')).status, 200);
  assert.equal((await waiting(await sandbox.as('name_foreign'))).length, 3);
});

test('of fifty answers one counts, of fifty polls one gets the tokens, and a restart changes nothing', async () => {
  const { body } = await ask('delegate');
  await sandbox.restart('SIGKILL');
  const person = await sandbox.as('delegate');
  const [item] = await waiting(person);
  const page = await person.get(`/approvals/${item.id}`);
  const form = new URLSearchParams({ token: field(page, 'token'), decision: 'agree' });
  const answers = await Promise.all(Array.from({ length: 50 }, () => person.post(`/approvals/${item.id}`, form)));
  assert.equal(answers.filter((a) => a.status === 200).length, 1);
  await sandbox.restart('SIGKILL');
  const polls = await Promise.all(Array.from({ length: 50 }, () => poll(body.auth_req_id)));
  assert.equal(polls.filter((a) => a.status === 200).length, 1);
  await sandbox.restart('SIGKILL');
  assert.equal((await poll(body.auth_req_id)).body.error, 'invalid_grant');
});

test('ping: the bank is called with its own token when the person has answered, also over a restart', async () => {
  const port = await freePort();
  const pings = [];
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      pings.push({ authorization: request.headers.authorization, body: JSON.parse(text), type: request.headers['content-type'] });
      response.writeHead(204).end();
    });
  });
  const client = await register({ backchannel_token_delivery_mode: 'ping', backchannel_client_notification_endpoint: `http://127.0.0.1:${port}/ping` });
  assert.equal((await ask('twin_a', {}, client)).body.error, 'invalid_request', 'a token of the client is needed');
  assert.equal((await ask('twin_a', { client_notification_token: 'short' }, client)).body.error, 'invalid_request');
  const client_notification_token = randomUUID();
  const { body } = await ask('twin_a', { client_notification_token }, client);
  const person = await sandbox.as('twin_a');
  await answer(person, (await waiting(person))[0].id, 'agree');
  await sandbox.restart('SIGKILL'); // nobody listens yet
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  try {
    const ping = await until('the ping', () => pings[0]);
    assert.deepEqual(ping.body, { auth_req_id: body.auth_req_id }); // [CIBA 10.2 MUST]
    assert.equal(ping.authorization, `Bearer ${client_notification_token}`);
    assert.equal((await poll(body.auth_req_id, client)).status, 200);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('the strong profiles sign their requests and name what is approved', async () => { // [FAPI-CIBA 5.2.2 SHALL]
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwt = (claims, type = 'JWT') => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${part({ alg: 'ES256', typ: type, kid: 'k' })}.${part(claims)}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const strict = await register({ danh_profile: 'fapi2', token_endpoint_auth_method: 'private_key_jwt', dpop_bound_access_tokens: true,
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'ES256' }] } });
  const now = Math.floor(Date.now() / 1000);
  const envelope = { iss: strict.client_id, aud: sandbox.url, iat: now, nbf: now, exp: now + 60, jti: randomUUID() };
  const assertion = () => ({ client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: jwt({ ...envelope, sub: strict.client_id, jti: randomUUID() }) });
  const send = (fields) => sandbox.client().post('/oidc/backchannel-authentication', new URLSearchParams({ ...assertion(), ...fields }));
  const plain = { scope: 'openid name', login_hint: sandbox.person('guardian').pin, binding_message: 'VAY 20 TRIEU' };
  assert.equal((await send(plain)).body.error, 'invalid_request_object');
  const good = await send({ request: jwt({ ...envelope, ...plain, jti: randomUUID() }) });
  assert.equal(good.status, 200, JSON.stringify(await sandbox.events(strict.client_id)));
  assert.equal((await send({ request: jwt({ ...envelope, ...plain, binding_message: undefined }) })).body.error, 'invalid_binding_message');
  assert.equal((await send({ request: jwt({ ...envelope, ...plain, nbf: undefined }) })).body.error, 'invalid_request_object');
  assert.equal((await send({ request: jwt({ ...envelope, ...plain, exp: now + 7200 }) })).body.error, 'invalid_request_object');
  const spoilt = jwt({ ...envelope, ...plain });
  assert.equal((await send({ request: `${spoilt.slice(0, -6)}AAAAAA` })).body.error, 'invalid_request_object');
  const [item] = await waiting(await sandbox.as('guardian'));
  assert.equal(item.message, 'VAY 20 TRIEU');
});
