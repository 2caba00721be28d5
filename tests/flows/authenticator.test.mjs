// What people prove themselves with: passkeys, codes of an app, devices, recovery codes; levels, step-up, and the pages they see.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Installation } from './lib/installation.mjs';
import { Passkey, totp } from './lib/passkey.mjs';
import { refused } from './lib/story.mjs';

let place;
before(async () => (place = await Installation.open({ receivers: false })));
after(() => place?.close());

const form = (fields) => new URLSearchParams(fields);
const pinOf = (name) => place.identity(name).pin;

/** Signed in with password and passcode: level 2, a moment ago. */
async function atLevel2(name, next = '/app/') {
  const citizen = await place.as(name);
  const answer = await citizen.post('/sign-in', form({ step: 'passcode', raise: '1', code: place.synth.demo_passcode, level: '2', next }));
  assert.deepEqual([answer.status, answer.headers.location], [303, next]);
  return citizen;
}
async function restart() {
  await place.stop('server');
  await place.startServer();
}
const securityOf = (citizen) => citizen.ok(citizen.get('/api/me/authenticators'));

async function addPasskey(citizen, options) {
  const passkey = new Passkey(place.url, options);
  const begun = await citizen.ok(citizen.post('/api/me/authenticators/passkey/begin'));
  const added = await citizen.post('/api/me/authenticators/passkey', { ceremony: begun.ceremony, answer: passkey.create(begun.options), name: 'Máy thử' });
  assert.equal(added.status, 201, added.text);
  passkey.row = added.body.id;
  return passkey;
}

async function signInWith(passkey, { pin, level = '2', client = place.client() } = {}) {
  const fields = { step: 'passkey', level, next: '/app/wallet', ...(pin ? { pin } : {}) };
  const begun = await client.ok(client.post('/sign-in/passkey/begin', form(fields)));
  const answer = await client.post('/sign-in', form({ ...fields, ceremony: begun.ceremony, answer: passkey.get(begun.options) }));
  return { client, answer, begun };
}

test('a passkey is added at level 2, signs in with and without a number, and the holder is told', async () => {
  const citizen = await atLevel2('citizen.hanoi');
  const passkey = await addPasskey(citizen);
  for (const pin of [undefined, pinOf('citizen.hanoi')]) {
    const { client, answer } = await signInWith(passkey, { pin });
    assert.deepEqual([answer.status, answer.headers.location], [303, '/app/wallet'], answer.text);
    const now = await securityOf(client);
    assert.deepEqual([now.level, now.amr], [2, ['user', 'swk', 'mfa']]);
  }
  const { authenticators } = await securityOf(citizen);
  assert.deepEqual(authenticators.map((a) => [a.kind, a.name, a.state, a.may_be_copied]), [['passkey', 'Máy thử', 'active', true]]);
  assert.ok(authenticators[0].used_at);
  const { items } = await citizen.ok(citizen.get('/api/me/history'));
  assert.ok(items.some((e) => e.event === 'authenticator_added'));
});

test('the sign-in page brings what a passkey answers, verified from level 2 on, and it serves once', async () => {
  const citizen = await atLevel2('citizen.hanoi');
  const passkey = await addPasskey(citizen);
  const client = place.client();
  const broughtBy = (page) => {
    const [, ceremony, options] = /data-ceremony="([\w-]+)" data-options="([^"]+)"/.exec(page.text);
    return { ceremony, options: JSON.parse(options.replaceAll('&quot;', '"')) };
  };
  assert.equal(broughtBy(await client.get('/sign-in?level=1')).options.userVerification, 'preferred');
  const { ceremony, options } = broughtBy(await client.get('/sign-in?level=2&next=/app/wallet'));
  assert.equal(options.userVerification, 'required');
  const send = () => client.post('/sign-in', form({ step: 'passkey', level: '2', next: '/app/wallet', ceremony, answer: passkey.get(options) }));
  const answer = await send();
  assert.deepEqual([answer.status, answer.headers.location], [303, '/app/wallet'], answer.text);
  assert.equal((await send()).status, 403);
});

test('[W2 refuses] one assertion sent fifty times opens one session, and none after a restart', async () => {
  const citizen = await atLevel2('poor.hanoi');
  const passkey = await addPasskey(citizen);
  const client = place.client();
  const begun = await client.ok(client.post('/sign-in/passkey/begin', form({ step: 'passkey' })));
  const send = () => place.client().post('/sign-in', form({ step: 'passkey', ceremony: begun.ceremony, answer: passkey.get(begun.options) }));
  const answers = await Promise.all(Array.from({ length: 50 }, send));
  assert.equal(answers.filter((a) => a.status === 303).length, 1);
  await restart();
  assert.equal((await send()).status, 403);
});

test('[N17 accepts] [N17 refuses] [RFC9470 3 MUST] below level 2, or with an old proof, nothing is added: 401 says which level, and the page leads there and back', async () => {
  const citizen = await place.as('citizen.hue');
  const answer = await citizen.post('/api/me/authenticators/passkey/begin', {});
  assert.equal(answer.status, 401);
  assert.deepEqual([answer.body.code, answer.body.acr_values, answer.body.max_age], ['insufficient_user_authentication', 'urn:danh:acr:2', 900]);
  assert.match(answer.headers['www-authenticate'], /error="insufficient_user_authentication", acr_values="urn:danh:acr:2", max_age="900"/); // [RFC9470 3]
  await refused(citizen.post('/api/me/authenticators/recovery_codes', {}), 401, 'insufficient_user_authentication');
  await refused(citizen.put('/api/me/password', { password: 'mưa rào tháng sáu' }), 401, 'insufficient_user_authentication');
  const page = await citizen.get('/sign-in?level=2&next=/app/security');
  assert.equal(page.status, 200);
  assert.match(page.text, /name="step" value="passcode"/);
  const before = citizen.cookies.get('danh_session');
  const wrong = await citizen.post('/sign-in', form({ step: 'passcode', raise: '1', code: '111222', level: '2', next: '/app/security' }));
  assert.equal(wrong.status, 403);
  assert.match(wrong.text, /Mã bí mật không đúng/);
  const raised = await citizen.post('/sign-in', form({ step: 'passcode', raise: '1', code: place.synth.demo_passcode, level: '2', next: '/app/security' }));
  assert.deepEqual([raised.status, raised.headers.location], [303, '/app/security']);
  assert.notEqual(citizen.cookies.get('danh_session'), before); // a step-up changes the session's secret
  await refused(place.client().get('/api/session', { headers: { Cookie: `danh_session=${before}` } }), 401, 'signed_out');
  assert.equal((await citizen.get('/sign-in?level=2&next=/app/security')).headers.location, '/app/security');
  assert.equal((await citizen.get('/sign-in?level=2&fresh=1&next=/app/security')).status, 200); // asked anew all the same
  assert.equal((await citizen.post('/api/me/authenticators/passkey/begin', {})).status, 200);
});

test('a level that nothing here leads to is said so, without a dead end', async () => {
  const citizen = await place.as('citizen.hue');
  const page = await citizen.get('/sign-in?level=4&next=/app/');
  assert.match(page.text, /khuôn mặt, vân tay hoặc mống mắt/);
  assert.match(page.text, /href="\/app\/"/);
});

test('a code of the app is the second step; used once, also after a restart', async () => {
  const citizen = await atLevel2('guardian.hanoi');
  const begun = await citizen.ok(citizen.post('/api/me/authenticators/totp/begin'));
  assert.match(begun.qr_svg, /^<svg/);
  const clock = async () => Date.parse((await citizen.ok(citizen.get('/api/session'))).now);
  await refused(citizen.post('/api/me/authenticators/totp', { ceremony: begun.ceremony, answer: '000000' }), 403, 'authenticator_wrong');
  const first = totp(begun.secret, await clock());
  assert.equal((await citizen.post('/api/me/authenticators/totp', { ceremony: begun.ceremony, answer: first })).status, 201);
  const fresh = await place.as('guardian.hanoi');
  assert.equal((await securityOf(fresh)).level, 1);
  await refused(fresh.post('/api/session/proofs/totp/answer', { answer: first }), 403, 'code_used');
  const next = totp(begun.secret, (await clock()) + 30000);
  assert.equal((await fresh.ok(fresh.post('/api/session/proofs/totp/answer', { answer: next }))).acr, 'urn:danh:acr:2');
  assert.deepEqual((await securityOf(fresh)).amr, ['pwd', 'otp', 'mfa']);
  await restart();
  await refused((await place.as('guardian.hanoi')).post('/api/session/proofs/totp/answer', { answer: next }), 403, 'code_used');
});

test('[N16 accepts] [N16 refuses] recovery codes: ten, each once, by the page; level 1 alone', async () => {
  const citizen = await atLevel2('student.hanoi');
  const made = await citizen.post('/api/me/authenticators/recovery_codes', {});
  assert.equal(made.status, 201);
  assert.equal(new Set(made.body.codes).size, 10);
  const use = async (code, pin = pinOf('student.hanoi')) => {
    const client = place.client();
    return { client, answer: await client.post('/sign-in', form({ step: 'recovery', pin, code, level: '1', next: '/app/' })) };
  };
  const { client, answer } = await use(made.body.codes[0].toLowerCase().replaceAll('-', ' '));
  assert.equal(answer.status, 303);
  assert.deepEqual([(await securityOf(client)).level, (await securityOf(client)).amr], [1, ['rcv']]);
  const again = (await use(made.body.codes[0])).answer;
  const nobody = (await use(made.body.codes[1], '001099999999')).answer;
  assert.deepEqual([again.status, nobody.status], [403, 403]);
  const strip = (page) => page.text.replaceAll(/value="\d{12}"/g, '').replaceAll(/\d\d•+\d\d/g, '');
  assert.equal(strip(again), strip(nobody));
  assert.equal((await securityOf(citizen)).authenticators[0].codes_left, 9);
});

test('a device signs a challenge in a JWS; another key, audience or challenge opens nothing', async () => {
  const citizen = await atLevel2('citizen.hanoi.wife');
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = keys.publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y })).digest('base64url');
  const part = (object) => Buffer.from(JSON.stringify(object)).toString('base64url');
  const jws = (payload, header = {}) => {
    const input = `${part({ alg: 'ES256', typ: 'danh-device+jwt', kid, ...header })}.${part(payload)}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const begun = await citizen.ok(citizen.post('/api/me/authenticators/device/begin'));
  const added = await citizen.post('/api/me/authenticators/device', { ceremony: begun.ceremony, answer: jws(begun.options), key: JSON.stringify(jwk) });
  assert.equal(added.status, 201, added.text);
  const client = place.client();
  const attempts = [[{ aud: 'https://evil.example' }], [{ challenge: 'AAAA' }], [{}, { alg: 'none' }], [{}, { jwk }], [{}, { typ: 'JWT' }]];
  for (const [claims, header] of attempts) {
    const started = await client.ok(client.post('/api/sign-in/device'));
    const answer = await client.post('/api/sign-in/device/answer', { ceremony: started.ceremony, answer: jws({ ...started.options, ...claims }, header) });
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.text}`);
  }
  const started = await client.ok(client.post('/api/sign-in/device'));
  const answer = await client.post('/api/sign-in/device/answer', { ceremony: started.ceremony, answer: jws(started.options) });
  assert.deepEqual([answer.status, answer.body], [200, { acr: 'urn:danh:acr:1' }]);
  assert.equal((await securityOf(client)).level, 1);
});

test('[N15 accepts] [N15 refuses] renaming, removing and signing out elsewhere are one\'s own', async () => {
  const citizen = await atLevel2('citizen.hanoi');
  const passkey = await addPasskey(citizen);
  const stranger = await atLevel2('citizen.hue');
  await refused(stranger.request('DELETE', `/api/me/authenticators/${passkey.row}`), 404, 'authenticator_unknown');
  await refused(stranger.put(`/api/me/authenticators/${passkey.row}`, { name: 'x' }), 404, 'authenticator_unknown');
  assert.equal((await citizen.put(`/api/me/authenticators/${passkey.row}`, { name: 'Điện thoại cũ' })).status, 204);
  await refused(citizen.put(`/api/me/authenticators/${passkey.row}`, { name: 'x'.repeat(61) }), 422, 'authenticator_name');
  const elsewhere = await place.as('citizen.hanoi');
  const { sessions } = await securityOf(elsewhere);
  const mine = sessions.find((s) => s.current);
  await refused(stranger.request('DELETE', `/api/me/sessions/${mine.id}`), 404, 'authenticator_unknown');
  assert.equal((await citizen.request('DELETE', `/api/me/sessions/${mine.id}`)).status, 204);
  await refused(elsewhere.get('/api/session'), 401, 'signed_out');
  assert.equal((await citizen.request('DELETE', `/api/me/authenticators/${passkey.row}`)).status, 204);
  assert.equal((await signInWith(passkey)).answer.status, 403);
});

test('a number nobody has gets the same pages and the same options, and is never turned away', async () => {
  const pages = [];
  for (const pin of [pinOf('citizen.hue'), '001099999999', 'no number']) {
    const client = place.client();
    const page = await client.post('/sign-in', form({ step: 'number', pin, next: '/app/' }));
    assert.equal(page.status, 200);
    assert.match(page.text, /href="\/recover"/);
    assert.match(page.text, /href="\/sign-up"/);
    assert.ok(!page.text.replaceAll(/<input[^>]*>/g, '').includes(pin), 'the middle eight digits are not shown');
    pages.push(page.text.replaceAll(/name="pin" value="[^"]*"/g, '').replaceAll(/(\d\d)?•+(\d\d)?/g, ''));
    const { options } = await client.ok(client.post('/sign-in/passkey/begin', form({ step: 'passkey', pin })));
    assert.equal(options.allowCredentials.length, 1);
  }
  assert.equal(pages[0], pages[1]);
  assert.equal(pages[1], pages[2]);
});

test('next leads to pages of ours and nowhere else, on every form', async () => {
  for (const next of ['//evil.example/', 'https://evil.example/', '/\\evil', '/devices', '/interactive', '/app', 'javascript:alert(1)', '/app/\r\nSet-Cookie: x=1']) {
    const client = place.client();
    const page = await client.get(`/sign-in?next=${encodeURIComponent(next)}`);
    if (page.status === 200) assert.match(page.text, /name="next" value="\/app\/"/);
    const signed = await client.post('/sign-in', form({ step: 'password', pin: pinOf('citizen.hue'), password: place.synth.demo_password, level: '2', next }));
    assert.equal(signed.headers.location, '/sign-in?level=2&next=%2Fapp%2F');
  }
  for (const next of ['/device', '/device?user_code=ABCD', '/interact/abc', '/app/wallet?x=1']) {
    const client = place.client();
    const signed = await client.post('/sign-in', form({ pin: pinOf('citizen.hue'), password: place.synth.demo_password, next }));
    assert.equal(signed.headers.location, next);
  }
});

test('[N14 accepts] [N14 refuses] a number is told of things, and no code sent to it signs anybody in', async () => {
  const citizen = await atLevel2('citizen.danang');
  await addPasskey(citizen);
  const { items } = await citizen.ok(citizen.get('/api/demo/messages'));
  assert.ok(items.some((m) => /vừa được thêm vào/.test(m.text)));
  for (const kind of ['sms', 'one_time_code', 'email']) {
    await refused(place.client().post(`/api/sign-in/${kind}`, {}), 422, 'authenticator_kind');
    await refused(citizen.post(`/api/session/proofs/${kind}/answer`, { answer: '123456' }), 422, 'authenticator_kind');
  }
});

test('a new browser is told to the holder on the account\'s own number, a known one is not', async () => {
  const told = async () => { // of this kind of device: notices of one text that wait to be sent are one
    const { items } = await place.client().ok(place.client().get('/api/demo/messages'));
    return items.filter(({ text }) => text.includes('thiết bị mới: Firefox trên iPad')).map(({ to }) => to);
  };
  const iPad = { headers: { 'User-Agent': 'Mozilla/5.0 (iPad; CPU OS 18_1) FxiOS/130' } };
  const signIn = (browser) => browser.post('/sign-in', form({ pin: pinOf('citizen.hue'), password: place.synth.demo_password }), iPad);
  const known = await place.as('citizen.hue');
  assert.equal((await signIn(known)).status, 303);
  assert.deepEqual(await told(), []);
  assert.equal((await signIn(place.client())).status, 303);
  assert.equal((await told()).length, 1);
});

test('a new passcode takes a fresh proof, ends the other sessions, tells the holder, and the old one opens nothing', async () => {
  const name = 'digital.hanoi';
  const elsewhere = await place.as(name);
  const weak = await place.as(name);
  await refused(weak.put('/api/me/password', { passcode: '918273' }), 401, 'insufficient_user_authentication');
  const citizen = await atLevel2(name);
  const current_password = place.synth.demo_password;
  await refused(citizen.put('/api/me/password', { passcode: '12345', current_password }), 422, 'passcode_form');
  await refused(citizen.put('/api/me/password', { passcode: '123456', current_password }), 422, 'passcode_trivial');
  await refused(citizen.put('/api/me/password', { passcode: '918273' }), 422, 'field_missing');
  assert.equal((await elsewhere.get('/api/session')).status, 200, 'what was refused ends nothing');
  assert.equal((await citizen.put('/api/me/password', { passcode: '918273', current_password })).status, 204);
  assert.equal((await elsewhere.get('/api/session')).status, 401);
  assert.equal((await citizen.get('/api/session')).status, 200);
  const told = (await citizen.ok(citizen.get('/api/demo/messages'))).items.filter((m) => /Mã bí mật 6 số của ông\/bà vừa được đổi/.test(m.text));
  assert.ok(told.length >= 1, 'the account’s own number hears of it');
  await refused(citizen.post('/api/session/passcode', { passcode: place.synth.demo_passcode }), 403, 'passcode_wrong');
  assert.equal((await citizen.post('/api/session/passcode', { passcode: '918273' })).status, 204);
  const { items } = await citizen.ok(citizen.get('/api/me/history'));
  assert.ok(items.some((e) => e.event === 'passcode_changed'));
});
