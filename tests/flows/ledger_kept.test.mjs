// What an operator can do who has every key: edit, date back, cut off, tell another history, and make the whole tree anew so that it holds by itself. A checkpoint
// that somebody outside kept finds each of it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from '../../script/lib/client.mjs';
import { ENGINE } from './lib/database.mjs';
import { Installation, copyFolder, danh, end, ledgerKey, start, until } from './lib/installation.mjs';

const skip = ENGINE === 'postgresql' && 'what it asks of is a file';
let place;
let kept;
let key; // so that nobody waits for the running server's signer
before(async () => {
  if (skip) return;
  place = await Installation.open({ receivers: false });
  key = await ledgerKey(place.data);
  await until('something is signed', async () => (await verified(place.data)).covered > 0);
  await place.stop('server');
  copyFolder(place.data, at('early'));
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
const verified = async (data) => {
  const told = await danh('ledger', 'verify', '--data', data, '--key', key, '--json');
  assert.equal(told.code, 0, told.stderr);
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

test('the ledger that went on from it holds', { skip }, async () => {
  const answer = await hold(place.data);
  assert.equal(answer.code, 0, answer.stderr);
  assert.equal(JSON.parse(answer.stdout).kept_checkpoint_size, Number(readFileSync(kept, 'utf8').split('\n')[1]));
});

test('an older copy that was put back is found', { skip }, async () => {
  assert.ok((await verified(at('early'))).holds);
  assert.deepEqual(await refused(at('early')), FORKED);
});

test('another history from there on is found', { skip }, async () => {
  copyFolder(at('early'), at('fork'));
  await serveUntil(at('fork'), (await verified(place.data)).entries + 1);
  assert.ok((await verified(at('fork'))).holds, 'by itself it holds');
  assert.deepEqual(await refused(at('fork')), FORKED);
});

/** Dates an entry back by a day, in its content, its commitment and its leaf, and has the whole tree made anew. */
const FORGE = `import hashlib, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
number, salt, content = db.execute("SELECT entry_id, salt, content FROM ledger_detail WHERE content IS NOT NULL ORDER BY entry_id LIMIT 1").fetchone()
time = (int.from_bytes(content[2:10], "big") - 86400000).to_bytes(8, "big")
content = content[:2] + time + content[10:]
leaf = b"\\x02" + time + hashlib.sha256(b"danh-ledger-entry\\n" + salt + content).digest()
db.execute("UPDATE ledger_detail SET content = ? WHERE entry_id = ?", (content, number))
db.execute("UPDATE ledger_entry SET leaf = ? WHERE id = ?", (leaf, number))
for table in ("ledger_order", "ledger_tile", "ledger_checkpoint", "ledger_pending"): db.execute(f"DELETE FROM {table}")
db.execute("INSERT INTO ledger_pending SELECT id FROM ledger_entry")
db.commit()`;

test('an entry that was dated back is found, though everything above it was made anew and signed with the right key', { skip }, async () => {
  await place.stop('server');
  const { entries } = await verified(place.data);
  copyFolder(place.data, at('forged'));
  await place.startServer();
  execFileSync('/usr/bin/python3', ['-c', FORGE, path.join(at('forged'), 'danh.db')]);
  await serveUntil(at('forged'), entries);
  assert.ok((await verified(at('forged'))).holds, 'by itself it holds');
  assert.deepEqual(await refused(at('forged')), FORKED);
});

test('a checkpoint that this ledger did not sign says nothing about it', { skip }, async () => {
  const [origin, size, root, ...rest] = readFileSync(kept, 'utf8').split('\n');
  writeFileSync(at('more'), [origin, String(Number(size) - 1), root, ...rest].join('\n'));
  assert.deepEqual(await refused(place.data, at('more')), [1, 'note_signature_wrong']);
  writeFileSync(at('elsewhere'), [`${origin}x`, size, root, ...rest].join('\n'));
  assert.deepEqual(await refused(place.data, at('elsewhere')), FORKED);
  writeFileSync(at('words'), 'no checkpoint\n');
  assert.deepEqual(await refused(place.data, at('words')), [1, 'note_malformed']);
  assert.equal((await hold(place.data, at('nowhere'))).code, 4);
});
