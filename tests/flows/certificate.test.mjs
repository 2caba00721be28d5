// The certificate, from application to wallet, and what it may say.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as database from './lib/database.mjs';
import { Installation, danh, copyFolder } from './lib/installation.mjs';
import { act, desk, dossier, lookUp, payRest, preview, read, refused, returned, submit } from './lib/story.mjs';

let place;
const staff = {};
before(async () => (place = await Installation.open()));
after(() => place?.close());

let job; // the certificate the later stories look at

test('a citizen applies, the police decide, sign and seal, and the certificate arrives in three places', async () => {
  const citizen = await place.as('citizen.hanoi');
  const shown = await preview(citizen);
  assert.deepEqual([shown.fee.value, shown.support.value, shown.payable.value], [200000, 0, 200000]);
  assert.deepEqual([shown.authority.value, shown.due_date.value], ['police', '2026-11-26']); // 5 working days; 24 November is Culture Day
  assert.match(shown.fee.clause, /244\/2016/);

  const { code } = await submit(citizen);
  assert.match(code, /^G01\.26-261118-\d{4}$/);
  let now = await read(citizen, code);
  assert.deepEqual([now.status.number, now.due_date, now.may.includes('pay')], [1, null, true]);

  const receiver = await place.officer('one_stop_officer');
  await refused(receiver.post(desk(code, 'receive'), {}), 409, 'fee_unpaid'); // the fee comes before acceptance
  await payRest(citizen, code);
  now = await read(citizen, code);
  assert.deepEqual([now.payment.state, now.due_date], ['paid', '2026-11-26']);

  await act(receiver, code, 'receive');
  const decider = await place.officer('decider');
  const records = await place.officer('records_officer');
  const sealer = await place.officer('sealer');
  await lookUp(records, code, ['population']);
  await refused(decider.post(desk(code, 'decide'), { outcome: 'no_conviction' }), 409, 'not_looked_up');
  const [, convictions] = await lookUp(records, code);
  assert.deepEqual(convictions.result.convictions, []);
  await refused(decider.post(desk(code, 'decide'), { outcome: 'has_conviction' }), 409, 'decision_contradicts_register');
  await refused(decider.post(desk(code, 'sign'), { signing_pin: place.synth.demo_signing_pin }), 409, 'stage');
  await act(decider, code, 'decide', { outcome: 'no_conviction' });
  await refused(sealer.post(desk(code, 'seal'), {}), 409, 'stage');
  for (const no_pin of ['', '5', 'abcdef', '58203６', ' 582036', '1'.repeat(13)]) { // more than the five tries a key has
    assert.equal((await decider.post(desk(code, 'sign'), { signing_pin: no_pin })).status, 422, no_pin);
  }
  await refused(decider.post(desk(code, 'sign'), { signing_pin: '000000' }), 403, 'signing_pin_wrong');
  await act(decider, code, 'sign', { signing_pin: place.synth.demo_signing_pin });
  const sealed = await act(sealer, code, 'seal');
  assert.deepEqual(sealed.signatures.map((s) => s.kind), ['personal', 'seal']);

  const done = await returned(citizen, code);
  assert.deepEqual(done.deliveries.map((d) => [d.destination, d.state]).sort(),
    [['national_portal', 'acknowledged'], ['provincial_system', 'acknowledged'], ['wallet', 'acknowledged']]);
  assert.deepEqual([done.late.state, done.status.number], ['early', 10]);
  assert.deepEqual(done.moves.map((m) => m.act).filter((a) => !a.startsWith('look_up')),
    ['submit', 'pay', 'receive', 'decide', 'sign', 'seal', 'return']);
  assert.ok(done.moves.filter((m) => !['pay', 'return'].includes(m.act)).every((m) => m.legal_basis), 'each step names its law');
  job = { citizen, code, done, decider, records, sealer, receiver };
});

test('the wallet opens only with the passcode, and holds the bytes both receivers acknowledged, once each', async () => {
  const { citizen, code, done } = job;
  const document_ = `/api/wallet/${done.document_id}`;
  for (const part of ['', '/pdf', '/qr.svg', '/verification']) await refused(citizen.get(document_ + part), 403, 'passcode_required');
  await refused(citizen.post('/api/session/passcode', { passcode: '135792' }), 403, 'passcode_wrong');
  await citizen.ok(citizen.post('/api/session/passcode', { passcode: place.synth.demo_passcode }));
  const document = await citizen.ok(citizen.get(document_));
  const pdf = await citizen.get(`${document_}/pdf`);
  const sha256 = createHash('sha256').update(pdf.bytes).digest('hex');
  assert.deepEqual([document.sha256, document.bytes, document.dossier_code], [sha256, pdf.bytes.length, code]);
  assert.equal(pdf.headers['content-type'], 'application/pdf');
  job.pdf = pdf.bytes;
  for (const name of ['national_portal', 'provincial_system']) {
    const { port } = place.children[name].ready;
    const held = await (await fetch(`http://127.0.0.1:${port}/deliveries/${code}`)).json();
    const items = held.items ?? held;
    assert.equal(items.length, 1, `${name} holds ${items.length} deliveries`);
    assert.equal(items[0].document_sha256, sha256);
  }
});

test('"is it valid?" is answered by every check, and danh verify finds one changed byte', async () => {
  const { citizen, done } = job;
  const verification = await citizen.ok(citizen.get(`/api/wallet/${done.document_id}/verification`));
  assert.equal(verification.valid, true);
  assert.ok(verification.checks.length >= 5 && verification.checks.every((c) => c.holds));
  assert.deepEqual(verification.signatures.map((s) => [s.kind, s.valid, s.covers]), [['personal', true, 'revision'], ['seal', true, 'total_document']]);
  const file = `${place.folder}/paper.pdf`;
  writeFileSync(file, job.pdf);
  assert.equal((await danh('verify', file, '--data', place.data)).code, 0);
  for (const at of [100, job.pdf.length >> 1, job.pdf.length - 20]) {
    const changed = Buffer.from(job.pdf);
    changed[at] ^= 1;
    writeFileSync(file, changed);
    const outcome = await danh('verify', file, '--data', place.data);
    assert.equal(outcome.code, 1, `byte ${at}: ${outcome.stdout}`);
    assert.match(outcome.stderr, /^danh verify: .+/);
  }
  writeFileSync(file, Buffer.concat([job.pdf, Buffer.from('\n% added\n')]));
  assert.equal((await danh('verify', file, '--data', place.data)).code, 1);
});

test('the public check answers to five fields together, and to no four of them', async () => {
  const { citizen, code } = job;
  const me = await citizen.ok(citizen.get('/api/me'));
  const right = { dossier_code: code, name: me.name, birth_date: me.birth_date, sex: me.sex, id_number: me.pin };
  const anybody = place.client();
  const answer = await anybody.ok(anybody.post('/api/check', right));
  assert.deepEqual([answer.valid, answer.certificate, answer.issued_on], [true, 1, '2026-11-18']);
  assert.deepEqual(Object.keys(answer).sort(), ['authority', 'certificate', 'checked_at', 'issued_on', 'valid'], 'and says nothing about the person');
  assert.equal((await anybody.post('/api/check', { ...right, name: me.name.toUpperCase().normalize('NFD') })).status, 200);
  const wrong = {
    dossier_code: `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`, name: `${me.name} Anh`, birth_date: '1970-01-01',
    sex: me.sex === 'male' ? 'female' : 'male', id_number: '001099999999',
  };
  let first;
  for (const [field, value] of Object.entries(wrong)) {
    const problem = await refused(anybody.post('/api/check', { ...right, [field]: value }), 404, 'check_no_match');
    first ??= problem;
    assert.deepEqual(problem, first, `${field}: whichever field differs, the answer is the same`);
    const { [field]: left, ...rest } = right;
    assert.equal((await anybody.post('/api/check', rest)).status, 422, `without ${field} (${left})`);
    const page = await anybody.post('/check', new URLSearchParams({ ...right, [field]: value }));
    assert.equal(page.status, 404);
  }
  const page = await anybody.post('/check', new URLSearchParams(right));
  assert.equal(page.status, 200);
  assert.ok(!page.text.includes(me.pin) && page.text.includes(code));
});

test('No. 1 hides an expunged conviction and No. 2 shows it', async () => {
  const citizen = await place.as('expunged.hanoi');
  const first = await dossier(place, 'looked_up', { citizen, staff });
  await refused(staff.decider?.post(desk(first, 'decide'), { outcome: 'has_conviction' })
    ?? (staff.decider = await place.officer('decider')).post(desk(first, 'decide'), { outcome: 'has_conviction' }), 409, 'decision_contradicts_register');
  await act(staff.decider, first, 'decide', { outcome: 'no_conviction' });
  const second = await dossier(place, 'looked_up', { citizen, staff, wanted: { certificate: 2, ban: true } });
  await refused(staff.decider.post(desk(second, 'decide'), { outcome: 'no_conviction' }), 409, 'decision_contradicts_register');
  const decided = await act(staff.decider, second, 'decide', { outcome: 'has_conviction' });
  assert.equal(decided.decision.outcome, 'has_conviction');
});

test('an active conviction stands on No. 1, and the certificate that says so is valid', async () => {
  const citizen = await place.as('convicted.hanoi');
  const code = await dossier(place, 'returned', { citizen, staff, outcome: 'has_conviction' });
  const { document_id: id } = await read(citizen, code);
  await citizen.ok(citizen.post('/api/session/passcode', { passcode: place.synth.demo_passcode }));
  assert.equal((await citizen.ok(citizen.get(`/api/wallet/${id}/verification`))).valid, true);
});

test('a ban without a conviction stands on No. 2 always and on No. 1 only when asked for', async () => {
  const citizen = await place.as('banned.hanoi');
  await citizen.ok(citizen.post('/api/session/passcode', { passcode: place.synth.demo_passcode }));
  const printed = async (wanted) => {
    const code = await dossier(place, 'looked_up', { citizen, staff, wanted });
    const [{ result }] = await lookUp(staff.records_officer, code, ['convictions']);
    assert.deepEqual([result.convictions.length, result.bans.length], [0, 1]);
    staff.decider ??= await place.officer('decider');
    staff.sealer ??= await place.officer('sealer');
    await act(staff.decider, code, 'decide', { outcome: 'no_conviction' }); // a ban is no conviction
    await act(staff.decider, code, 'sign', { signing_pin: place.synth.demo_signing_pin });
    await act(staff.sealer, code, 'seal');
    const { document_id: id } = await returned(citizen, code);
    const file = path.join(place.folder, `${code}.pdf`);
    writeFileSync(file, (await citizen.ok(citizen.get(`/api/wallet/${id}/pdf`))).bytes);
    return { ban: result.bans[0], text: execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).replace(/\s+/g, ' ') };
  };
  const silent = await printed({ certificate: 1, ban: false });
  assert.ok(!silent.text.includes(silent.ban.decision_number) && !/đảm nhiệm chức vụ/.test(silent.text), 'not asked for: not a word of it');
  for (const wanted of [{ certificate: 1, ban: true }, { certificate: 2, ban: false }]) {
    const { text, ban } = await printed(wanted);
    assert.ok(text.includes(ban.decision_number) && text.includes('Không có án tích'), `${JSON.stringify(wanted)}: ${text}`);
    assert.match(text, /đảm nhiệm chức vụ/);
  }
});

test('an old decision is repeated from what was kept with it, and the person sees that somebody looked', async () => {
  const { citizen, code } = job;
  assert.equal((await danh('dossier', 'replay', code, '--data', place.data)).code, 1, 'without a purpose it is refused');
  const replayed = await danh('dossier', 'replay', code, '--purpose', 'Kiểm tra lại mức phí đã thu', '--data', place.data, '--json');
  assert.equal(replayed.code, 0, replayed.stderr);
  const answer = JSON.parse(replayed.stdout);
  assert.deepEqual([answer.same, answer.replayed.fee.value, answer.replayed.due_date.value], [true, 200000, '2026-11-26']);
  const { items } = await citizen.ok(citizen.get('/api/me/reads'));
  assert.ok(items.some((r) => r.purpose === 'Kiểm tra lại mức phí đã thu' && r.dossier_code === code));
});

test('the ledger names the first entry that was altered', async () => {
  await place.stop('server');
  const holds = await danh('ledger', 'verify', '--data', place.data, '--json');
  assert.equal(holds.code, 0, holds.stdout);
  const report = JSON.parse(holds.stdout);
  assert.ok(report.entries > 40 && report.covered === report.entries && report.signatures_checked, holds.stdout);
  const tail = await danh('ledger', 'tail', '--lines', '5', '--data', place.data);
  assert.equal(tail.stdout.trim().split('\n').length, 5);

  const copy = path.join(place.folder, 'altered');
  copyFolder(place.data, copy);
  if (place.database) {
    const other = database.copy(place.database);
    writeFileSync(path.join(copy, 'danh.ini'), readFileSync(path.join(copy, 'danh.ini'), 'utf8').replace(place.database, other));
  }
  for (const position of [33, 30]) {
    database.change(copy, "UPDATE ledger_detail SET detail = detail || ' ' WHERE entry_id = (SELECT entry_id FROM ledger_order WHERE position = $1)", position);
  }
  const altered = await danh('ledger', 'verify', '--data', copy, '--json');
  assert.equal(altered.code, 1);
  const finding = JSON.parse(altered.stdout);
  assert.deepEqual([finding.holds, finding.altered, finding.position], [false, 'detail', 30]);
});
