// The certificates of an officer, of an agency's seal and of the authority that issued them end: nothing is signed with them, who asks is told that and not something else,
// and the operator is told which. (Certificates of others: tests/interop/tls, delivery and message.)
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as database from './lib/database.mjs';
import { Installation, danh } from './lib/installation.mjs';
import { desk, dossier, refused } from './lib/story.mjs';

const OPEN = 2 ** 31 - 1; // a card without an end
let place;
let decided;
let signed;
before(async () => {
  place = await Installation.open({ receivers: false });
  decided = await dossier(place, 'decided', { citizen: await place.as('citizen.hanoi') });
  signed = await dossier(place, 'signed', { citizen: await place.as('convicted.hanoi'), outcome: 'has_conviction' });
  await place.stop('server');
  place.change('UPDATE person SET card_expires = $1', OPEN); // no card runs out meanwhile
});
after(() => place?.close());

const doctor = async () => (await danh('doctor', '--data', place.data)).stdout;
const sign = async () => (await place.officer('decider')).post(desk(decided, 'sign'), { signing_pin: place.synth.demo_signing_pin });
const seal = async () => (await place.officer('sealer')).post(desk(signed, 'seal'), {});
const states = () => [decided, signed].map((code) => place.rows('SELECT status, stage FROM dossier WHERE code = $1', code)[0]);

test('before their end: a month ahead the operator is told, and they sign', async () => {
  await place.moveTo('2031-11-02T10:00:00+07:00');
  const said = await doctor();
  for (const key of ['message/danh', 'seal/G01.26']) assert.match(said, new RegExp(`the certificate of ${key} ends on 2031-11-16`));
  const tried = await dossier(place, 'sealed', { citizen: await place.as('citizen.hue'), province: '46' });
  assert.ok(tried);
});

test('an officer\'s certificate, an agency\'s seal and the issuing authority\'s have ended: 422, nothing is signed, and the operator is told which', async () => {
  const stood = states();
  for (const [clock, others] of [['2031-11-25T10:00:00+07:00', []], ['2036-11-25T10:00:00+07:00', ['ca/issuing']]]) {
    await place.moveTo(clock);
    await refused(sign(), 422, 'certificate_expired');
    await refused(seal(), 422, 'certificate_expired');
    const said = await doctor();
    for (const key of ['message/danh', 'seal/G01.26', ...others]) assert.match(said, new RegExp(`problem +certificates +the certificate of ${key} has ended on `));
  }
  assert.deepEqual(states(), stood, 'neither dossier has moved');
  const key = await danh('pki', 'key', 'message/danh', '--data', place.data, '--json');
  assert.deepEqual([key.code, JSON.parse(key.stdout).error], [1, 'certificate_expired']);
  const list = await place.client().get('/pki/issuing.crl');
  assert.deepEqual([list.status, list.body?.code], [503, 'certificate_missing'], 'an authority that has ended signs no list of what is revoked');
});

test('renewed, authority first: officers in office and agencies sign again with the keys and PINs they have', async () => {
  const keys = async () => (await danh('pki', 'key', 'seal/G01.26', '--data', place.data)).stdout;
  const told = await danh('pki', 'renew', '--data', place.data, '--json');
  assert.equal(told.code, 0, told.stdout + told.stderr);
  const { certificates } = JSON.parse(told.stdout);
  const names = certificates.map(({ key }) => key);
  assert.equal(names[0], 'ca/issuing', 'the root has years left');
  for (const key of ['message/danh', 'seal/G01.26']) assert.ok(names.includes(key), key);
  assert.ok(names.some((key) => key.startsWith('officer/')));
  // nothing outlives its issuer: the authority ends with its root
  for (const { key, ends, is_new } of certificates) assert.deepEqual([key, is_new, ends], [key, true, key === 'ca/issuing' ? '2046-11-16' : '2041-11-24']);
  const before = await keys();
  for (const answer of [await sign(), await seal()]) assert.equal(answer.status, 200, answer.text);
  assert.doesNotMatch(await doctor(), /the certificate of \S+ (has ended|ends)/);
  assert.equal(await keys(), before);
  const again = await danh('pki', 'renew', '--data', place.data);
  assert.match(again.stdout, /^none ends within 30 days$/m);
  const one = await danh('pki', 'renew', 'seal/G01.26', '--data', place.data);
  assert.match(one.stdout, /^seal\/G01\.26: kept, it ends on 2041-11-/m);
  const unknown = await danh('pki', 'renew', 'seal/X99', '--data', place.data, '--json');
  assert.deepEqual([unknown.code, JSON.parse(unknown.stdout).error], [1, 'certificate_unknown']);
});
