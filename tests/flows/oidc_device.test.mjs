// Device authorization (RFC 8628): a kiosk shows a code, a person types it elsewhere, sees what they approve, and the kiosk gets its tokens once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sleep } from './lib/installation.mjs';
import { Sandbox } from './lib/sandbox.mjs';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
let sandbox, kiosk;
before(async () => {
  sandbox = await Sandbox.open();
  kiosk = await register();
});
after(() => sandbox?.close());

const register = (metadata = {}) => sandbox.register({ client_name: 'Ki-ốt Bưu điện', redirect_uris: undefined, grant_types: [GRANT, 'refresh_token'],
  danh_attributes: [{ name: 'name', purpose: 'In tên lên biên nhận', required: true }, { name: 'email', purpose: 'Gửi biên nhận' }], ...metadata });
const basic = (client) => ({ headers: { Authorization: `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}` } });
const post = (path, fields, client = kiosk) => sandbox.client().post(path, new URLSearchParams(fields), basic(client));
const begin = async (client = kiosk, scope = 'openid name') => {
  const answer = await post('/oidc/device_authorization', { scope }, client);
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
};
const poll = (device_code, client = kiosk) => post('/oidc/token', { grant_type: GRANT, device_code }, client);
const field = (page, name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.text)?.[1];

/** The person types the code and answers the page it leads to. */
async function answer(person, user_code, decision, extra = {}) {
  const page = await person.post('/device', new URLSearchParams({ user_code }));
  assert.equal(page.status, 200, page.text);
  return { page, done: await person.post('/device', new URLSearchParams({ user_code, token: field(page, 'token'), decision, ...extra })) };
}

test('a kiosk waits, the person sees code, service and attributes, approves, and the tokens come once', async () => {
  const asked = await begin();
  assert.match(asked.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/); // [RFC8628 6.1]
  assert.equal(asked.verification_uri_complete, `${asked.verification_uri}?user_code=${asked.user_code}`);
  assert.deepEqual([asked.expires_in, asked.interval], [600, 5]);
  assert.equal((await poll(asked.device_code)).body.error, 'authorization_pending');
  const person = await sandbox.as('adult');
  const { page, done } = await answer(person, asked.user_code.toLowerCase().replace('-', ' '), 'agree');
  for (const shown of ['Ki-ốt Bưu điện', 'In tên lên biên nhận', 'Nguyễn Văn An', 'vừa yêu cầu']) assert.ok(page.text.includes(shown), shown);
  assert.equal(done.status, 200);
  const tokens = await poll(asked.device_code);
  assert.equal(tokens.status, 200, tokens.text);
  const info = await sandbox.client().get('/oidc/userinfo', { headers: { Authorization: `Bearer ${tokens.body.access_token}` } });
  assert.equal(info.body.name, 'Nguyễn Văn An');
  assert.equal((await poll(asked.device_code)).body.error, 'invalid_grant', 'a second time');
  const { items } = await person.ok(person.get('/api/me/reads'));
  assert.ok(JSON.stringify(items).includes(`client:${kiosk.client_id}`), JSON.stringify(items[0]));
});

test('refused by the person, it is access_denied; the code is over for everybody', async () => {
  const asked = await begin();
  const person = await sandbox.as('adult_woman');
  const { done } = await answer(person, asked.user_code, 'refuse');
  assert.ok(done.text.includes('từ chối'));
  assert.equal((await poll(asked.device_code)).body.error, 'access_denied');
  assert.equal((await person.post('/device', new URLSearchParams({ user_code: asked.user_code }))).status, 422);
});

test('who asks too often is told to slow down, and has to', async () => { // [RFC8628 3.5 MUST]
  for (let tries = 1, inTime = false; !inTime; tries++) { // a machine that stood still meanwhile was not too often
    assert.ok(tries <= 10, 'never in time');
    const asked = await begin();
    const first = performance.now();
    const told = [await poll(asked.device_code), await poll(asked.device_code)];
    inTime = performance.now() - first < 5000;
    await sleep(5100);
    told.push(await poll(asked.device_code)); // the interval has grown to ten seconds
    inTime &&= performance.now() - first < 10000;
    if (inTime) assert.deepEqual(told.map(({ body }) => body.error), ['authorization_pending', 'slow_down', 'slow_down']);
  }
});

test('an approved code is given out once, of fifty at the same time, and not again after a restart', async () => {
  const asked = await begin();
  await answer(await sandbox.as('delegate'), asked.user_code, 'agree');
  const answers = await Promise.all(Array.from({ length: 50 }, () => poll(asked.device_code)));
  assert.equal(answers.filter((a) => a.status === 200).length, 1);
  assert.ok(answers.filter((a) => a.status !== 200).every((a) => a.body.error === 'invalid_grant'));
  await sandbox.restart('SIGKILL');
  assert.equal((await poll(asked.device_code)).body.error, 'invalid_grant');
});

test('what waits and what was approved survives a restart', async () => {
  const asked = await begin();
  await sandbox.restart('SIGKILL');
  await answer(await sandbox.as('twin_a'), asked.user_code, 'agree');
  await sandbox.restart('SIGKILL');
  assert.equal((await poll(asked.device_code)).status, 200);
});

test('one answer counts, of fifty at the same time', async () => {
  const asked = await begin();
  const person = await sandbox.as('twin_b');
  const page = await person.post('/device', new URLSearchParams({ user_code: asked.user_code }));
  const form = { user_code: asked.user_code, token: field(page, 'token'), decision: 'agree' };
  const answers = await Promise.all(Array.from({ length: 50 }, () => person.post('/device', new URLSearchParams(form))));
  assert.equal(answers.filter((a) => a.status === 200).length, 1);
});

test('another client, a client not registered for it, and no client at all get nothing', async () => {
  const asked = await begin();
  const other = await register();
  await answer(await sandbox.as('unlocked'), asked.user_code, 'agree');
  assert.equal((await poll(asked.device_code, other)).body.error, 'invalid_grant');
  const plain = await sandbox.register({});
  assert.equal((await post('/oidc/device_authorization', { scope: 'openid' }, plain)).body.error, 'unauthorized_client');
  assert.equal((await post('/oidc/device_authorization', { scope: 'openid' }, { ...kiosk, client_secret: 'a'.repeat(43) })).status, 401);
  assert.equal((await post('/oidc/device_authorization', { scope: 'openid everything' })).body.error, 'invalid_scope');
  assert.equal((await post('/oidc/device_authorization', {})).body.error, 'invalid_scope');
  assert.equal((await poll(asked.device_code)).status, 200, 'its own client still may');
});

test('the page wants a session, our own form, and the level the service needs', async () => {
  const asked = await begin();
  const nobody = await sandbox.client().post('/device', new URLSearchParams({ user_code: asked.user_code }));
  assert.equal(nobody.status, 303);
  assert.equal(nobody.headers.location, `/sign-in?next=${encodeURIComponent(`/device?user_code=${asked.user_code}`)}`);
  const person = await sandbox.as('elder');
  const forged = await person.post('/device', new URLSearchParams({ user_code: asked.user_code, token: 'a'.repeat(43), decision: 'agree' }));
  assert.equal(forged.status, 403);
  const elsewhere = await person.post('/device', new URLSearchParams({ user_code: asked.user_code }), { headers: { Origin: 'http://evil.example' } });
  assert.equal(elsewhere.status, 403);
  const strict = await register({ danh_acr_min: 2 });
  const high = await begin(strict);
  const led = await person.post('/device', new URLSearchParams({ user_code: high.user_code }));
  assert.equal(led.status, 303, led.text);
  assert.match(led.headers.location, /^\/sign-in\?next=.*&level=2$/);
});

// Under a mandate it is the other person the kiosk would learn of: only where the mandate names this very service, as at /oidc/authorize.
test('a delegate whose mandate is for something else, and a clerk of an organisation, approve nothing in another name', async () => {
  for (const who of ['delegate', 'organisation_staff']) {
    const asked = await begin();
    const person = await sandbox.as(who);
    const [{ principal, organisation }] = (await person.ok(person.get('/api/mandates'))).for;
    await person.ok(person.put('/api/session/mandate', organisation ? { organisation: organisation.ref } : { person: principal.ref }));
    const page = await person.post('/device', new URLSearchParams({ user_code: asked.user_code }));
    const done = await person.post('/device', new URLSearchParams({ user_code: asked.user_code, token: field(page, 'token') ?? '', decision: 'agree' }));
    assert.equal(done.status, 403, `${who}: ${done.text}`);
    assert.equal((await poll(asked.device_code)).body.error, 'authorization_pending', 'nothing was approved');
  }
});

test('what was approved is not given out once the person has locked sharing', async () => {
  const asked = await begin();
  const person = await sandbox.as('parent');
  assert.equal((await answer(person, asked.user_code, 'agree')).done.status, 200);
  await person.ok(person.post('/api/me/capabilities/share/lock', {}));
  const late = await poll(asked.device_code);
  assert.deepEqual([late.status, late.body.error], [400, 'invalid_grant']);
});

test('guessing codes is slowed down', async () => { // [RFC8628 5.1]
  const person = await sandbox.as('name_single');
  const statuses = [];
  for (let i = 0; i < 105; i++) statuses.push((await person.post('/device', new URLSearchParams({ user_code: 'BBBB-BBBB' }))).status);
  assert.deepEqual([...new Set(statuses)], [422, 429]);
});
