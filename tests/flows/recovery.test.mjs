// A new phone without the old one. Each attack fails for the attacker, and the same road leads the holder home.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation } from './lib/installation.mjs';
import { REASON, begin, collect, desk, dressed, finish, messages, picture, state, step, vetoIn } from './lib/recovery.mjs';
import { RelyingParty } from './lib/relying_party.mjs';
import { dossier, refused } from './lib/story.mjs';
import { code, token, userinfo } from './lib/token_client.mjs';

let place;
let holder; // {name, pin, phone, card}
let collector;
let approver;
const DAY = 24 * 3600 * 1000;

const row = (sql, ...values) => place.rows(sql, ...values)[0];

/** What the QR code of the person's card says. */
function cardOf(pin, { issued } = {}) {
  const [name, sex, birth, cardIssued] = row('SELECT name, sex, birth, card_issued FROM person WHERE pin = $1', String(Number(pin)));
  const day = (days) => new Date(days * DAY).toISOString().slice(0, 10).split('-').reverse().join('');
  const date = `${String(birth % 100).padStart(2, '0')}${String(Math.floor(birth / 100) % 100).padStart(2, '0')}${Math.floor(birth / 10000)}`;
  return `${pin}||${name}|${date}|${sex === 1 ? 'Nam' : 'Nữ'}|Hà Nội|${issued ?? day(cardIssued)}`;
}

function person(name) {
  const { pin } = place.identity(name);
  const [phone] = row('SELECT a.phone FROM account a JOIN person p USING (person_id) WHERE p.pin = $1', String(Number(pin)));
  return { name, pin, phone, card: cardOf(pin) };
}

const at = (ms) => new Date(place.now() + ms).toISOString();
const later = async (ms) => {
  await place.moveTo(at(ms));
  collector = await place.officer('collector');
  approver = await place.officer('approver');
};
const approve = (officer, number) => officer.post(desk(number, 'approve'));
const signIn = (pin, password) => place.client().signIn(pin, password);
const stop = (veto) => place.client().post('/recover/stop', new URLSearchParams({ v: veto }));

before(async () => {
  place = await Installation.open({ receivers: false });
  holder = person('citizen.hanoi');
  collector = await place.officer('collector');
  approver = await place.officer('approver');
});
after(() => place?.close());

test('a number nobody has, and one of somebody without an account, look like any other', async () => {
  const shape = async (pin) => {
    const client = place.client();
    const opened = await client.post('/recover', new URLSearchParams({ step: 'open', pin }));
    const asked = await step(client, { step: 'number' });
    const wrong = await step(client, { step: 'code', code: '00000000' });
    const shown = await client.get('/recover/case');
    return [opened, asked, wrong, shown].map(({ status, text }) => [status, text.replaceAll(/[0-9A-Z]{4}(-[0-9A-Z]{4})+/g, '')]);
  };
  const known = await shape(holder.pin);
  assert.deepEqual(await shape('001090999999'), known);
  assert.deepEqual(await shape(place.identity('newcomer.hanoi').pin), known);
});

test('[N6 accepts] [N6 refuses] what is asked is what one has or is: the pages know no question, and an answer to one opens nothing', async () => {
  const client = place.client();
  const pages = [await client.get('/recover'), await client.post('/recover', new URLSearchParams({ step: 'open', pin: holder.pin })), await client.get('/recover/case')];
  for (const { status, text } of pages) {
    assert.equal(status, 200, text);
    const asked = [...text.matchAll(/<(?:input|select|textarea)[^>]*\bname="([^"]+)"/g)].map(([, name]) => name);
    for (const name of asked) assert.ok(['step', 'pin', 'claim', 'code', 'lang', 'password', 'password_again', 'passcode', 'passcode_again'].includes(name), name);
  }
  const answered = await client.post('/recover/case', new URLSearchParams({ step: 'question', question: 'mother', answer: 'Trần Thị Mai' }));
  assert.ok(answered.status >= 400 && answered.status < 500, String(answered.status));
  assert.doesNotMatch((await client.get('/recover/case')).text, /name="password"/);
});

test('the new phone: card, two officers, the wait, and the account is the holder\'s again', async () => {
  const old = await place.as('citizen.hanoi'); // the thief's, on the old phone
  const client = place.client();
  const { number, claim } = await begin(client, holder.pin);
  const seen = await collector.ok(collector.get(`${desk(number)}?purpose=${encodeURIComponent(REASON)}`));
  assert.deepEqual([seen.state, seen.person.has_card, JSON.stringify(seen).includes(claim)], ['opened', true, false]);
  await refused(collector.get(`${desk(number)}?purpose=x`), 422, 'purpose_required');
  await refused(collect(collector, number, { card: holder.card, face: picture(2200) }), 413, 'body_too_large');
  await refused(collector.post(desk(number, 'reject'), { reason: 'x'.repeat(140_000) }), 413, 'body_too_large'); // elsewhere nothing is that long
  const collected = await collector.ok(collect(collector, number, { card: holder.card, face: picture(1300), fingerprints: picture(1300) }));
  assert.deepEqual([collected.state, collected.proofs], ['collected', ['person', 'card']]);
  const read = await approver.ok(approver.get(`${desk(number)}?purpose=${encodeURIComponent(REASON)}`));
  assert.deepEqual([seen.findings, read.findings.map((f) => [f.kind, f.opinion.verdict, f.opinion.demonstration, f.seen])],
    [[], [['face', 'unsure', true, true], ['fingerprints', 'unsure', true, true]]], 'the second officer sees what the first one went by');
  assert.equal((await finish(client)).status, 409);
  const waiting = await approver.ok(approve(approver, number));
  assert.deepEqual([waiting.state, waiting.path], ['cooling', 'card']);
  assert.match(await state(client), /Để bảo vệ chủ tài khoản/);
  assert.equal((await finish(client)).status, 409, 'not before the wait is over');
  assert.equal((await old.get('/api/session')).status, 200, 'until then nothing changes');
  await later(3 * DAY + 1000);
  const other = place.client(); // another browser: the claim is typed
  assert.equal((await other.post('/recover', new URLSearchParams({ step: 'claim', claim: claim.toLowerCase().replaceAll('-', ' ') }))).status, 303);
  assert.equal((await finish(other, 'short')).status, 422);
  assert.equal((await finish(other)).status, 303);
  assert.equal((await finish(other)).status, 409, 'once');
  assert.equal((await old.get('/api/session')).status, 401, 'every session of before has ended');
  assert.equal((await signIn(holder.pin, place.synth.demo_password)).status, 401);
  const mine = place.client();
  assert.equal((await mine.signIn(holder.pin, 'ba con mèo trên mái')).status, 303);
  const locks = await mine.ok(mine.get('/api/me/locks'));
  assert.deepEqual(locks.capabilities.filter((c) => c.locks.length > 0).map((c) => [c.capability, c.locks[0].by]), [['sign', 'recovery'], ['pay', 'recovery']]);
  await refused(mine.post('/api/demo-bank/payments', { dossier_code: 'H26.11-261118-0001', amount: 1000 }), 403, 'capability_locked');
  const reads = await mine.ok(mine.get('/api/me/reads'));
  assert.ok(reads.items.some((one) => JSON.stringify(one).includes(REASON)), 'the holder sees who opened the case, and why');
  assert.ok((await messages(place, holder.phone)).some((one) => /đã được lấy lại/.test(one.text)));
});

test('a stolen card: not without the face, not once it is replaced, not with yesterday\'s pictures', async () => {
  const victim = person('citizen.hue');
  const thief = place.client();
  const { number } = await begin(thief, victim.pin);
  await refused(collect(collector, number, { card: victim.card, seen: false }), 403, 'evidence_no_match');
  await refused(collect(collector, number, { card: cardOf(victim.pin, { issued: '01012015' }) }), 403, 'card_not_current');
  const [face, fingerprints] = [picture(), picture()];
  const { ticket } = await collector.ok(collector.post(desk(number, 'capture')));
  await refused(collect(approver, number, { ticket, face, fingerprints }), 403, 'role');
  await collector.ok(collect(collector, number, { ticket, face, fingerprints, card: victim.card }));
  const again = await begin(place.client(), victim.pin);
  await refused(collect(collector, again.number, { face, fingerprints, card: victim.card }), 409, 'evidence_used');
  const coat = { face: dressed(face, 'another day'), fingerprints: dressed(fingerprints, 'another day'), card: victim.card };
  await refused(collect(collector, again.number, coat), 409, 'evidence_used');
  await refused(collect(collector, again.number, { ticket, card: victim.card }), 409, 'evidence_stale');
});

test('[N4 accepts] a SIM swap: a number that changed a moment ago gets no code, and a code alone opens nothing', async () => {
  const victim = person('poor.hanoi');
  const honest = place.client();
  await begin(honest, victim.pin);
  assert.equal((await step(honest, { step: 'number' })).status, 200);
  const [sent] = (await messages(place, victim.phone)).filter((one) => /Không đọc mã/.test(one.text));
  assert.match(sent.code, /^\d{8}$/);
  assert.equal((await step(honest, { step: 'code', code: sent.code })).status, 303);
  assert.match(await state(honest), /Đang chờ/, 'still open: a number opens nothing');
  assert.equal((await step(honest, { step: 'code', code: sent.code })).status, 422, 'once');
  assert.ok(!(await messages(place, victim.phone)).some((one) => one.code === sent.code), 'a used code is no longer shown');
});

test('one bribed officer, or an officer alone, is not enough; two of them still meet the holder', async () => {
  const victim = person('citizen.hanoi.wife');
  const thief = place.client();
  const { number } = await begin(thief, victim.pin);
  const collected = await collector.ok(collect(collector, number, { newPhone: '0500123456' }));
  assert.equal(collected.state, 'collected');
  await refused(approve(collector, number), 403, 'role');
  await refused(collector.post(desk(number, 'approve')), 403, 'role');
  assert.equal((await finish(thief)).status, 409);
  const waiting = await approver.ok(approve(approver, number));
  assert.equal(waiting.path, 'two_officers');
  assert.ok(Date.parse(waiting.waits_until) - place.now() > 6.9 * DAY, 'the longest wait');
  const [notice] = await messages(place, victim.phone);
  const veto = vetoIn(notice.text);
  assert.match((await place.client().get(`/recover/stop?v=${veto}`)).text, /Không phải tôi/);
  assert.match(await state(thief), /Để bảo vệ/, 'looking at the link stops nothing');
  assert.match((await stop(veto)).text, /Đã dừng/);
  assert.equal((await stop(veto)).status, 404);
  assert.match(await state(thief), /đã dừng/);
  assert.equal((await finish(thief)).status, 409);
  assert.equal((await signIn(victim.pin, place.synth.demo_password)).status, 303);
});

test('after a veto the thief who holds the phone cannot stop the holder for ever', async () => {
  const victim = person('citizen.hanoi.wife');
  const mine = place.client();
  const { number } = await begin(mine, victim.pin);
  await collector.ok(collect(collector, number, { card: victim.card }));
  await approver.ok(approve(approver, number));
  const [notice] = await messages(place, victim.phone);
  const answer = await stop(vetoIn(notice.text));
  assert.equal(answer.status, 403);
  assert.match(answer.text, /không còn đủ/);
  const session = await place.as('citizen.hanoi.wife');
  const { recoveries } = await session.ok(session.get('/api/me/locks'));
  assert.ok(recoveries.some((one) => one.number === number && one.contested && one.can_be_stopped));
  await refused(session.post(`/api/me/recoveries/${number}/stop`), 401, 'insufficient_user_authentication');
  assert.equal((await session.post('/api/session/passcode', { passcode: place.synth.demo_passcode })).status, 204);
  await session.ok(session.post(`/api/me/recoveries/${number}/stop`));
});

test('a helper alone opens nothing, and who was named a moment ago is none', async () => {
  const victim = person('digital.hanoi');
  const helper = person('citizen.hue');
  const session = await place.as('digital.hanoi');
  await refused(session.post('/api/me/helpers', { pin: helper.pin }), 401, 'insufficient_user_authentication');
  assert.equal((await session.post('/api/session/passcode', { passcode: place.synth.demo_passcode })).status, 204);
  await refused(session.post('/api/me/helpers', { pin: victim.pin }), 422, 'helper_unfit');
  const { helpers } = await session.ok(session.post('/api/me/helpers', { pin: helper.pin }));
  assert.equal(helpers.length, 1);
  const confirm = async (number) => {
    const client = await place.as('citizen.hue');
    assert.equal((await client.post('/api/session/passcode', { passcode: place.synth.demo_passcode })).status, 204);
    return client.post(`/api/me/recoveries/${number}/help`);
  };
  const early = await begin(place.client(), victim.pin);
  await refused(confirm(early.number), 403, 'not_helper');
  await later(8 * DAY);
  const mine = place.client();
  const { number } = await begin(mine, victim.pin);
  const stranger = await place.as('poor.hanoi');
  assert.equal((await stranger.post('/api/session/passcode', { passcode: place.synth.demo_passcode })).status, 204);
  await refused(stranger.post(`/api/me/recoveries/${number}/help`), 403, 'not_helper');
  assert.equal((await confirm(number)).status, 204);
  assert.match(await state(mine), /Đang chờ/);
  assert.equal((await finish(mine)).status, 409);
  await collector.ok(collect(collector, number));
  const waiting = await approver.ok(approve(approver, number));
  assert.equal(waiting.path, 'helper');
});

test('fifty at once: one ends it', async () => {
  const victim = person('citizen.hue');
  const mine = place.client();
  const { number } = await begin(mine, victim.pin);
  await collector.ok(collect(collector, number, { card: victim.card }));
  await approver.ok(approve(approver, number));
  await later(3 * DAY + 1000);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => finish(mine, `năm mươi lần một lúc ${i}`, '915082')));
  const done = answers.map((one, i) => [one.status, i]).filter(([status]) => status === 303);
  assert.equal(done.length, 1);
  assert.equal((await signIn(victim.pin, `năm mươi lần một lúc ${done[0][1]}`)).status, 303);
  assert.ok(answers.every((one) => one.status === 303 || one.status === 409 || one.status === 503));
});

test('the holder locks one thing and keeps the rest; a thief with the session cannot undo it', async () => {
  const session = await place.as('poor.hanoi');
  const locked = await session.ok(session.post('/api/me/capabilities/submit/lock', { days: 2 }));
  assert.equal(locked.capabilities.find((one) => one.capability === 'submit').locks[0].by, 'holder');
  await refused(dossier(place, 'submitted', { citizen: session }), 403, 'capability_locked');
  assert.equal((await session.get('/api/wallet')).status, 200);
  await refused(session.post('/api/me/capabilities/submit/unlock'), 401, 'insufficient_user_authentication');
  await refused(session.post('/api/me/capabilities/everything/lock'), 422, 'lock_ground');
  assert.equal((await session.post('/api/session/passcode', { passcode: place.synth.demo_passcode })).status, 204);
  await session.ok(session.post('/api/me/capabilities/submit/unlock'));
});

test('a lock on sharing stops what services hold from the next request on, and gives it back [N22 refuses]', async () => {
  const session = await place.as('elderly.hanoi');
  const shop = await RelyingParty.register(place, { application_type: 'web', redirect_uris: ['https://thuvien.example/cb?from=danh'],
    token_endpoint_auth_method: 'client_secret_basic', grant_types: ['authorization_code', 'refresh_token'], scope: 'openid profile offline_access' });
  const given = await token(shop, await code(shop, session));
  assert.equal(given.status, 200, given.text);
  const read = () => userinfo(shop, given.body.access_token);
  assert.equal((await read()).status, 200);
  await session.ok(session.post('/api/me/capabilities/share/lock'));
  assert.equal((await read()).status, 401);
  assert.equal((await session.get('/api/wallet')).status, 200, 'the rest works');
  assert.equal((await session.post('/api/session/passcode', { passcode: place.synth.demo_passcode })).status, 204);
  await session.ok(session.post('/api/me/capabilities/share/unlock'));
  assert.equal((await read()).status, 200);
  assert.equal((await session.post('/api/me/lock', {})).status, 204);
  assert.equal((await read()).status, 401, 'so does the lock of the whole account');
});

test('form TK03: the holder locks the account at once, every session with it', async () => {
  const session = await place.as('poor.hanoi');
  const other = await place.as('poor.hanoi');
  assert.equal((await session.post('/api/me/lock', { reason: 'Mất điện thoại' })).status, 204);
  assert.equal((await other.get('/api/session')).status, 401);
  assert.notEqual((await signIn(place.identity('poor.hanoi').pin, place.synth.demo_password)).status, 303);
});
