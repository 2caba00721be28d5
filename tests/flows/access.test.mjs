// Who reaches what: other people's dossiers, other agencies, one's own case, purposes, roles, and what the citizen sees of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation } from './lib/installation.mjs';
import { PURPOSE, act, desk, dossier, lookUp, open, read, refused, submit } from './lib/story.mjs';

let place;
let code;
let citizen;
const staff = {};
before(async () => {
  place = await Installation.open({ receivers: false });
  citizen = await place.as('citizen.hanoi');
  code = await dossier(place, 'received', { citizen, staff });
});
after(() => place?.close());

test("another person's dossier does not exist, whatever is tried on it", async () => {
  const stranger = await place.as('poor.hanoi');
  const absent = 'G01.26-261118-9999';
  for (const path of ['', '/payment', '/slips/receipt']) {
    const real = await refused(stranger.get(`/api/dossiers/${code}${path}`), 404, 'dossier_unknown');
    const none = await refused(stranger.get(`/api/dossiers/${absent}${path}`), 404, 'dossier_unknown');
    assert.deepEqual(real, none, 'the same answer as for one that is not there');
  }
  await refused(stranger.post(`/api/dossiers/${code}/withdraw`, {}), 404, 'dossier_unknown');
  await refused(stranger.post(`/api/dossiers/${code}/supplement`, { answer: 'Không phải của tôi' }), 404, 'dossier_unknown');
  await refused(stranger.post('/api/demo-bank/payments', { dossier_code: code, amount: 1000 }), 404, 'dossier_unknown');
  assert.equal((await stranger.ok(stranger.get('/api/dossiers'))).items.length, 0);
  assert.equal((await read(citizen, code)).status.code, 'received');
});

test('nobody reads anything without a session, and a citizen has no desk', async () => {
  const anybody = place.client();
  for (const path of ['/api/me', '/api/me/reads', '/api/dossiers', `/api/dossiers/${code}`, '/api/wallet', '/api/desk/queue', '/api/reports/lltp', '/api/session']) {
    await refused(anybody.get(path), 401, 'signed_out');
  }
  await refused(anybody.post(desk(code, 'receive'), {}), 401, 'signed_out');
  for (const path of ['/api/desk/queue', `${desk(code)}?purpose=${encodeURIComponent(PURPOSE)}`, '/api/reports/lltp']) {
    await refused(citizen.get(path), 403, 'post_required');
  }
  await refused(citizen.post(desk(code, 'receive'), {}), 403, 'post_required');
});

test('an officer of another agency does not find the dossier', async () => {
  const hue = await place.officer('records_officer', '46');
  for (const one of [code, 'G01.26-261118-9999']) { // the same answer for one that is there and one that is not
    await refused(hue.get(`${desk(one)}?purpose=${encodeURIComponent(PURPOSE)}`), 404, 'dossier_unknown');
    await refused(hue.post(desk(one, 'look-ups'), { registers: ['convictions'], purpose: PURPOSE }), 404, 'dossier_unknown');
  }
  assert.ok(!(await hue.ok(hue.get('/api/desk/queue'))).items.some((d) => d.code === code));
});

test('a post is taken only by who holds it', async () => {
  const session = await staff.one_stop_officer.ok(staff.one_stop_officer.get('/api/session'));
  const answer = await citizen.put('/api/session/post', { post_id: session.acting_post });
  assert.equal(answer.status, 403, answer.text);
  assert.equal((await citizen.ok(citizen.get('/api/session'))).acting_post, null);
});

test('a look-up states its purpose, and is in the reader list of the person before it is answered', async () => {
  const records = await place.officer('records_officer');
  await refused(records.get(desk(code)), 422, 'purpose_required');
  await refused(records.get(`${desk(code)}?purpose=abc`), 422, 'purpose_required');
  for (const purpose of ['', '   ', 'vì việc']) {
    const answer = await records.post(desk(code, 'look-ups'), { registers: ['convictions'], purpose });
    assert.equal(answer.status, 422, `purpose "${purpose}": ${answer.text}`);
  }
  const before_ = (await citizen.ok(citizen.get('/api/me/reads'))).items.length;
  const purpose = 'Đối chiếu án tích để cấp Phiếu số 1';
  await lookUp(records, code, ['convictions', 'residence', 'family', 'categories'], purpose);
  const { items } = await citizen.ok(citizen.get('/api/me/reads'));
  assert.equal(items.length - before_, 1, 'one entry a request');
  const [read_] = items;
  assert.deepEqual([read_.purpose, read_.dossier_code], [purpose, code]);
  assert.ok(read_.who.role.vi && read_.who.agency.vi && read_.what.vi && Date.parse(read_.at));
});

test("the holder's own reads are history, not readers", async () => {
  const before_ = (await citizen.ok(citizen.get('/api/me/reads'))).items.length;
  await citizen.ok(citizen.get('/api/me'));
  await read(citizen, code);
  assert.equal((await citizen.ok(citizen.get('/api/me/reads'))).items.length, before_);
  const history = await citizen.ok(citizen.get('/api/me/history'));
  assert.ok(history.items.some((e) => e.event === 'dossier_viewed' && e.detail === code));
  assert.ok(history.items.some((e) => e.event === 'signed_in' && e.current));
});

test('an officer who asks for a paper a register supplies is refused, and the citizen sees who asked and why not', async () => {
  const records = await place.officer('records_officer');
  const seen = await open(records, code);
  const supplied = seen.components.find((c) => c.register !== null);
  const problem = await refused(records.post(desk(code, 'component-request'), { component: supplied.id, reason: 'Nộp bản sao có chứng thực' }),
    409, 'component_in_register');
  assert.match(problem.detail, /\(.*(Chỉ thị|Nghị định).*\)/, 'names the register and the rule');
  const mine = await read(citizen, code);
  assert.equal(mine.refused_requests.length, 1);
  const [entry] = mine.refused_requests;
  assert.deepEqual([entry.component.vi, entry.register.vi], [supplied.name.vi, supplied.register.vi]);
  assert.ok(entry.reason.vi && entry.legal_basis && entry.by.vi);
  assert.equal(mine.status.code, 'processing', 'the dossier does not wait for a paper');
  await refused(records.post(desk(code, 'component-request'), { component: 'ho_khau_giay_do', reason: 'Nộp bản sao' }), 404, 'component_unknown');
});

test('an officer never handles their own case, nor that of their child', async () => {
  const officer = await place.as('01.one_stop_officer');
  const own = (await submit(officer, { certificate: 2 })).code;
  await officer.takePost('one_stop_officer');
  await refused(officer.get(`${desk(own)}?purpose=${encodeURIComponent(PURPOSE)}`), 403, 'own_case');
  for (const name of ['receive', 'refuse']) {
    await refused(officer.post(desk(own, name), name === 'refuse' ? { reason: 'Tự từ chối hồ sơ của mình' } : {}), 403, 'own_case');
  }
  await officer.takePost(null);
  assert.equal((await read(officer, own)).status.code, 'new');
});

test('each act belongs to its role: who decides does not seal, who seals does not decide', async () => {
  const decider = await place.officer('decider');
  const sealer = await place.officer('sealer');
  const supervisor = await place.officer('supervisor');
  const collector = await place.officer('collector');
  const records = await place.officer('records_officer');
  const pin = { signing_pin: place.synth.demo_signing_pin };
  await act(decider, code, 'decide', { outcome: 'no_conviction' });
  await refused(records.post(desk(code, 'decide'), { outcome: 'no_conviction' }), 403, 'role');
  await refused(sealer.post(desk(code, 'sign'), pin), 403, 'role');
  await refused(records.post(desk(code, 'sign'), pin), 403, 'role');
  await act(decider, code, 'sign', pin);
  await refused(decider.post(desk(code, 'seal'), {}), 403, 'role');
  await refused(supervisor.post(desk(code, 'seal'), {}), 403, 'role');
  await refused(supervisor.post(desk(code, 'look-ups'), { registers: ['convictions'], purpose: PURPOSE }), 403, 'role');
  await refused(records.get('/api/reports/lltp'), 403, 'role');
  await refused(collector.post(desk(code, 'receive'), {}), 403, 'role');
  await act(sealer, code, 'seal');
});

test('a parent applies for a child, who pays nothing, and nobody else does', async () => {
  const parent = await place.as('citizen.hanoi.wife');
  const form = await parent.ok(parent.get('/api/procedures/lltp/form'));
  const child = form.subjects.find((s) => s.relation === 'child');
  assert.ok(child, 'the register knows the child');
  const receipt = await submit(parent, { subject: child.ref });
  assert.deepEqual([receipt.payable, receipt.may], [0, []], 'free, and nothing is left to do');
  const made = await read(parent, receipt.code);
  assert.deepEqual([made.subject.ref, made.charge.payable.value, made.subject.relation], [child.ref, 0, 'child']);
  assert.match(made.charge.fee.clause, /Điều 5/);
  const both = await place.as('citizen.hanoi');
  assert.equal((await read(both, made.code)).code, made.code, 'the other parent may see it too');
  const stranger = await place.as('poor.hanoi');
  const problem = await refused(
    stranger.post('/api/procedures/lltp/preview', { subject: child.ref, certificate: 1, copies: 1 }), 422, 'field_value');
  assert.equal(problem.errors[0].path, '/subject');
  await refused(stranger.get(`/api/procedures/lltp/form?subject=${child.ref}`), 404, 'person_unknown');
  await refused(stranger.get(`/api/dossiers/${made.code}`), 404, 'dossier_unknown');
});

test('a guardian applies for the ward', async () => {
  const guardian = await place.as('guardian.hanoi');
  const form = await guardian.ok(guardian.get('/api/procedures/lltp/form'));
  const ward = form.subjects.find((s) => s.relation === 'ward');
  const made = await read(guardian, (await submit(guardian, { subject: ward.ref })).code);
  assert.equal(made.subject.name, place.identity('ward.hanoi').full_name);
});
