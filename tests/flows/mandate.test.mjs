// Acting for another: a delegate within scope, the end that holds at once, a child at fourteen and eighteen, papers of a notary with two officers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation, danh } from './lib/installation.mjs';
import { newKey } from '../../script/lib/client.mjs';
import { PURPOSE, dossier, form, read, refused } from './lib/story.mjs';

let place;
before(async () => {
  place = await Installation.open();
});
after(() => place?.close());

const day = (days) => new Date(place.now() + 7 * 3600e3 + days * 86400e3).toISOString().slice(0, 10);
const passcode = (client) => client.ok(client.post('/api/session/passcode', { passcode: place.synth.demo_passcode }));
const actFor = (client, ref) => client.ok(client.put('/api/session/mandate', { person: ref }));
const offerTo = (name, more = {}) => {
  const { pin, full_name } = place.identity(name);
  return { pin, name: full_name, scopes: ['dossier.lltp'], to: day(30), ...more };
};

/** A mandate from one to the other, accepted: {giver, delegate, id, ref}. */
async function delegation(from, to, more) {
  const giver = await place.as(from);
  const delegate = await place.as(to);
  await passcode(giver);
  const { id, principal } = await giver.ok(giver.post('/api/mandates', offerTo(to, more)));
  await delegate.ok(delegate.post(`/api/mandates/${id}/accept`));
  return { giver, delegate, id, ref: principal.ref };
}

/** The last entries of the ledger. */
async function ledger(lines = 40) {
  const { stdout } = await danh('ledger', 'tail', '--lines', String(lines), '--data', place.data, '--json');
  return stdout;
}

test('a delegate acts within scope, says so first, and both persons stand in the ledger', async () => {
  const { giver, delegate, ref } = await delegation('citizen.hanoi', 'poor.hanoi');
  const lone = await form(delegate, { subject: 'self' });
  await refused(delegate.post('/api/procedures/lltp/preview', { subject: ref, certificate: 1, copies: 1 }), 422, 'field_value'); // not said yet
  const session = await actFor(delegate, ref);
  assert.deepEqual([session.acting_for.ref, session.acting_for.kind.code, session.acting_for.ended], [ref, 'delegate', false]);
  assert.deepEqual(session.acting_for.scopes.map((s) => s.word), ['dossier.lltp']);
  const shown = await delegate.ok(delegate.get('/api/procedures/lltp/form'));
  assert.deepEqual(shown.subjects.map((s) => [s.ref, s.relation]), [[ref, 'principal']]);
  await refused(delegate.post('/api/dossiers', lone, { headers: { 'Idempotency-Key': newKey() } }), 422, 'field_value'); // "self" is nobody here
  const body = { ...(await form(delegate, { subject: ref })), channel: 'online' };
  const sent = await delegate.ok(delegate.post('/api/dossiers', body, { headers: { 'Idempotency-Key': newKey() } }));
  const mine = await read(giver, sent.code);
  assert.equal(mine.code, sent.code, 'it is hers');
  assert.deepEqual((await delegate.ok(delegate.get('/api/dossiers'))).items.map((d) => d.code), [sent.code]);
  const { items } = await giver.ok(giver.get('/api/me/reads'));
  assert.ok(items.some((r) => r.who.role.en === 'Delegate' && /ủy quyền/.test(r.purpose)), 'she sees that her delegate read it');
  assert.match(await ledger(), /"kind":"dossier.submit"/);
  await delegate.ok(delegate.put('/api/session/mandate', {}));
  await refused(delegate.get(`/api/dossiers/${sent.code}`), 404, 'dossier_unknown'); // as themself it is nobody's business
});

test('outside the scope everything is refused', async () => {
  const { giver, delegate, id, ref } = await delegation('citizen.hue', 'elderly.hanoi');
  const hers = (await giver.ok(giver.post('/api/dossiers', await form(giver, {}), { headers: { 'Idempotency-Key': newKey() } }))).code;
  await actFor(delegate, ref);
  await passcode(delegate);
  await refused(delegate.get('/api/wallet'), 403, 'mandate_scope');
  await refused(delegate.get('/api/me/reads'), 403, 'mandate_scope');
  await refused(delegate.get(`/api/dossiers/${hers}`), 404, 'dossier_unknown'); // she filed it herself: dossier.view was not given
  await refused(delegate.post(`/api/dossiers/${hers}/withdraw`, {}), 404, 'dossier_unknown');
  for (const path of ['/api/me', '/api/me/history', '/api/mandates']) await refused(delegate.get(path), 403, 'mandate_self_only');
  const second = await delegate.ok(delegate.post('/api/procedures/lltp/preview', { subject: ref, certificate: 2, copies: 1 }));
  assert.match(second.refusal.en, /nobody may be authorised/);
  await delegate.ok(delegate.put('/api/session/mandate', {}));
  await giver.ok(giver.post(`/api/mandates/${id}/revoke`, { reason: 'Không cần nữa' }));
});

test('a delegate of a delegate does not exist', async () => {
  const { giver, delegate, id, ref } = await delegation('citizen.hue', 'poor.hanoi');
  await passcode(delegate);
  await actFor(delegate, ref);
  await refused(delegate.post('/api/mandates', offerTo('elderly.hanoi')), 403, 'mandate_self_only');
  await delegate.ok(delegate.put('/api/session/mandate', {}));
  await giver.ok(giver.post(`/api/mandates/${id}/revoke`));
});

test('a revocation holds from the next request of a session that runs, and never turns it into one for oneself', async () => {
  for (const by of ['giver', 'delegate']) {
    const story = await delegation('citizen.hanoi.wife', 'poor.hanoi', { scopes: ['dossier.lltp', 'wallet.view'] });
    const { delegate, ref, id } = story;
    await actFor(delegate, ref);
    await delegate.ok(delegate.get('/api/wallet'));
    const other = by === 'giver' ? story.giver : await place.as('poor.hanoi');
    await other.ok(other.post(`/api/mandates/${id}/revoke`));
    for (const path of ['/api/wallet', '/api/dossiers', '/api/procedures/lltp/form']) await refused(delegate.get(path), 403, 'mandate_ended');
    await refused(delegate.post('/api/dossiers', {}, { headers: { 'Idempotency-Key': newKey() } }), 403, 'mandate_ended');
    const { acting_for } = await delegate.ok(delegate.get('/api/session'));
    assert.deepEqual([acting_for.ended, acting_for.kind, acting_for.scopes], [true, null, []]);
    const back = await delegate.ok(delegate.put('/api/session/mandate', {}));
    assert.equal(back.acting_for, null);
    await delegate.ok(delegate.get('/api/wallet'));
    await refused(delegate.put('/api/session/mandate', { person: ref }), 403, 'no_mandate');
    await refused(delegate.post(`/api/mandates/${id}/accept`), 409, 'mandate_state');
  }
});

test('giving needs the passcode, and number and name that fit', async () => {
  const giver = await place.as('citizen.hanoi');
  await refused(giver.post('/api/mandates', offerTo('elderly.hanoi')), 403, 'passcode_required');
  await passcode(giver);
  await refused(giver.post('/api/mandates', offerTo('elderly.hanoi', { name: 'Người Khác' })), 422, 'mandate_delegate');
  await refused(giver.post('/api/mandates', offerTo('elderly.hanoi', { pin: '001090999999' })), 422, 'mandate_delegate');
  await refused(giver.post('/api/mandates', offerTo('elderly.hanoi', { scopes: ['dossier.manage'] })), 422, 'mandate_scopes');
  await refused(giver.post('/api/mandates', offerTo('elderly.hanoi', { scopes: ['dossier.lltp wallet.view'] })), 422, 'field_value');
  await refused(giver.post('/api/mandates', offerTo('elderly.hanoi', { to: day(-1) })), 422, 'mandate_dates');
  await refused(giver.post('/api/mandates', offerTo('citizen.hanoi')), 422, 'mandate_delegate');
  const made = await giver.ok(giver.post('/api/mandates', offerTo('elderly.hanoi', { scopes: ['dossier.lltp', 'sign_in:bank.demo'] })));
  assert.deepEqual([made.state.code, made.may, made.scopes.map((s) => s.client)], ['offered', ['withdraw'], [null, 'bank.demo']]);
  const stranger = await place.as('citizen.hue');
  for (const step of ['accept', 'decline', 'withdraw', 'revoke']) await refused(stranger.post(`/api/mandates/${made.id}/${step}`), 404, 'mandate_unknown');
  const named = await place.as('elderly.hanoi');
  const offer = (await named.ok(named.get('/api/mandates'))).for.find((m) => m.id === made.id);
  assert.deepEqual(offer.may, ['accept', 'decline']);
  await named.ok(named.post(`/api/mandates/${made.id}/decline`));
  await refused(giver.post(`/api/mandates/${made.id}/withdraw`), 409, 'mandate_state');
  const messages = await named.ok(named.get('/api/demo/messages'));
  assert.match(JSON.stringify(messages), /đề nghị ủy quyền/);
});

test("a parent chooses the child, and the child's certificate is applied for, received and opened so", async () => {
  const parent = await place.as('citizen.hanoi');
  const { for: mine } = await parent.ok(parent.get('/api/mandates'));
  const child = mine.find((m) => m.kind.code === 'parent');
  assert.deepEqual([child.id, child.may], [null, ['act']]);
  assert.ok(child.to, 'the eighteenth birthday is in sight');
  await actFor(parent, child.principal.ref);
  const code = await dossier(place, 'returned', { citizen: parent, wanted: { subject: child.principal.ref, certificate: 1 } });
  const done = await read(parent, code);
  assert.deepEqual([done.subject.relation, done.subject.name], ['child', child.principal.name]);
  await passcode(parent);
  assert.deepEqual((await parent.ok(parent.get('/api/wallet'))).items.map((d) => d.dossier_code), [code], "the child's wallet alone");
  assert.equal((await parent.ok(parent.get(`/api/wallet/${done.document_id}`))).holder_name, child.principal.name);
  assert.ok((await parent.ok(parent.get('/api/me/reads'))).items.length > 0, "the child's readers");
  await parent.ok(parent.put('/api/session/mandate', {}));
  await refused(parent.put('/api/session/mandate', { person: '4711' }), 403, 'no_mandate');
});

test('an officer who takes a post acts for nobody else, and who acts for another holds no post', async () => {
  const officer = await place.as('01.one_stop_officer');
  await passcode(officer);
  const friend = await place.as('poor.hanoi');
  await passcode(friend);
  const { id, principal } = await friend.ok(friend.post('/api/mandates', offerTo('01.one_stop_officer')));
  await officer.ok(officer.post(`/api/mandates/${id}/accept`));
  await actFor(officer, principal.ref);
  await refused(officer.get('/api/desk/queue'), 403, 'mandate_self_only');
  const session = await officer.takePost('one_stop_officer');
  assert.equal(session.acting_for, null);
  await officer.ok(officer.get('/api/desk/queue'));
  assert.equal((await actFor(officer, principal.ref)).acting_post, null);
});

test('a notarised paper: entered by one officer, confirmed by another, used at the counter, refused after its end', async () => {
  const clerk = await place.officer('one_stop_officer');
  const records = await place.officer('records_officer');
  const hue = await place.officer('records_officer', '46');
  const paper = {
    principal_pin: place.identity('elderly.hanoi').pin, actor_pin: place.identity('poor.hanoi').pin, scopes: ['dossier.lltp'], to: day(200),
    office: 'Văn phòng công chứng Sao Mai', number: '1234/2026/CCHĐ', date: day(-2), purpose: PURPOSE,
  };
  const atCounter = (applicant) => clerk.get(`/api/desk/procedures/lltp/form?applicant_pin=${applicant}&purpose=${encodeURIComponent(PURPOSE)}`);
  const { full_name } = place.identity('elderly.hanoi');
  const principalAt = async () => (await clerk.ok(atCounter(paper.actor_pin))).subjects.find((s) => s.relation === 'principal' && s.name === full_name);
  assert.equal(await principalAt(), undefined);
  await refused(clerk.post('/api/desk/mandates', { ...paper, number: ' ' }), 422, 'mandate_document');
  await refused(clerk.post('/api/desk/mandates', { ...paper, purpose: 'xem' }), 422, 'purpose_required');
  await refused(records.post('/api/desk/mandates', paper), 403, 'role');
  const entered = await clerk.ok(clerk.post('/api/desk/mandates', paper));
  assert.deepEqual([entered.kind.code, entered.state.code, entered.document.number], ['notarised', 'offered', paper.number]);
  await refused(clerk.post(`/api/desk/mandates/${entered.id}/confirm`), 403, 'decider_may_not_seal');
  await refused(hue.post(`/api/desk/mandates/${entered.id}/confirm`), 404, 'mandate_unknown');
  assert.deepEqual((await records.ok(records.get('/api/desk/mandates'))).items.map((m) => m.id), [entered.id]);
  await records.ok(records.post(`/api/desk/mandates/${entered.id}/confirm`));

  const principal = await principalAt();
  assert.ok(principal, 'named at the counter');
  const question = { applicant_pin: paper.actor_pin, look_up_purpose: PURPOSE, subject: principal.ref, certificate: 1, copies: 1, channel: 'counter' };
  assert.equal((await clerk.ok(clerk.post('/api/desk/procedures/lltp/preview', question))).refusal, null);
  const second = await clerk.ok(clerk.post('/api/desk/procedures/lltp/preview', { ...question, certificate: 2 }));
  assert.match(second.refusal.en, /nobody may be authorised/);

  const holder = await place.as('elderly.hanoi');
  const hers = (await holder.ok(holder.get('/api/mandates'))).of.find((m) => m.id === entered.id);
  assert.deepEqual([hers.state.code, hers.may], ['active', ['revoke']]);
  await holder.ok(holder.post(`/api/mandates/${entered.id}/revoke`));
  assert.equal(await principalAt(), undefined);
  assert.ok((await holder.ok(holder.get('/api/me/reads'))).items.some((r) => r.what.en === 'Read a notarised authorisation'));
});

test('a mandate ends with its last day', async () => {
  const { delegate, ref } = await delegation('citizen.hue', 'citizen.hanoi.wife', { to: day(1) });
  await actFor(delegate, ref);
  await place.moveTo(`${day(1)}T23:50:00+07:00`);
  const late = await place.as('citizen.hanoi.wife');
  await actFor(late, ref);
  await place.moveTo(`${day(1)}T00:05:00+07:00`);
  await refused(late.get('/api/dossiers'), 403, 'mandate_ended');
  await refused((await place.as('citizen.hanoi.wife')).put('/api/session/mandate', { person: ref }), 403, 'no_mandate');
});
