// What a visit asks of the database: a sign-in by passkey and three reads, counted in the log of a PostgreSQL server of its own. A figure that grew would make every
// visit of a national day dearer, on both engines, and no test of behaviour would see it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Cluster, Nodes } from './lib/nodes.mjs';
import { Passkey } from './lib/passkey.mjs';

const READS = ['/api/session', '/api/dossiers', '/api/wallet'];
const VISITS = 6; // what comes between by itself, a sweep or a moved idle limit, does so in one of them: the least counts
/** What only visits ask; rounds in the background have tables of their own, and one of account's. */
const OF_VISITS = /\b(person|person_\w+|account|account_(?!session_ended)\w+|authenticator\w*|wallet_document|dossier|post_holder|mandate)\b|INTO ledger_|FROM ledger_pseudonym/;
const OF_ROUNDS = /INTO ledger_(order|tile|checkpoint)/;
const form = (fields) => new URLSearchParams(fields);

let nodes;
before(async () => (nodes = await Nodes.open({ names: ['a'], cluster: await Cluster.open() })));
after(async () => {
  await nodes?.close();
  await nodes?.cluster.close();
});

/** The statements of visits that the server was sent while that ran, in the order of its log. */
async function statementsOf(what) {
  const from = readFileSync(nodes.cluster.log).length;
  await what();
  const said = readFileSync(nodes.cluster.log).subarray(from).toString();
  return [...said.matchAll(/LOG: {2}execute \S+: (.*)/g)].map(([, sql]) => sql).filter((sql) => OF_VISITS.test(sql) && !OF_ROUNDS.test(sql));
}

async function signIn(client, passkey) {
  const begun = await client.ok(client.post('/sign-in/passkey/begin', form({ step: 'passkey', level: '2' })));
  const answer = await client.post('/sign-in', form({ step: 'passkey', level: '2', next: '/app/', ceremony: begun.ceremony, answer: passkey.get(begun.options) }));
  assert.equal(answer.status, 303);
}

test('a visit takes no more statements than it did', async () => {
  const holder = await nodes.as('citizen.danang', 'a');
  const raised = { step: 'passcode', raise: '1', code: nodes.synth.demo_passcode, level: '2', next: '/app/' };
  assert.equal((await holder.post('/sign-in', form(raised))).status, 303);
  const passkey = new Passkey(nodes.origin);
  const begun = await holder.ok(holder.post('/api/me/authenticators/passkey/begin'));
  assert.equal((await holder.post('/api/me/authenticators/passkey', { ceremony: begun.ceremony, answer: passkey.create(begun.options), name: 'Máy thử' })).status, 201);
  await nodes.cluster.order("sql ALTER SYSTEM SET log_statement = 'all'");
  await nodes.cluster.order('sql SELECT pg_reload_conf()');
  const least = new Map();
  const count = async (step, what) => {
    const statements = await statementsOf(what);
    const before = least.get(step);
    if (!before || statements.length < before.length) least.set(step, statements);
  };
  const { cookies } = holder;
  for (let visit = 0; visit < VISITS; visit++) {
    const client = nodes.at('a', new Map([...cookies].filter(([name]) => name === 'danh_browser')));
    await count('sign-in', () => signIn(client, passkey));
    for (const read of READS) await count(read, () => client.ok(client.get(read)));
  }
  const most = { 'sign-in': 17, '/api/session': 2, '/api/dossiers': 2, '/api/wallet': 3 };
  for (const [step, bound] of Object.entries(most)) assert.ok(least.get(step).length <= bound, `${step}: ${least.get(step).length} statements\n${least.get(step).join('\n')}`);
});
