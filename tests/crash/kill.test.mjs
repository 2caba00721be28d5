// kill -9 of the server, its signer and both receivers at random moments under write load. A client outside remembers every acknowledgement; what
// it did not hear about it asks again, with the same key. In the end nothing acknowledged is lost, nothing is doubled, no code that was used, no token
// that was given back and no session that was left is alive again, every result lies exactly once with each receiver, and ledger and signature log verify.
// DANH_KILLS: how many (default 100). DANH_SEED: repeats a run's order of kills and pauses. DANH_VERDICT: file that the last word goes to.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { newKey } from '../../script/lib/client.mjs';
import { Installation, danh, sleep, until } from '../flows/lib/installation.mjs';
import { RelyingParty } from '../flows/lib/relying_party.mjs';
import { PURPOSE, desk, form, notify } from '../flows/lib/story.mjs';
import { code as codeFor, credentials, post, token } from '../flows/lib/token_client.mjs';

const KILLS = Number(process.env.DANH_KILLS || 100);
const SEED = Number(process.env.DANH_SEED || Math.floor(Math.random() * 2 ** 31));

/** mulberry32: the same seed, the same kills. */
function random(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

let place;
let secret;
let stopped = false;
const killed = { server: 0, signer: 0, national_portal: 0, provincial_system: 0 };
const asked = { calls: 0, repeated: 0 };
const certificates = []; // {citizen, code}: sealed was acknowledged
const fees = []; // {citizen, code, amount}: the bank was told that its notification is taken
const withdrawn = []; // {citizen, code}
const keys = new Map(); // key -> {citizen, code}: the submission was acknowledged
const codes = []; // {used}: how often a token was given for it
const tokens = []; // {text, at, dead}: dead: it was given back, or its code came a second time, and that was acknowledged
const left = []; // cookies of sessions whose sign-out was acknowledged
let party; // the relying party they belong to
const ALIVE_MS = 200000; // of the five minutes a token lives
const verdict = { lost: [], doubled: [], revived: [] };

before(async () => {
  place = await Installation.open();
  secret = place.bankSecret();
});
after(async () => {
  stopped = true;
  await place?.close();
  if (process.env.DANH_VERDICT) {
    const word = Object.entries(verdict).map(([what, which]) => `${which.length} ${what}${which.length ? ` (${which.slice(0, 3).join(', ')})` : ''}`);
    writeFileSync(process.env.DANH_VERDICT, `${Object.values(killed).reduce((a, b) => a + b, 0)} kills, seed ${SEED}: ${word.join(', ')}\n`);
  }
});

/** Notes for the last word what fails here. */
function holds(what, which, condition) {
  if (!condition) verdict[what].push(which);
  assert.ok(condition, `${which}: ${what}`);
}

/** Asks until somebody answers. `again`: an earlier try was not answered, so it may have been done already. */
async function call(send) {
  let again = false;
  for (;;) {
    asked.calls += 1;
    try {
      const answer = await send();
      if (answer.status !== 503 && answer.status !== 500) return { answer, again };
      assert.notEqual(answer.status, 500, answer.text);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
    }
    again = true;
    asked.repeated += 1;
    await sleep(25);
  }
}

/** An act that may be done once: a conflict is an answer only where an earlier try was not heard of. */
async function once(send, what) {
  const { answer, again } = await call(send);
  assert.ok(answer.status < 300 || (again && answer.status === 409), `${what}: ${answer.status} ${answer.text} ${again ? 'again' : ''}`);
  return answer;
}

async function apply(citizen, body) {
  const key = newKey();
  const answer = await once(() => citizen.post('/api/dossiers', body, { headers: { 'Idempotency-Key': key } }), 'submit');
  assert.equal(answer.status, 201, answer.text);
  keys.set(key, { citizen, code: answer.body.code });
  return answer.body.code;
}

async function pay(citizen, code, amount) {
  const { answer } = await call(() => citizen.get(`/api/dossiers/${code}/payment`));
  const fields = { transaction_id: `FT-${newKey()}`, reference: answer.body.reference, amount, paid_at: new Date().toISOString() };
  const told = await once(() => notify(citizen, secret, fields), 'payment');
  assert.ok(['settled', 'duplicate'].includes(told.body.outcome), told.text);
  fees.push({ citizen, code, amount });
}

/** Submits, pays, withdraws; over and over. What comes before the loop is done before the first kill. */
async function applicant(name) {
  const citizen = await place.as(name);
  const body = await form(citizen, { certificate: 1 });
  return () => applying(citizen, body);
}

async function applying(citizen, body) {
  while (!stopped) {
    const code = await apply(citizen, body);
    if (body.payable_shown > 0) await pay(citizen, code, body.payable_shown);
    await once(() => citizen.post(`/api/dossiers/${code}/withdraw`, {}), 'withdraw');
    withdrawn.push({ citizen, code });
  }
}

/** One certificate after the other, from application to seal. */
async function agency(name, province, outcome = 'no_conviction') {
  const citizen = await place.as(name);
  const body = await form(citizen, { certificate: 2 });
  const officers = {};
  for (const role of ['one_stop_officer', 'records_officer', 'decider', 'sealer']) officers[role] = await place.officer(role, province);
  return () => certifying(citizen, body, officers, outcome);
}

async function certifying(citizen, body, officers, outcome) {
  while (!stopped) {
    const code = await apply(citizen, body);
    if (body.payable_shown > 0) await pay(citizen, code, body.payable_shown);
    const act = (role, name_, fields = {}) => once(() => officers[role].post(desk(code, name_), fields), name_);
    await act('one_stop_officer', 'receive');
    await act('records_officer', 'look-ups', { registers: ['convictions'], purpose: PURPOSE });
    await act('decider', 'decide', { outcome });
    await act('decider', 'sign', { signing_pin: place.synth.demo_signing_pin });
    await act('sealer', 'seal');
    certificates.push({ citizen, code });
  }
}

/** A machine asks for tokens and gives them back; a person signs in at a relying party, whose codes come a second time; and leaves. */
async function relyingParty(name) {
  const citizen = await place.as(name);
  party = await RelyingParty.register(place, { application_type: 'web', redirect_uris: ['https://thuvien.example/cb'], token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'client_credentials'], scope: 'openid profile phone address read' });
  await codeFor(party, citizen); // agrees: from here on codes come at once
  return () => tokening(name, citizen);
}

/** A walk of several steps, begun again from its start until it comes to its end. */
async function patiently(walk) {
  for (;;) {
    try {
      return await walk();
    } catch (error) {
      if (stopped) return null;
      asked.repeated += 1;
      await sleep(25);
    }
  }
}

async function tokening(name, citizen) {
  while (!stopped) {
    const machine = (await call(() => token(party, { grant_type: 'client_credentials', scope: 'read' }))).answer;
    assert.equal(machine.status, 200, machine.text);
    const kept = { text: machine.body.access_token, at: Date.now(), dead: false };
    tokens.push(kept);
    if (tokens.length % 2 === 0) await giveBack(kept);
    await redeem(await patiently(() => codeFor(party, citizen)));
    const visitor = await patiently(() => place.as(name));
    if (!visitor) return;
    const cookies = new Map(visitor.cookies);
    const { answer } = await call(() => visitor.post('/sign-out', new URLSearchParams()));
    assert.equal(answer.status, 303, answer.text);
    left.push(cookies);
  }
}

async function giveBack(kept) {
  const proven = credentials(party);
  const { answer } = await call(() => post(party, '/oidc/revoke', { token: kept.text, ...proven.form }, { headers: proven.headers }));
  assert.equal(answer.status, 200, answer.text);
  kept.dead = true;
}

/** A code is used, and comes again: that is refused, and takes back what it gave. */
async function redeem(form) {
  if (!form) return;
  const kept = { used: 0 };
  codes.push(kept);
  let given;
  for (let i = 0; i < 3; i++) {
    const { answer } = await call(() => token(party, form));
    assert.ok([200, 400].includes(answer.status), answer.text);
    if (answer.status === 200) {
      kept.used += 1;
      tokens.push((given = { text: answer.body.access_token, at: Date.now(), dead: false }));
    } else if (given) given.dead = true;
    await sleep(50);
  }
}

/** The signer the server has started: its child. */
function signerPid() {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      if (parent === place.children.server.pid && readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes('signer')) return Number(entry);
    } catch {
      // it has ended meanwhile
    }
  }
  return 0;
}

async function kill(target) {
  if (target === 'signer') {
    const pid = signerPid();
    if (pid === 0) return false; // the server is just starting it again
    process.kill(pid, 'SIGKILL');
  } else if (target === 'server') {
    await place.stop('server', 'SIGKILL');
    await place.startServer();
  } else {
    await place.stop(target, 'SIGKILL');
    await place.startReceiver(target);
  }
  killed[target] += 1;
  return true;
}

test(`${KILLS} kills under load (DANH_SEED=${SEED})`, { timeout: 60000 + KILLS * 3000 }, async (t) => {
  const next = random(SEED);
  const ready = await Promise.all([
    ...['citizen.hanoi', 'citizen.hanoi.wife', 'student.hanoi', 'poor.hanoi', 'elderly.hanoi', 'digital.hanoi'].map((name) => applicant(name)),
    agency('expunged.hanoi', '01', 'has_conviction'),
    agency('citizen.hue', '46'),
    relyingParty('citizen.danang'),
  ]);
  let failure;
  const workers = ready.map((work) => work().catch((error) => (failure ??= error)));
  const targets = Object.keys(killed);
  try {
    for (let done = 0; done < KILLS && !failure; ) {
      await sleep(30 + next() * 300);
      if (await kill(targets[Math.floor(next() * targets.length)])) done += 1;
    }
  } finally {
    stopped = true;
  }
  await Promise.all(workers);
  if (failure) throw failure;
  t.diagnostic(`seed ${SEED}; killed ${JSON.stringify(killed)}; ${asked.calls} calls, ${asked.repeated} repeated; ` +
    `${keys.size} submissions, ${fees.length} payments, ${withdrawn.length} withdrawals, ${certificates.length} certificates, ` +
    `${tokens.length} tokens, ${tokens.filter((k) => k.dead).length} of them taken back, ${codes.length} codes, ${left.length} sign-outs acknowledged`);
  assert.ok(keys.size > 20 && fees.length > 10 && certificates.length > 2, 'there was load');
  assert.ok(codes.length > 2 && left.length > 2 && tokens.some((k) => k.dead), 'also at the relying party');
});

test('no used code, no token that was taken back and no session that was left is alive again; the other tokens are alive', async () => {
  const proven = credentials(party);
  for (const { text, at, dead } of tokens) {
    const { answer } = await call(() => post(party, '/oidc/introspect', { token: text, ...proven.form }, { headers: proven.headers }));
    assert.equal(answer.status, 200, answer.text);
    if (dead) holds('revived', 'a token', answer.body.active === false);
    else if (Date.now() - at < ALIVE_MS) holds('lost', 'a token', answer.body.active === true);
  }
  for (const [index, kept] of codes.entries()) holds('revived', `code ${index}`, kept.used <= 1);
  for (const cookies of left) {
    const visitor = place.client();
    visitor.cookies = cookies;
    holds('revived', 'a session', (await visitor.get('/api/session')).status === 401);
  }
});

/** Everything on a citizen's list, page after page. */
async function listed(citizen, address) {
  const items = [];
  for (let page = { next: '' }; page.next !== null; ) {
    page = await citizen.ok(citizen.get(page.next ? `${address}?after=${page.next}` : address));
    items.push(...page.items);
  }
  return items;
}

test('every submission that was acknowledged is there, once', async () => {
  const byCitizen = new Map();
  for (const { citizen, code } of keys.values()) byCitizen.set(citizen, [...(byCitizen.get(citizen) ?? []), code]);
  assert.equal(new Set([...keys.values()].map((k) => k.code)).size, keys.size, 'no two keys share a dossier');
  const all = await danh('dossier', 'list', '--limit', '1000', '--data', place.data, '--json');
  const listedCodes = all.stdout.trim().split('\n').map((line) => JSON.parse(line).code);
  holds('doubled', 'a dossier code', new Set(listedCodes).size === listedCodes.length);
  for (const { code } of keys.values()) {
    if (listedCodes.length < 1000) holds('lost', code, listedCodes.includes(code));
  }
  for (const [citizen, mine] of byCitizen) {
    const own = await listed(citizen, '/api/dossiers');
    holds('lost', 'a dossier', mine.every((code) => own.some((d) => d.code === code)));
    holds('doubled', 'a dossier', own.length === mine.length);
  }
});

test('every payment is booked once, and what was withdrawn before it was received is due back once', async () => {
  const isWithdrawn = new Set(withdrawn.map((w) => w.code));
  for (const { citizen, code, amount } of fees) {
    const { payment, status } = await citizen.ok(citizen.get(`/api/dossiers/${code}`));
    assert.equal(payment.refund_due, isWithdrawn.has(code) ? amount : 0, `${code}: refund due`);
    if (isWithdrawn.has(code)) assert.equal(status.code, 'withdrawn', code);
    else assert.equal(payment.paid, amount, `${code}: paid`);
  }
});

test('every sealed certificate arrives, exactly once with each receiver, with the bytes of the wallet', async () => {
  for (const { citizen, code } of certificates) {
    const done = await until(`${code} is returned`, async () => {
      const now = await citizen.ok(citizen.get(`/api/dossiers/${code}`));
      return now.status.code === 'returned' && now;
    }, 90000);
    assert.equal(done.deliveries.filter((d) => d.state === 'acknowledged').length, 3);
    assert.equal(done.moves.filter((m) => m.act === 'seal').length, 1, `${code} was sealed once`);
    assert.equal(done.moves.filter((m) => m.act === 'sign').length, 1, `${code} was signed once`);
    const { answer } = await call(() => citizen.post('/api/session/passcode', { passcode: place.synth.demo_passcode }));
    assert.equal(answer.status, 204);
    const document = await citizen.ok(citizen.get(`/api/wallet/${done.document_id}`));
    for (const name of ['national_portal', 'provincial_system']) {
      const held = await (await fetch(`http://127.0.0.1:${place.ports[name]}/deliveries/${code}`)).json();
      const items = held.items ?? held;
      assert.deepEqual(items.map((i) => i.document_sha256), [document.sha256], `${name}, ${code}`);
    }
  }
  for (const citizen of new Set(certificates.map((c) => c.citizen))) {
    const items = await listed(citizen, '/api/wallet');
    const mine = certificates.filter((c) => c.citizen === citizen).map((c) => c.code);
    assert.deepEqual(items.map((i) => i.dossier_code).sort(), mine.sort(), 'the wallet holds each once');
  }
});

test('ledger and signature log verify', async () => {
  await place.stop('server');
  const ledger = await danh('ledger', 'verify', '--data', place.data, '--json');
  assert.equal(ledger.code, 0, ledger.stdout);
  const report = JSON.parse(ledger.stdout);
  assert.deepEqual([report.holds, report.waiting, report.signatures_checked], [true, 0, true], ledger.stdout);
  const log = await danh('signer', '--verify-log', '--data', place.data);
  assert.equal(log.code, 0, log.stderr);
});
