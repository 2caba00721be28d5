// Which passkeys a service takes: models and makers of its own list, held against what a passkey said of itself when it was added. How a sign-in by
// passkey ends at a service that the person has agreed to.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation, danhWithInput } from './lib/installation.mjs';
import { Passkey, maker } from './lib/passkey.mjs';
import { RelyingParty, decide, follow, verified } from './lib/relying_party.mjs';

const MODEL = 'cb69481e-8ff7-4039-93ec-0a2729a154a8';
const OTHER_MODEL = '2fc0579f-8113-47ea-b116-bb5a8db9202a';
let place;
let hoaSen;
before(async () => {
  place = await Installation.open({ receivers: false });
  hoaSen = maker(MODEL);
});
after(() => place?.close());

const form = (fields) => new URLSearchParams(fields);
const known = (...aaguids) => ({ danh_passkeys: { attestation: 'known', aaguids } });
const certified = (changes = {}) => ({ danh_passkeys: { attestation: 'certified', roots: [hoaSen.root.toString('base64')], ...changes } });

async function withPasskey(name, options, attested = true) {
  const citizen = await place.as(name);
  await citizen.post('/sign-in', form({ step: 'passcode', raise: '1', code: place.synth.demo_passcode, level: '2', next: '/app/' }));
  const passkey = new Passkey(place.url, options);
  const begun = await citizen.ok(citizen.post('/api/me/authenticators/passkey/begin', attested ? { attested: true } : {}));
  assert.equal(begun.options.attestation, attested ? 'direct' : 'none');
  const added = await citizen.post('/api/me/authenticators/passkey', { ceremony: begun.ceremony, answer: passkey.create(begun.options) });
  assert.equal(added.status, 201, added.text);
  return { citizen, passkey };
}
async function signInWith(passkey) {
  const client = place.client();
  const fields = { step: 'passkey', level: '2', next: '/app/' };
  const begun = await client.ok(client.post('/sign-in/passkey/begin', form(fields)));
  assert.equal((await client.post('/sign-in', form({ ...fields, ceremony: begun.ceremony, answer: passkey.get(begun.options) }))).status, 303);
  return client;
}
/** Where a sign-in at that service leads: 'page' (consent), the tokens' claims, or the address of the sign-in page. */
async function arrive(browser, party, changes = { acr_values: 'urn:danh:acr:2' }) {
  const answer = await follow(browser, await browser.get(party.address(party.question(changes))));
  if (answer.status === 303 && answer.headers.location.startsWith('/sign-in')) return { asked: answer.headers.location };
  const { code } = party.read(answer.status === 200 ? await decide(browser, answer) : answer);
  const { body } = await party.redeem(code);
  const { acr, amr } = await verified(place, body.id_token);
  return { acr, amr };
}

// [W11 accepts] [W11 refuses]
test('a service that lists models takes those that say they are one, at the level they prove; any other is no passkey to it', async () => {
  const { passkey } = await withPasskey('citizen.hanoi', { model: MODEL, flags: 1 | 4 });
  const browser = await signInWith(passkey);
  const plain = await RelyingParty.register(place);
  const listing = await RelyingParty.register(place, known(MODEL));
  const elsewhere = await RelyingParty.register(place, known(OTHER_MODEL));
  const reached = { acr: 'urn:danh:acr:2', amr: ['user', 'hwk', 'mfa'] };
  assert.deepEqual(await arrive(browser, plain), reached);
  assert.deepEqual(await arrive(browser, listing), reached);
  const { asked } = await arrive(browser, elsewhere);
  assert.match(asked, /level=2&passkey=1$/);
  const page = await browser.get(asked);
  assert.equal(page.status, 200, 'no way round through the level there is');
  assert.match(page.text, /chỉ nhận khóa truy cập thuộc loại được chứng nhận/);
  assert.match(page.text, /href="\/app\/security\?attested=1"/);
});

test('what counts is what was said when it was added: one that said nothing fits no rule', async () => {
  const { passkey } = await withPasskey('citizen.hue', { model: MODEL }, false);
  const browser = await signInWith(passkey);
  const { asked } = await arrive(browser, await RelyingParty.register(place, known(MODEL)));
  assert.match(asked ?? '', /passkey=1$/);
});

test('certified: the maker’s certificate, not the word of the key itself; revoked certificates and other models are refused', async () => {
  const { passkey } = await withPasskey('elderly.hanoi', { model: MODEL, maker: hoaSen });
  const browser = await signInWith(passkey);
  assert.equal((await arrive(browser, await RelyingParty.register(place, certified()))).acr, 'urn:danh:acr:2');
  assert.equal((await arrive(browser, await RelyingParty.register(place, certified({ aaguids: [MODEL] })))).acr, 'urn:danh:acr:2');
  const { createHash } = await import('node:crypto');
  const revoked = createHash('sha256').update(hoaSen.certificate).digest('hex');
  for (const rule of [{ aaguids: [OTHER_MODEL] }, { revoked: [revoked] }, { roots: [maker(MODEL).root.toString('base64')] }]) {
    assert.match((await arrive(browser, await RelyingParty.register(place, certified(rule)))).asked ?? '', /passkey=1$/, JSON.stringify(rule));
  }
  const own = await withPasskey('student.hanoi', { model: MODEL });
  assert.match((await arrive(await signInWith(own.passkey), await RelyingParty.register(place, certified()))).asked ?? '', /passkey=1$/, 'self-attested');
});

test('required: a password, a passcode and a face do not do; the right passkey in the same session does', async () => {
  const party = await RelyingParty.register(place, { danh_passkeys: { ...known(MODEL).danh_passkeys, required: true } });
  const { citizen, passkey } = await withPasskey('poor.hanoi', { model: MODEL });
  const { asked } = await arrive(citizen, party);
  assert.match(asked, /passkey=1$/);
  const fields = { step: 'passkey', raise: '1', passkey: '1', level: '2', next: new URL(asked, place.url).searchParams.get('next') };
  const begun = await citizen.ok(citizen.post('/sign-in/passkey/begin', form(fields)));
  assert.equal(begun.options.userVerification, 'required');
  const back = await citizen.post('/sign-in', form({ ...fields, ceremony: begun.ceremony, answer: passkey.get(begun.options) }));
  assert.deepEqual([back.status, back.headers.location], [303, fields.next]);
  assert.equal((await arrive(citizen, party)).acr, 'urn:danh:acr:2');
  const { authenticators } = await citizen.ok(citizen.get('/api/me/authenticators'));
  assert.equal((await citizen.request('DELETE', `/api/me/authenticators/${authenticators[0].id}`)).status, 204);
  assert.match((await arrive(citizen, party)).asked ?? '', /passkey=1$/, 'a passkey that is gone fits nothing');
});

test('without rule and without page, prompt=none is told to the client', async () => {
  const party = await RelyingParty.register(place, { danh_passkeys: { ...known(MODEL).danh_passkeys, required: true } });
  const browser = await place.as('digital.hanoi');
  const answer = await browser.get(party.address(party.question({ prompt: 'none' })));
  assert.equal(party.read(answer).error, 'login_required');
});

test('a rule that contradicts itself is refused when the service is registered', async () => {
  const base = { client_id: 'quy-tac', client_name: 'Kho', danh_owner: 'Kho', danh_purpose: 'Kho', application_type: 'native', token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/cb'] };
  for (const rule of [{ attestation: 'known' }, { attestation: 'certified' }, { attestation: 'any' }, { attestation: 'known', aaguids: ['cb69481e'] }, {},
    { attestation: 'known', aaguids: ['cb69481e8ff7403993ec0a2729a154a8----'] }, { attestation: 'certified', roots: ['%%'] }, { attestation: 'known', aaguids: [MODEL], colour: 1 },
    { attestation: 'known', aaguids: [MODEL], revoked: ['00'] }]) {
    const made = await danhWithInput(JSON.stringify({ ...base, danh_passkeys: rule }), 'client', 'add', '-', '--data', place.data, '--json');
    assert.notEqual(made.code, 0, JSON.stringify(rule));
    assert.match(made.stderr, /danh_passkeys/);
  }
});

/** The form of a sign-in by passkey that an interaction asks for, answered. */
async function answerFor(browser, passkey, next) {
  const fields = { step: 'passkey', level: '2', next };
  const begun = await browser.ok(browser.post('/sign-in/passkey/begin', form(fields)));
  return form({ ...fields, ceremony: begun.ceremony, answer: passkey.get(begun.options) });
}
async function askedToSignIn(browser, party, changes = {}) {
  const { location } = (await browser.get(party.address(party.question({ acr_values: 'urn:danh:acr:2', ...changes })))).headers;
  return new URL(location, place.url).searchParams.get('next');
}

test('a sign-in by passkey ends at the service agreed to, without another page; of five answers at once one has the code, and all are signed in', async () => {
  const { passkey } = await withPasskey('citizen.hue', {});
  const party = await RelyingParty.register(place);
  await arrive(await signInWith(passkey), party);
  const browser = place.client();
  const next = await askedToSignIn(browser, party);
  assert.match(next, /^\/interact\//);
  const answers = await Promise.all(Array.from({ length: 5 }, () => answerFor(browser, passkey, next)));
  const back = await Promise.all(answers.map((answer) => browser.post('/sign-in', answer)));
  assert.deepEqual(new Set(back.map(({ status }) => status)), new Set([303]));
  const [ended, ...more] = back.filter(({ headers }) => !headers.location.startsWith('/interact/'));
  assert.equal(more.length, 0, 'one use');
  const { body } = await party.redeem(party.read(ended).code);
  assert.deepEqual((await verified(place, body.id_token)).amr, ['user', 'swk', 'mfa']);
  assert.equal((await browser.get(next)).status, 404, 'answered');
  assert.equal((await browser.post('/sign-in', answers[0])).status, 403, 'the ceremony is used up');
});

test('of ten sign-ins at once, where five sessions may stand, all succeed and the five last ones stay', async () => {
  const { passkey } = await withPasskey('citizen.hue', {});
  for (let round = 0; round < 8; round++) { // each of the ten ends the oldest one there is, which another may be ending
    const browsers = Array.from({ length: 10 }, () => place.client());
    const answers = await Promise.all(browsers.map((browser) => answerFor(browser, passkey, '/app/')));
    const back = await Promise.all(browsers.map((browser, at) => browser.post('/sign-in', answers[at])));
    assert.deepEqual(back.map(({ status }) => status), Array(10).fill(303), back.map(({ text }) => text).join());
    const seen = await Promise.all(browsers.map((browser) => browser.get('/api/session')));
    assert.equal(seen.filter(({ status }) => status === 200).length, 5);
  }
});

test('what a sign-in alone does not answer stays a page: a consent asked for, a purpose of other words, a rule on passkeys', async () => {
  const { passkey } = await withPasskey('citizen.hanoi', {});
  const party = await RelyingParty.register(place);
  await arrive(await signInWith(passkey), party);
  const unknown = await RelyingParty.register(place);
  const ruled = await RelyingParty.register(place, known(MODEL));
  for (const [service, changes] of [[party, { prompt: 'consent' }], [unknown, {}], [ruled, {}]]) {
    const browser = place.client();
    const next = await askedToSignIn(browser, service, changes);
    const back = await browser.post('/sign-in', await answerFor(browser, passkey, next));
    assert.deepEqual([back.status, back.headers.location], [303, next], JSON.stringify(changes));
  }
});

// The person answers elsewhere: what counts there is the passkey of the session that approves.
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const CIBA = 'urn:openid:params:grant-type:ciba';
const waitingParty = (grant, rule) => RelyingParty.register(place, { redirect_uris: undefined, application_type: 'web', grant_types: [grant],
  token_endpoint_auth_method: 'client_secret_basic', ...(grant === CIBA ? { backchannel_token_delivery_mode: 'poll' } : {}), ...rule });
const machine = async (party, path, fields) => {
  const headers = { Authorization: `Basic ${Buffer.from(`${party.id}:${party.secret}`).toString('base64')}`, Origin: null };
  return place.client().request('POST', path, { body: form(fields), headers });
};
const tokenOf = (page) => /name="token" value="([^"]*)"/.exec(page.text)?.[1];
const WAYS = {
  async device(browser, party) {
    const { body } = await machine(party, '/oidc/device_authorization', { scope: 'openid name', acr_values: 'urn:danh:acr:2' });
    const answer = (fields = {}) => browser.post('/device', form({ user_code: body.user_code, ...fields }));
    return { show: () => answer(), answer, poll: () => machine(party, '/oidc/token', { grant_type: DEVICE, device_code: body.device_code }) };
  },
  async ciba(browser, party) {
    const { body } = await machine(party, '/oidc/backchannel-authentication',
      { scope: 'openid name', login_hint: place.identity('digital.hanoi').pin, binding_message: `QUAY ${party.id}`, acr_values: 'urn:danh:acr:2' });
    const { items } = await browser.ok(browser.get('/api/approvals'));
    const address = `/approvals/${items.find((item) => item.message === `QUAY ${party.id}`).id}`;
    return { show: () => browser.get(address), answer: (fields) => browser.post(address, form(fields)),
      poll: () => machine(party, '/oidc/token', { grant_type: CIBA, auth_req_id: body.auth_req_id }) };
  },
};
// [W11 accepts] [W11 refuses]
test('a device and a counter: approved with a passkey the service takes; with any other, or without the one it requires, not even by a form made up', async () => {
  const { passkey } = await withPasskey('digital.hanoi', { model: MODEL, flags: 1 | 4 });
  const browser = await signInWith(passkey);
  const password = await place.as('digital.hanoi');
  const required = (model) => ({ danh_passkeys: { ...known(model).danh_passkeys, required: true } });
  for (const [way, grant] of [['device', DEVICE], ['ciba', CIBA]]) {
    const listing = await WAYS[way](browser, await waitingParty(grant, required(MODEL)));
    const page = await listing.show();
    assert.equal(page.status, 200, way);
    const token = tokenOf(page);
    assert.equal((await listing.answer({ token, decision: 'agree' })).status, 200, way);
    const { body } = await listing.poll();
    const { acr, amr } = await verified(place, body.id_token);
    assert.deepEqual([acr, amr], ['urn:danh:acr:2', ['user', 'hwk', 'mfa']], way);

    const elsewhere = await WAYS[way](browser, await waitingParty(grant, known(OTHER_MODEL)));
    const sent = await elsewhere.show();
    assert.deepEqual([sent.status, /passkey=1/.test(sent.headers.location ?? '')], [303, true], `${way}: ${sent.headers.location}`);
    assert.notEqual((await elsewhere.answer({ token, decision: 'agree' })).status, 200, `${way}: another request's form`);
    assert.equal((await elsewhere.poll()).body.error, 'authorization_pending', way);

    const strict = await WAYS[way](password, await waitingParty(grant, required(MODEL)));
    const asked = await strict.show();
    assert.deepEqual([asked.status, /passkey=1/.test(asked.headers.location ?? '')], [303, true], `${way}: a password alone`);
    assert.equal((await strict.poll()).body.error, 'authorization_pending', way);
  }
});
