// The sandbox an integrator starts with one command: its people, registration without asking, the inspector, the fault switches; and that none of it
// is there elsewhere.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, before, test } from 'node:test';
import { danh, Installation, start } from './lib/installation.mjs';
import { totp } from './lib/passkey.mjs';
import { Sandbox } from './lib/sandbox.mjs';
import { refused } from './lib/story.mjs';

let sandbox;
before(async () => (sandbox = await Sandbox.open()));
after(() => sandbox?.close());

const base64url = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

test('fifty people are listed with what they are for, in two languages, and the secrets work', async () => {
  assert.equal(sandbox.people.length, 50);
  const vietnamese = (await sandbox.client().get('/sandbox')).text;
  const english = (await sandbox.client({ language: 'en' }).get('/sandbox')).text;
  for (const person of sandbox.people) {
    assert.ok(vietnamese.includes(person.pin) && english.includes(person.pin), person.name);
    assert.ok(english.includes(person.purpose.replaceAll("'", '&#39;')), person.name);
  }
  assert.ok(vietnamese.includes('Trường hợp thông thường') && !vietnamese.includes('the ordinary case'));
  for (const name of ['adult', 'level_1', 'foreigner_level_2', 'name_long', 'birth_year_only', 'unlocked', 'number_replaced']) await sandbox.as(name);
  for (const name of ['locked_holder', 'locked_card', 'locked_death', 'no_account', 'closed', 'not_activated']) {
    const answer = await sandbox.client().signIn(sandbox.person(name).pin, sandbox.password);
    assert.ok([401, 423].includes(answer.status), `${name}: ${answer.status}`);
  }
});

const standing = async (person) => (await person.ok(person.get('/api/mandates'))).for;

test('the session of whoever has a card in its last weeks says when it ends, of nobody else', async () => {
  const session = async (name) => {
    const person = await sandbox.as(name);
    return person.ok(person.get('/api/session'));
  };
  const soon = await session('card_expiring');
  const { card } = await (async (person) => person.ok(person.get('/api/me')))(await sandbox.as('card_expiring'));
  assert.equal(soon.person.card_ends_on, card.expires_on);
  assert.equal((Date.parse(card.expires_on) - Date.parse(`${soon.now.slice(0, 10)}T00:00:00Z`)) / 86400e3 <= 20, true);
  assert.equal((await session('adult')).person.card_ends_on, null);
});

test('the delegate signs in and acts for elder within the scope, for nobody else and nothing else', async () => {
  const delegate = await sandbox.as('delegate');
  const [mandate, ...more] = await standing(delegate);
  assert.deepEqual([mandate.principal.name, mandate.state.code, more], [sandbox.person('elder').full_name, 'active', []]);
  const session = await delegate.ok(delegate.put('/api/session/mandate', { person: mandate.principal.ref }));
  assert.equal(session.acting_for.name, sandbox.person('elder').full_name);
  await delegate.ok(delegate.get('/api/dossiers'));
  await refused(delegate.get('/api/wallet'), 403, 'mandate_scope');
  const other = await sandbox.as('adult');
  assert.deepEqual(await standing(other), []);
  await refused(other.put('/api/session/mandate', { person: mandate.principal.ref }), 403, 'no_mandate');
});

test('the representative sees the organisation and its clerk; the clerk gives no roles', async () => {
  const representative = await sandbox.as('organisation_representative');
  const [{ organisation }] = await standing(representative);
  assert.equal(organisation.name, 'Công ty TNHH Sen Vàng');
  const session = await representative.ok(representative.put('/api/session/mandate', { organisation: organisation.ref }));
  assert.deepEqual([session.acting_for.organisation, session.acting_for.kind.code], [true, 'organisation_representative']);
  const { of: people } = await representative.ok(representative.get('/api/mandates'));
  const kinds = people.map((mandate) => mandate.kind.code).sort();
  assert.deepEqual(kinds, ['organisation_representative', 'organisation_representative', 'organisation_staff']);
  const clerk = await sandbox.as('organisation_staff');
  const acting = await clerk.ok(clerk.put('/api/session/mandate', { organisation: organisation.ref }));
  assert.equal(acting.acting_for.kind.code, 'organisation_staff');
  await refused(clerk.get('/api/mandates'), 403, 'mandate_scope');
  await refused((await sandbox.as('adult')).put('/api/session/mandate', { organisation: organisation.ref }), 403, 'no_mandate');
});

test('the documented secret of an authenticator app makes codes that prove level 2; a wrong one and one used before do not', async () => {
  const holders = sandbox.people.filter((person) => person.totp_secret);
  assert.deepEqual(holders.map((person) => person.name), ['unlocked', 'foreigner_level_2']);
  const page = (await sandbox.client().get('/sandbox')).text;
  for (const { name, totp_secret } of holders) {
    assert.ok(page.includes(totp_secret), name);
    const person = await sandbox.as(name);
    const code = totp(totp_secret, Date.now());
    const wrong = String((Number(code) + 500000) % 1000000).padStart(6, '0');
    await refused(person.post('/api/session/proofs/totp/answer', { answer: wrong }), 403, 'authenticator_wrong');
    const proven = await person.ok(person.post('/api/session/proofs/totp/answer', { answer: code }));
    assert.equal(proven.acr, 'urn:danh:acr:2');
    await refused((await sandbox.as(name)).post('/api/session/proofs/totp/answer', { answer: code }), 403, 'code_used');
  }
});

test('a client is registered by JSON and by the form, and what contradicts itself is refused with its place', async () => {
  const made = await sandbox.register({});
  assert.match(made.client_secret, /^[\w-]{43}$/);
  const answer = await sandbox.client().post('/api/sandbox/clients', { client_name: 'X', redirect_uris: ['http://elsewhere.example/cb'] });
  assert.equal(answer.status, 422);
  assert.ok(answer.body.errors[0].path.length > 0);
  const form = new URLSearchParams({ name: 'Thư viện', redirect_uris: 'http://127.0.0.1:3000/cb', profile: 'baseline', method: 'client_secret_basic', attribute_name: '1' });
  const page = await sandbox.client().post('/sandbox/clients/new', form);
  assert.equal(page.status, 201, page.text);
  const id = /<h1[^>]*><code>([^<]+)/.exec(page.text)[1];
  assert.match(page.text, /[\w-]{43}/);
  assert.ok((await sandbox.client().get('/sandbox')).text.includes(`/sandbox/clients/${id}`));
  assert.ok(!(await sandbox.client().get(`/sandbox/clients/${id}`)).text.match(/<code>[\w-]{43}<\/code>/), 'the secret is shown once');
  form.set('redirect_uris', 'http://elsewhere.example/cb');
  const wrong = await sandbox.client().post('/sandbox/clients/new', form);
  assert.equal(wrong.status, 422);
  assert.ok(wrong.text.includes('role="alert"') && wrong.text.includes('elsewhere.example'));
});

test('fault switches act at once, on that client alone, and survive a restart', async () => {
  const { client_id } = await sandbox.register({});
  const other = await sandbox.register({});
  const ask = (id) => sandbox.client().post('/oidc/token', new URLSearchParams({ grant_type: 'authorization_code', client_id: id, code: 'a'.repeat(43) }));
  await sandbox.faults(client_id, 'server_error');
  await sandbox.restart('SIGKILL');
  const broken = await ask(client_id);
  assert.deepEqual([broken.status, broken.body.error], [500, 'server_error']);
  assert.notEqual((await ask(other.client_id)).status, 500);
  const box = new URLSearchParams({ fault_unavailable: '1' });
  assert.equal((await sandbox.client().post(`/sandbox/clients/${client_id}/faults`, box)).status, 200);
  const away = await ask(client_id);
  assert.deepEqual([away.status, away.headers['retry-after']], [503, '5']);
  await sandbox.faults(client_id, 'slow', 'expired');
  const began = performance.now();
  const late = await ask(client_id);
  assert.equal(late.body.error, 'invalid_grant');
  assert.ok(performance.now() - began >= 5900, 'it waits');
  await sandbox.faults(client_id);
  assert.ok(![500, 503].includes((await ask(client_id)).status));
  await refused(sandbox.client().put(`/api/sandbox/clients/${client_id}/faults`, { faults: ['explode'] }), 422, 'field_value');
  await refused(sandbox.client().put('/api/sandbox/clients/nobody/faults', { faults: [] }), 404, 'client_unregistered');
});

test('the inspector shows each request with what refused it, and no secret', async () => {
  const { client_id, client_secret } = await sandbox.register({});
  const code = 'geheim-geheim-geheim-geheim-geheim-geheim-g';
  const basic = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
  await sandbox.client().post('/oidc/token', new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: 'http://127.0.0.1:3000/callback' }),
    { headers: { Authorization: basic } });
  const [event] = await sandbox.events(client_id);
  assert.equal(event.request, 'POST /oidc/token');
  assert.ok(event.status >= 400 && event.checks.length > 0, JSON.stringify(event));
  const page = (await sandbox.client().get(`/sandbox/clients/${client_id}?live=1`));
  assert.equal(page.headers.refresh, '5');
  assert.ok(page.text.includes('/oidc/token'));
  for (const secret of [code, client_secret, basic]) assert.ok(!JSON.stringify(event).includes(secret) && !page.text.includes(secret));
});

test('the signing keys rotate at the switch: as usual to the key that was shown before, without notice to one nobody has read, and the inspector says so', async () => {
  const { client_id } = await sandbox.register({});
  const shown = async () => (await sandbox.client().ok(sandbox.client().get('/oidc/jwks'))).keys.map((key) => key.kid);
  const rotate = async (announced) => (await sandbox.client().ok(sandbox.client().post('/api/sandbox/keys/rotations', { announced }))).keys;
  const before = await shown();
  const usual = await rotate(true);
  assert.deepEqual(usual.slice(0, 3).map((key) => key.state), ['active', 'next', 'retired']);
  assert.ok(before.includes(usual[0].kid), 'it was shown before it signs');
  const known = await shown();
  assert.deepEqual(new Set(known), new Set(usual.map((key) => key.kid)));
  const [active] = await rotate(false);
  assert.ok(!known.includes(active.kid), 'nobody can have read it');
  const now = await shown();
  for (const kid of known) assert.ok(now.includes(kid), 'what was signed before still verifies');
  const events = await sandbox.events(client_id);
  const without = events.find((event) => event.request === 'signing keys rotated without notice');
  assert.ok(without.answer.startsWith(`active ${active.kid}`), without.answer);
  assert.ok(events.some((event) => event.request === 'GET /oidc/jwks'), 'a client reading the keys is seen');
  const page = await sandbox.client().post('/sandbox/keys/rotations', new URLSearchParams({ announced: '1' }));
  assert.deepEqual([page.status, page.headers.location], [303, '/sandbox#keys']);
  const text = (await sandbox.client().get('/sandbox')).text;
  for (const kid of await shown()) assert.ok(text.includes(kid), kid);
  await refused(sandbox.client().post('/api/sandbox/keys/rotations', {}), 422, 'field_missing');
  await refused(sandbox.client().post('/api/sandbox/keys/rotations', { announced: 'yes' }), 422, 'field_type');
});

test('the token inspector tells a good signature from a bad one', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const input = `${base64url({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } })}.${base64url({ jti: 'a', htm: 'POST', htu: 'http://x/', iat: 1 })}`;
  const proof = `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  const look = async (token) => (await sandbox.client({ language: 'en' }).post('/sandbox/token', new URLSearchParams({ token }))).text;
  const good = await look(proof);
  assert.ok(good.includes('The signature holds') && good.includes('&quot;htu&quot;'));
  const bad = await look(`${input}.${'A'.repeat(86)}`);
  assert.ok(bad.includes('The signature does not hold'));
  assert.ok((await look('not-a-token')).includes('Not a JWT'));
  const script = await look(`<script>alert(1)</script>`);
  assert.ok(!script.includes('<script>'));
});

test('the token inspector shows what introspection says, and that it ends with revocation', async () => {
  const { client_id, client_secret } = await sandbox.register({ redirect_uris: undefined, grant_types: ['client_credentials'], danh_attributes: undefined });
  const basic = { headers: { Authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` } };
  const given = await sandbox.client().post('/oidc/token', new URLSearchParams({ grant_type: 'client_credentials' }), basic);
  assert.equal(given.status, 200, given.text);
  const look = async () => (await sandbox.client({ language: 'en' }).post('/sandbox/token', new URLSearchParams({ token: given.body.access_token }))).text;
  const live = await look();
  assert.match(live, /&quot;active&quot;: true/);
  assert.ok(live.includes(client_id) && live.includes('The signature holds'));
  await sandbox.client().post('/oidc/revoke', new URLSearchParams({ token: given.body.access_token }), basic);
  assert.match(await look(), /&quot;active&quot;: false/);
});

test('nothing of it is there in another installation, and another installation is not taken for a sandbox', async () => {
  const place = await Installation.open({ receivers: false });
  try {
    for (const address of ['/sandbox', '/sandbox/token', '/sandbox/clients/new', '/sandbox/clients/abc']) {
      assert.equal((await place.client().get(address)).status, 404, address);
    }
    for (const address of ['/api/sandbox/people', '/api/sandbox/clients/abc/events']) await refused(place.client().get(address), 404, 'not_found');
    await refused(place.client().post('/api/sandbox/clients', { client_name: 'X' }), 404, 'not_found');
    await refused(place.client().put('/api/sandbox/clients/abc/faults', { faults: [] }), 404, 'not_found');
    await place.stop('server');
    const taken = await start(['serve', '--sandbox', '--data', place.data, '--listen', '127.0.0.1:0'], { ready: false });
    assert.equal(await new Promise((done) => taken.once('close', done)), 1);
    assert.match(taken.errors, /no sandbox/);
    await place.startServer();
  } finally {
    await place.close();
  }
});

test('danh sandbox people prints what the sandbox has', async () => {
  const printed = JSON.parse((await danh('sandbox', 'people', '--json')).stdout);
  assert.deepEqual(printed.people, sandbox.people);
});
