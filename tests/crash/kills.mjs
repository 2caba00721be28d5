// kill -9 of the server, its signer, the database server and both receivers at random moments under write load. A client outside remembers every
// acknowledgement; what it did not hear about it asks again, with the same key. After each restart it tries what must be dead (remembered.mjs). In the end nothing acknowledged is lost,
// nothing is doubled, nothing dead is alive again, every result lies exactly once with each receiver, and ledger and signature log verify.
// DANH_SEED: repeats a run's order of kills and pauses. DANH_VERDICT: file that the last word is added to.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { newKey } from '../../script/lib/client.mjs';
import * as database from '../flows/lib/database.mjs';
import { Installation, danh, sleep, until } from '../flows/lib/installation.mjs';
import { Cluster } from '../flows/lib/nodes.mjs';
import { PURPOSE, desk, form, notify } from '../flows/lib/story.mjs';
import { Remembered } from './remembered.mjs';

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
let remembered;
let cluster = null; // of PostgreSQL
let stopped = false;
const PATIENCE_MS = 90000; // of one call: whoever was killed is back long before
const TARGETS = { sqlite: ['server', 'signer', 'national_portal', 'provincial_system'], postgresql: ['server', 'signer', 'postmaster', 'backend'] };
const killed = {}; // target -> how often
const asked = { calls: 0, repeated: 0 };
const certificates = []; // {citizen, code}: sealed was acknowledged
const fees = []; // {citizen, code, amount}: the bank was told that its notification is taken
const withdrawn = []; // {citizen, code}
const keys = new Map(); // key -> {citizen, code}: the submission was acknowledged
const verdict = { lost: [], doubled: [], revived: [] };

/** Notes for the last word what fails here. */
function holds(what, which, condition) {
  if (!condition) verdict[what].push(which);
  assert.ok(condition, `${which}: ${what}`);
}

/** So many there are: fewer are lost, more are doubled. */
function counts(which, found, wanted) {
  holds(found < wanted ? 'lost' : 'doubled', `${which}: ${found} instead of ${wanted}`, found === wanted);
}

/** Asks until somebody answers. `again`: an earlier try was not answered, so it may have been done already. */
async function call(send) {
  let again = false;
  for (const until_ = Date.now() + PATIENCE_MS; Date.now() < until_; ) {
    asked.calls += 1;
    try {
      const answer = await send();
      if (answer.status !== 503 && answer.status !== 500) return { answer, again };
      assert.notEqual(answer.status, 500, `${answer.text} ${place.children.server?.errors.slice(-2000)}`);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
    }
    again = true;
    asked.repeated += 1;
    await sleep(25);
  }
  throw new Error(`nobody answered in ${PATIENCE_MS} ms`);
}

const GONE = [401, 404, 409]; // says somebody who knows nothing of what was acknowledged just before: a sign-in, a dossier, its withdrawal

/** An act that may be done once: a conflict is an answer only where an earlier try was not heard of. */
async function once(send, what) {
  const { answer, again } = await call(send);
  if (GONE.includes(answer.status) && !again) holds('lost', `what goes before "${what}" (${answer.status} ${answer.body?.code})`, false);
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

/** The processes that one has started. */
function childrenOf(parent, word) {
  const found = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const isChild = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      if (isChild && readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(word)) found.push(Number(entry));
    } catch {
      // it has ended meanwhile
    }
  }
  return found;
}

/** Each kills one thing and starts it again; false: it was not there. `next`: where chance has a say. */
const KILL = {
  async signer() {
    const [pid] = childrenOf(place.children.server.pid, 'signer'); // the server starts it again
    if (pid) process.kill(pid, 'SIGKILL');
    return pid !== undefined;
  },
  async server() {
    await place.stop('server', 'SIGKILL');
    await place.startServer();
    return true;
  },
  async national_portal() {
    await place.stop('national_portal', 'SIGKILL');
    await place.startReceiver('national_portal');
    return true;
  },
  async provincial_system() {
    await place.stop('provincial_system', 'SIGKILL');
    await place.startReceiver('provincial_system');
    return true;
  },
  /** PostgreSQL's first process; the others end by themselves when they see it gone. */
  async postmaster(next) {
    await cluster.order('stop kill');
    await sleep(next() * 100);
    cluster.pid = (await cluster.order('start')).pid;
    return true;
  },
  /** One of the others: the first one ends all and recovers. */
  async backend(next) {
    const pids = childrenOf(cluster.pid, 'postgres');
    const pid = pids[Math.floor(next() * pids.length)];
    if (pid) process.kill(pid, 'SIGKILL');
    return pid !== undefined;
  },
};

/** At least a bit of each. */
function hasBeenLoad() {
  const { codes, refreshed, left, givenBack, tried } = remembered.counts;
  return keys.size > 5 && fees.length > 2 && certificates.length > 0 && [codes, refreshed, left, givenBack, tried].every((count) => count > 2);
}

async function underLoad(kills) {
  const next = random(SEED);
  const chosen = random(SEED + 1);
  const ready = []; // one after the other: who signs in beside nine others on a machine that is late may be sent to the waiting room, which is another story's
  for (const name of ['citizen.hanoi', 'citizen.hanoi.wife', 'student.hanoi', 'poor.hanoi', 'elderly.hanoi', 'digital.hanoi']) ready.push(await applicant(name));
  ready.push(await agency('expunged.hanoi', '01', 'has_conviction'));
  ready.push(await agency('citizen.hue', '46'));
  ready.push(await remembered.confidential('citizen.danang', 'convicted.hanoi'));
  ready.push(await remembered.publicOne('citizen.hochiminh'));
  let failure;
  const workers = ready.map((work) => work().catch((error) => (failure ??= error)));
  const targets = Object.keys(killed);
  try {
    for (let done = 0; done < kills && !failure; ) {
      await sleep(30 + next() * 300);
      const target = targets[Math.floor(next() * targets.length)];
      if (!(await KILL[target](next))) continue;
      killed[target] += 1;
      done += 1;
      await remembered.tryDead(chosen);
    }
    await until('enough was done meanwhile', () => failure || hasBeenLoad(), 90000);
  } finally {
    stopped = true;
  }
  await Promise.all(workers);
  if (failure) throw failure;
}

/** The tests of one engine, "sqlite" or "postgresql": one a process. */
export function tests(engine, kills) {
  before(async () => {
    if (engine === 'postgresql') {
      cluster = await Cluster.open();
      database.use(cluster.url);
    }
    for (const target of TARGETS[engine]) killed[target] = 0;
    place = await Installation.open({ engine });
    secret = place.bankSecret();
    remembered = new Remembered(place, { call, holds, isOver: () => stopped });
  });
  after(async () => {
    stopped = true;
    await place?.close();
    await cluster?.close();
    if (process.env.DANH_VERDICT) appendFileSync(process.env.DANH_VERDICT, `${JSON.stringify({ engine, kills: sum(killed), seed: SEED, ...verdict })}\n`);
  });

  test(`${engine}: ${kills} kills under load (DANH_SEED=${SEED})`, { timeout: 180000 + kills * 5000 }, async (t) => {
    await underLoad(kills);
    t.diagnostic(`seed ${SEED}; killed ${JSON.stringify(killed)}; ${asked.calls} calls, ${asked.repeated} repeated; ` +
      `${keys.size} submissions, ${fees.length} payments, ${withdrawn.length} withdrawals, ${certificates.length} certificates, ${remembered.summary()}`);
    assert.ok(hasBeenLoad(), 'there was load, also at the relying parties');
  });
  for (const [name, holds_] of Object.entries(AFTERWARDS)) test(`${engine}: ${name}`, holds_);
}

const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);

/** Everything on a citizen's list, page after page. */
async function listed(citizen, address) {
  const items = [];
  for (let page = { next: '' }; page.next !== null; ) {
    page = await citizen.ok(citizen.get(page.next ? `${address}?after=${page.next}` : address));
    items.push(...page.items);
  }
  return items;
}

const AFTERWARDS = {
  'no used code or refresh token, no token that was taken back and no session that was left is alive again; the other tokens are alive': () => remembered.tryAll(),

  async 'every submission that was acknowledged is there, once'() {
    const byCitizen = new Map();
    for (const { citizen, code } of keys.values()) byCitizen.set(citizen, [...(byCitizen.get(citizen) ?? []), code]);
    holds('lost', 'a dossier whose code another one got', new Set([...keys.values()].map((k) => k.code)).size === keys.size);
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
  },

  async 'every payment is booked once, and what was withdrawn before it was received is due back once'() {
    const isWithdrawn = new Set(withdrawn.map((w) => w.code));
    for (const { citizen, code, amount } of fees) {
      const { payment, status } = await citizen.ok(citizen.get(`/api/dossiers/${code}`));
      const due = isWithdrawn.has(code) ? amount : 0;
      counts(`the refund of ${code}`, payment.refund_due, due);
      if (isWithdrawn.has(code)) holds('lost', `the withdrawal of ${code}`, status.code === 'withdrawn');
      else counts(`the payment of ${code}`, payment.paid, amount);
    }
  },

  async 'every sealed certificate arrives, exactly once with each receiver, with the bytes of the wallet'() {
    for (const { citizen, code } of certificates) {
      const done = await until(`${code} is returned`, async () => {
        const now = await citizen.ok(citizen.get(`/api/dossiers/${code}`));
        return now.status.code === 'returned' && now;
      }, 90000);
      counts(`a delivery of ${code}`, done.deliveries.filter((d) => d.state === 'acknowledged').length, 3);
      for (const act of ['sign', 'seal']) counts(`${act} of ${code}`, done.moves.filter((m) => m.act === act).length, 1);
      const { answer } = await call(() => citizen.post('/api/session/passcode', { passcode: place.synth.demo_passcode }));
      assert.equal(answer.status, 204);
      const document = await citizen.ok(citizen.get(`/api/wallet/${done.document_id}`));
      for (const name of ['national_portal', 'provincial_system']) {
        const held = await (await fetch(`http://127.0.0.1:${place.ports[name]}/deliveries/${code}`)).json();
        const items = held.items ?? held;
        counts(`${code} with ${name}`, items.length, 1);
        assert.deepEqual(items.map((i) => i.document_sha256), [document.sha256], `${name}, ${code}`);
      }
    }
    for (const citizen of new Set(certificates.map((c) => c.citizen))) {
      const items = await listed(citizen, '/api/wallet');
      const mine = certificates.filter((c) => c.citizen === citizen).map((c) => c.code);
      counts('a certificate of a wallet', items.length, mine.length);
      assert.deepEqual(items.map((i) => i.dossier_code).sort(), mine.sort(), 'the wallet holds each once');
    }
  },

  async 'ledger and signature log verify'() {
    await place.stop('server');
    const ledger = await danh('ledger', 'verify', '--data', place.data, '--json');
    holds('lost', `an entry of the ledger (${ledger.stdout.trim()})`, ledger.code === 0);
    const report = JSON.parse(ledger.stdout);
    assert.deepEqual([report.holds, report.waiting, report.signatures_checked], [true, 0, true], ledger.stdout);
    const log = await danh('signer', '--verify-log', '--data', place.data);
    holds('lost', `a signature of the log (${log.stderr.trim()})`, log.code === 0);
  },
};
