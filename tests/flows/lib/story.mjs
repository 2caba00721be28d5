// The steps stories are made of: one function a step, each returning the answer's body; a refusal is thrown as Refused.
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { Refused, application, newKey } from '../../../script/lib/client.mjs';
import { until } from './installation.mjs';

export const PURPOSE = 'Thụ lý hồ sơ cấp Phiếu lý lịch tư pháp';

export async function preview(citizen, { subject = 'self', certificate = 1, copies = 1 } = {}) {
  return citizen.ok(citizen.post('/api/procedures/lltp/preview', { subject, certificate, copies }));
}

/** The body of a submission that the form and the preview lead to. */
export async function form(citizen, wanted = {}) {
  const shown = await preview(citizen, wanted);
  const filled = await citizen.ok(citizen.get(`/api/procedures/lltp/form?subject=${wanted.subject ?? 'self'}`));
  return application(filled, shown, wanted);
}

export async function submit(citizen, wanted = {}, key = newKey()) {
  return citizen.ok(citizen.post('/api/dossiers', await form(citizen, wanted), { headers: { 'Idempotency-Key': key } }));
}

export async function read(citizen, code) {
  return citizen.ok(citizen.get(`/api/dossiers/${code}`));
}

export async function payRest(citizen, code) {
  const due = await citizen.ok(citizen.get(`/api/dossiers/${code}/payment`));
  if (due.remaining === 0) return due;
  return citizen.ok(citizen.post('/api/demo-bank/payments', { dossier_code: code, amount: due.remaining }));
}

/** A bank's notification; `secret` signs it. */
export function notify(client, secret, fields) {
  const body = JSON.stringify({ transaction_id: `T-${randomBytes(6).toString('hex')}`, currency: 'VND', paid_at: new Date().toISOString(), ...fields });
  const mac = createHmac('sha256', secret).update(body).digest('hex');
  return client.request('POST', '/api/payments/notifications', { body, headers: { Origin: null, 'Danh-Signature': `sha256=${mac}` } });
}

export const desk = (code, act = '') => `/api/desk/dossiers/${code}${act && `/${act}`}`;

export async function act(officer, code, name, body = {}) {
  return officer.ok(officer.post(desk(code, name), body));
}

export async function open(officer, code, purpose = PURPOSE) {
  return officer.ok(officer.get(`${desk(code)}?purpose=${encodeURIComponent(purpose)}`));
}

export async function lookUp(officer, code, registers = ['population', 'convictions'], purpose = PURPOSE) {
  return (await act(officer, code, 'look-ups', { registers, purpose })).items;
}

/** A paid dossier, as far as asked: 'submitted', 'received', 'looked_up', 'decided', 'signed', 'sealed', 'returned'. */
export async function dossier(place, stage, { citizen, province = '01', outcome = 'no_conviction', wanted = {}, staff = {} }) {
  const stages = ['submitted', 'received', 'looked_up', 'decided', 'signed', 'sealed', 'returned'];
  const last = stages.indexOf(stage);
  const officer = async (role) => (staff[role] ??= await place.officer(role, province));
  const { code } = await submit(citizen, wanted);
  await payRest(citizen, code);
  if (last >= 1) await act(await officer('one_stop_officer'), code, 'receive');
  if (last >= 2) await lookUp(await officer('records_officer'), code);
  if (last >= 3) await act(await officer('decider'), code, 'decide', { outcome });
  if (last >= 4) await act(await officer('decider'), code, 'sign', { signing_pin: place.synth.demo_signing_pin });
  if (last >= 5) await act(await officer('sealer'), code, 'seal');
  if (last >= 6) await returned(citizen, code);
  return code;
}

export async function returned(citizen, code) {
  return until(`${code} is returned`, async () => {
    const now = await read(citizen, code);
    return now.status.code === 'returned' && now;
  });
}

/** The call is refused with that status and code, and stores nothing a caller could see. Gives the problem. */
export async function refused(promise, status, code) {
  let answer;
  try {
    answer = await promise;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    answer = error.answer;
  }
  assert.equal(answer.status, status, `expected ${status} ${code}, got ${answer.status} ${answer.text}`);
  assert.equal(answer.body?.code, code);
  assert.match(answer.headers['content-type'], /^application\/problem\+json/);
  return answer.body;
}
