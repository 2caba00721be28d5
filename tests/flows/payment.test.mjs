// Money: what banks report, once, twice, too little, too much, for nobody; and who sees what is due back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation } from './lib/installation.mjs';
import { newKey } from '../../script/lib/client.mjs';
import { act, notify, read, refused, submit } from './lib/story.mjs';

let place;
let secret;
let citizen;
let bank;
before(async () => {
  place = await Installation.open({ receivers: false });
  secret = place.bankSecret();
  citizen = await place.as('citizen.hanoi');
  bank = place.client();
});
after(() => place?.close());

const payment = (code) => citizen.ok(citizen.get(`/api/dossiers/${code}/payment`));
const tell = async (fields) => {
  const answer = await notify(bank, secret, fields);
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
};

let code;
const key = newKey();
test('too little stays due for the rest, and the VietQR asks for the rest', async () => {
  const receipt = await submit(citizen, {}, key);
  assert.deepEqual([receipt.payable, receipt.due_date, receipt.desk.en, receipt.may], [200000, null, 'The applicant', ['pay']]);
  code = receipt.code;
  const due = await payment(code);
  assert.deepEqual([due.state, due.amount, due.remaining, due.paid], ['due', 200000, 200000, 0]);
  assert.match(due.qr_text, /^000201010212.*5303704.*5406200000.*6304[0-9A-F]{4}$/);
  assert.ok(due.qr_text.includes(due.reference));
  assert.match(due.qr_svg, /^<svg/);
  const outcome = await tell({ transaction_id: 'FT-1', reference: due.reference, amount: 150000 });
  assert.deepEqual(outcome, { outcome: 'part_paid', remaining: 50000 });
  const rest = await payment(code);
  assert.deepEqual([rest.state, rest.remaining, rest.paid], ['part_paid', 50000, 150000]);
  assert.match(rest.qr_text, /540550000/);
  assert.equal((await read(citizen, code)).due_date, null, 'the clock does not run yet');
  const officer = await place.officer('one_stop_officer');
  await refused(officer.post(`/api/desk/dossiers/${code}/receive`, {}), 409, 'fee_unpaid');
});

test('the same notification again changes nothing; the same transaction with other content is refused', async () => {
  const { reference } = await payment(code);
  const paid_at = new Date().toISOString();
  const first = await tell({ transaction_id: 'FT-2', reference, amount: 10000, paid_at });
  assert.equal(first.outcome, 'part_paid');
  for (let i = 0; i < 3; i++) assert.equal((await tell({ transaction_id: 'FT-2', reference, amount: 10000, paid_at })).outcome, 'duplicate');
  await refused(notify(bank, secret, { transaction_id: 'FT-2', reference, amount: 20000, paid_at }), 409, 'transaction_differs');
  assert.equal((await payment(code)).paid, 160000);
});

test('too much settles the fee, and the excess is due back', async () => {
  const { reference } = await payment(code);
  assert.deepEqual(await tell({ transaction_id: 'FT-3', reference: ` ${reference.toLowerCase()} `, amount: 45000 }), { outcome: 'overpaid', remaining: 0 });
  const paid = await payment(code);
  assert.deepEqual([paid.state, paid.remaining, paid.refund_due, paid.qr_text], ['overpaid', 0, 5000, null]);
  assert.equal((await read(citizen, code)).due_date, '2026-11-26', 'the clock runs');
  const again = await submit(citizen, {}, key);
  assert.deepEqual([again.code, again.due_date, again.may], [code, '2026-11-26', []], 'the receipt of the same form says how it stands');
});

test('a second payment is due back whole', async () => {
  const { reference } = await payment(code);
  assert.deepEqual(await tell({ transaction_id: 'FT-4', reference, amount: 200000 }), { outcome: 'refund_due', remaining: 0 });
  assert.equal((await payment(code)).refund_due, 205000);
  assert.equal((await read(citizen, code)).payment.refund_due, 205000);
});

test('a payment for a closed dossier is kept and due back', async () => {
  await citizen.ok(citizen.post(`/api/dossiers/${code}/withdraw`, {}));
  const other = (await submit(citizen, { certificate: 2 })).code;
  const { reference } = await payment(other);
  const officer = await place.officer('one_stop_officer');
  await act(officer, other, 'refuse', { reason: 'Không thuộc thẩm quyền giải quyết của cơ quan này' });
  assert.equal((await tell({ transaction_id: 'FT-5', reference, amount: 200000 })).outcome, 'refund_due');
  assert.equal((await payment(other)).refund_due, 200000);
  assert.equal((await read(citizen, other)).status.code, 'not_received', 'and opens nothing');
});

test('a payment that names no fee is answered so, and its money is not lost', async () => {
  const fields = { transaction_id: 'FT-6', reference: 'LLTP0000000000', amount: 77000, paid_at: new Date().toISOString() };
  await refused(notify(bank, secret, fields), 404, 'payment_reference_unknown');
  await refused(notify(bank, secret, fields), 404, 'payment_reference_unknown');
  const supervisor = await place.officer('supervisor');
  const refunds = await supervisor.ok(supervisor.get('/api/reports/refunds'));
  assert.equal(refunds.total, refunds.items.reduce((sum, r) => sum + r.amount, 0));
  const by = Object.fromEntries(refunds.items.map((r) => [r.transaction_id, [r.amount, r.reason]]));
  assert.deepEqual([by['FT-3'], by['FT-4'], by['FT-5']], [[5000, 'excess'], [200000, 'second_payment'], [200000, 'closed']]);
  assert.deepEqual(by['FT-6'], [77000, 'unknown_reference']);
  assert.equal(refunds.items.filter((r) => r.transaction_id === 'FT-6').length, 1);
});

test('only the bank may tell of payments', async () => {
  const fresh = (await submit(citizen)).code;
  const { reference } = await payment(fresh);
  await refused(notify(bank, 'another secret', { reference, amount: 200000 }), 401, 'bank_not_authentic');
  const unsigned = bank.request('POST', '/api/payments/notifications', { body: { transaction_id: 'FT-9', reference, amount: 200000 }, headers: { Origin: null } });
  await refused(unsigned, 401, 'bank_not_authentic');
  assert.equal((await payment(fresh)).paid, 0);
  for (const [fields, path] of [[{ amount: 0 }, '/amount'], [{ amount: -5 }, '/amount'], [{ amount: 1.5 }, '/amount'], [{ amount: '200000' }, '/amount'],
    [{ currency: 'USD' }, '/currency'], [{ paid_at: 'yesterday' }, '/paid_at'], [{ memo: 'x' }, '/memo'], [{ transaction_id: '' }, '/transaction_id']]) {
    const answer = await notify(bank, secret, { reference, amount: 200000, ...fields });
    assert.equal(answer.status, 422, `${JSON.stringify(fields)}: ${answer.text}`);
    assert.equal(answer.body.errors[0].path, path);
  }
  assert.equal((await payment(fresh)).paid, 0);
});
