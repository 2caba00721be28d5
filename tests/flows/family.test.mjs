// A parent applies for a child and a guardian for a ward: the certificate is theirs to open, and every look is recorded.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation, danh } from './lib/installation.mjs';
import { newKey } from '../../script/lib/client.mjs';
import { dossier, form, refused } from './lib/story.mjs';

let place;
before(async () => {
  place = await Installation.open();
});
after(() => place?.close());

/** How many reads of that kind the ledger holds. */
async function reads(kind) {
  const { stdout } = await danh('ledger', 'tail', '--lines', '200', '--data', place.data, '--json');
  return (stdout.match(new RegExp(`"kind":"${kind}"`, 'g')) ?? []).length;
}

async function subject(client, relation) {
  const { subjects } = await client.ok(client.get('/api/procedures/lltp/form'));
  const found = subjects.find((s) => s.relation === relation);
  assert.ok(found, `nobody is ${relation}`);
  return found;
}

for (const [who, relation, certificate] of [['citizen.hanoi', 'child', 1], ['guardian.hanoi', 'ward', 2]]) {
  test(`a certificate for a ${relation}: applied for, received and opened by who acts for them`, async () => {
    const client = await place.as(who);
    const person = await subject(client, relation);
    const code = await dossier(place, 'returned', { citizen: client, wanted: { subject: person.ref, certificate } });
    const now = await client.ok(client.get(`/api/dossiers/${code}`));
    assert.deepEqual([now.subject.relation, now.subject.name, now.charge.fee.reason.en], [relation, person.name, 'No fee: child.']);
    const id = now.document_id;
    await refused(client.get(`/api/wallet/${id}`), 403, 'passcode_required');
    await client.ok(client.post('/api/session/passcode', { passcode: place.synth.demo_passcode }));
    assert.equal((await client.ok(client.get(`/api/wallet/${id}`))).holder_name, person.name);
    assert.equal((await client.ok(client.get(`/api/wallet/${id}/verification`))).valid, true);
    const earlier = await reads('wallet.read');
    assert.deepEqual((await client.ok(client.get('/api/wallet'))).items.map((d) => d.dossier_code), [code]);
    assert.equal(await reads('wallet.read'), earlier + 1); // the list alone names somebody else's paper

    const stranger = await place.as('poor.hanoi');
    await stranger.ok(stranger.post('/api/session/passcode', { passcode: place.synth.demo_passcode }));
    await refused(stranger.get(`/api/wallet/${id}`), 404, 'document_unknown');
    assert.equal((await stranger.ok(stranger.get('/api/wallet'))).items.length, 0);
    assert.equal(await reads('wallet.read'), earlier + 1); // nobody's paper was shown
  });
}

test('the years since fourteen are asked of whoever is fourteen', async () => {
  for (const [relation, asked] of [['child', false], ['self', true]]) {
    const client = await place.as('citizen.hanoi.wife');
    const body = await form(client, { subject: (await subject(client, relation)).ref, certificate: 2 });
    assert.equal('history' in body.answers, asked, `${relation}: the form asks for it`);
    delete body.answers.history;
    const sent = client.post('/api/dossiers', body, { headers: { 'Idempotency-Key': newKey() } });
    if (asked) assert.equal((await refused(sent, 422, 'field_value')).errors[0].path, '/answers/history');
    else await client.ok(sent);
  }
});

test('nobody applies for an adult, a stranger or a child of others', async () => {
  const stranger = await place.as('poor.hanoi');
  const parent = await place.as('citizen.hanoi');
  const { ref } = await subject(parent, 'child');
  for (const one of [ref, '1', 'child']) {
    await refused(stranger.post('/api/procedures/lltp/preview', { subject: one, certificate: 1, copies: 1 }), 422, 'field_value');
  }
});
