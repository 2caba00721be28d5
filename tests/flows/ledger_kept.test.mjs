// What an operator can do who has every key: edit, date back, cut off, tell another history, and make the whole tree anew so that it holds by itself. A checkpoint
// that somebody outside kept finds each of it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from '../../script/lib/client.mjs';
import * as database from './lib/database.mjs';
import { Installation, copyFolder, danh, end, ledgerKey, start, until } from './lib/installation.mjs';

let place;
let kept;
let key; // so that nobody waits for the running server's signer
before(async () => {
  place = await Installation.open({ receivers: false });
  key = await ledgerKey(place.data);
  await until('something is signed', async () => (await verified(place.data)).covered > 0);
  await place.stop('server');
  copyOf(place.data, at('early'));
  await place.startServer();
  await place.as('citizen.hanoi');
  const early = (await verified(at('early'))).entries;
  kept = at('checkpoint');
  await until('more is signed', async () => {
    const { text } = await place.client().get('/ledger/checkpoint');
    writeFileSync(kept, text);
    return Number(text.split('\n')[1]) > early;
  });
});
after(() => place?.close());

const at = (name) => path.join(place.folder, name);
/** A folder's copy, with a database of its own; nobody serves the first meanwhile. */
function copyOf(from, to) {
  copyFolder(from, to);
  const url = database.addressIn(from);
  const ini = path.join(to, 'danh.ini');
  if (url) writeFileSync(ini, readFileSync(ini, 'utf8').replace(url, () => database.create(url)));
}
const verified = async (data) => {
  const told = await danh('ledger', 'verify', '--data', data, '--key', key, '--json');
  assert.equal(told.code, 0, told.stderr || told.stdout);
  return JSON.parse(told.stdout);
};
const hold = (data, file = kept) => danh('ledger', 'verify', '--data', data, '--key', key, '--checkpoint', file, '--json');
const refused = async (data, file) => {
  const answer = await hold(data, file);
  return [answer.code, JSON.parse(answer.stdout).error];
};
const FORKED = [1, 'ledger_forked'];

/** Serves a copy under the same name until its ledger has at least so many entries and all of them are signed. */
async function serveUntil(data, entries) {
  const server = await start(['serve', '--data', data, '--listen', '127.0.0.1:0', '--origin', place.url]);
  try {
    await until('it has as many entries', async () => {
      const report = await verified(data);
      if (report.entries >= entries && report.waiting === 0 && report.covered === report.entries) return true;
      if (report.entries < entries) await new Client(`http://127.0.0.1:${server.ready.port}`, { origin: place.url }).signIn(place.identity('citizen.hue').pin, place.synth.demo_password);
      return false;
    });
  } finally {
    await end(server);
  }
}

test('a ledger that has signed nothing has no name yet, so it tells no key', async () => {
  assert.equal((await danh('init', '--data', at('new'))).code, 0);
  const told = await danh('ledger', 'key', '--data', at('new'), '--json');
  assert.equal(told.code, 1);
  assert.equal(JSON.parse(told.stdout).error, 'not_found');
});

test('the ledger that went on from it holds', async () => {
  const answer = await hold(place.data);
  assert.equal(answer.code, 0, answer.stderr);
  assert.equal(JSON.parse(answer.stdout).kept_checkpoint_size, Number(readFileSync(kept, 'utf8').split('\n')[1]));
});

test('an older copy that was put back is found', async () => {
  assert.ok((await verified(at('early'))).holds);
  assert.deepEqual(await refused(at('early')), FORKED);
});

test('another history from there on is found', async () => {
  copyOf(at('early'), at('fork'));
  await serveUntil(at('fork'), (await verified(place.data)).entries + 1);
  assert.ok((await verified(at('fork'))).holds, 'by itself it holds');
  assert.deepEqual(await refused(at('fork')), FORKED);
});

/** Dates an entry back by a day, in its content, its commitment and its leaf, and has the whole tree made anew. */
function forge(data) {
  const [[number, salt, content]] = database.rows(data, `SELECT entry_id, ${database.hexOf('salt')} AS salt, ${database.hexOf('content')} AS content FROM ledger_detail
    WHERE content IS NOT NULL ORDER BY entry_id LIMIT 1`);
  const bytes = Buffer.from(content, 'hex');
  bytes.writeBigUInt64BE(bytes.readBigUInt64BE(2) - 86400000n, 2);
  const commitment = createHash('sha256').update('danh-ledger-entry\n').update(Buffer.from(salt, 'hex')).update(bytes).digest();
  const leaf = Buffer.concat([Buffer.of(2), bytes.subarray(2, 10), commitment]);
  database.change(data, `UPDATE ledger_detail SET content = ${database.bytes(bytes)} WHERE entry_id = $1`, number);
  database.change(data, `UPDATE ledger_entry SET leaf = ${database.bytes(leaf)} WHERE id = $1`, number);
  for (const table of ['ledger_order', 'ledger_tile', 'ledger_checkpoint', 'ledger_pending']) database.change(data, `DELETE FROM ${table}`);
  database.change(data, 'INSERT INTO ledger_pending SELECT id FROM ledger_entry');
}

test('an entry that was dated back is found, though everything above it was made anew and signed with the right key', async () => {
  await place.stop('server');
  const { entries } = await verified(place.data);
  copyOf(place.data, at('forged'));
  await place.startServer();
  forge(at('forged'));
  await serveUntil(at('forged'), entries);
  assert.ok((await verified(at('forged'))).holds, 'by itself it holds');
  assert.deepEqual(await refused(at('forged')), FORKED);
});

test('a checkpoint that this ledger did not sign says nothing about it', async () => {
  const [origin, size, root, ...rest] = readFileSync(kept, 'utf8').split('\n');
  writeFileSync(at('more'), [origin, String(Number(size) - 1), root, ...rest].join('\n'));
  assert.deepEqual(await refused(place.data, at('more')), [1, 'note_signature_wrong']);
  writeFileSync(at('elsewhere'), [`${origin}x`, size, root, ...rest].join('\n'));
  assert.deepEqual(await refused(place.data, at('elsewhere')), FORKED);
  writeFileSync(at('words'), 'no checkpoint\n');
  assert.deepEqual(await refused(place.data, at('words')), [1, 'note_malformed']);
  assert.equal((await hold(place.data, at('nowhere'))).code, 4);
});
