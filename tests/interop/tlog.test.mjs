// The ledger read by somebody else: golang.org/x/mod/sumdb's tlog and note (tests/interop/tlog) recompute root, inclusion and growth from what is served
// and from what is exported, and find every flipped bit.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Installation, ROOT, copyFolder, danh, end, freePort, ledgerKey, start, until } from '../flows/lib/installation.mjs';
import { PURPOSE, dossier, refused } from '../flows/lib/story.mjs';

const ENTRIES = 1000;
let place;
let key;
let reader;
let citizen;
let officer;
const staff = {};

/** The outside reader: what it printed; fails with what it said. */
async function outside(...args) {
  const { stdout } = await promisify(execFile)(reader, ['-key', key, ...args]).catch((error) => Promise.reject(new Error(error.stderr || String(error))));
  return stdout.trim();
}

const served = () => `${place.url}/ledger`;
const checkpoint = async () => (await fetch(`${served()}/checkpoint`)).text();
const size = async () => Number((await checkpoint()).split('\n')[1] ?? 0);

/** Reads of somebody's data, an entry each. */
async function readSome(count) {
  const pin = place.identity('citizen.hue').pin;
  const one = async (_, i) => {
    for (let k = i; k < count; k += 8) await officer.ok(officer.get(`/api/desk/people?pin=${pin}&purpose=${encodeURIComponent(PURPOSE)}`));
  };
  await Promise.all(Array.from({ length: 8 }, one));
}

before(async () => {
  reader = path.join(ROOT, 'build/tlog_reader');
  execFileSync('go', ['build', '-buildvcs=false', '-o', reader, '.'], { cwd: path.join(ROOT, 'tests/interop/tlog'), env: { ...process.env, CGO_ENABLED: '0' } });
  place = await Installation.open({ receivers: false });
  citizen = await place.as('citizen.hanoi');
  await dossier(place, 'looked_up', { citizen, staff });
  officer = await place.officer('collector');
  await readSome(ENTRIES);
  await until(`${ENTRIES} entries under a checkpoint`, async () => (await size()) >= ENTRIES);
  key = await ledgerKey(place.data);
});
after(() => place?.close());

test('what is served leads to the signed root, and grows from what it was', async () => {
  const old = path.join(place.folder, 'old-checkpoint');
  writeFileSync(old, await checkpoint());
  assert.match(await outside(served()), /^\d{4} entries, root /);
  const before = await size();
  await readSome(300);
  await until('more under a checkpoint', async () => (await size()) >= before + 300);
  assert.match(await outside('-old', old, served()), /grown from 1 older/);
  const forged = path.join(place.folder, 'forged-checkpoint');
  writeFileSync(forged, readFileSync(old, 'utf8').replace(/^(.*\n)\d+/, '$17'));
  await assert.rejects(outside('-old', forged, served()), /invalid signature|verif/);
});

test('tiles are kept for good, the checkpoint for a moment; what no checkpoint covers is not there', async () => {
  const tile = await fetch(`${served()}/tile/0/000`);
  assert.deepEqual([tile.status, tile.headers.get('cache-control'), (await tile.arrayBuffer()).byteLength], [200, 'public, max-age=31536000, immutable', 8192]);
  assert.match((await fetch(`${served()}/checkpoint`)).headers.get('cache-control'), /max-age=[1-5]$/);
  for (const name of ['tile/0/999', 'tile/0/x000/000', 'tile/0/0', 'tile/9/000', 'tile/entries/999.p/3', 'tile/0/000.p/256', 'tile/data/000']) {
    assert.equal((await fetch(`${served()}/${name}`)).status, 404, name);
  }
});

test('a bundle tells nothing of whom: a time and a commitment each', async () => {
  const bundle = Buffer.from(await (await fetch(`${served()}/tile/entries/000`)).arrayBuffer());
  assert.equal(bundle.length, 256 * 43);
  for (let at = 0; at < bundle.length; at += 43) {
    assert.deepEqual([bundle.readUInt16BE(at), bundle[at + 2]], [41, 2]);
    assert.ok(Math.abs(Number(bundle.readBigUInt64BE(at + 3)) - place.now()) < 3 * 24 * 3600 * 1000);
  }
});

test('the exported files are the served ones; a run adds what is new', async () => {
  const folder = path.join(place.folder, 'exported');
  const first = JSON.parse((await danh('ledger', 'export', folder, '--data', place.data, '--json')).stdout);
  assert.ok(first.size >= ENTRIES && first.from === 0, JSON.stringify(first));
  assert.match(await outside(folder), /entries, root/);
  const old = path.join(place.folder, 'exported-checkpoint');
  writeFileSync(old, readFileSync(path.join(folder, 'checkpoint')));
  await readSome(20);
  await until('more under a checkpoint', async () => (await size()) >= first.size + 20);
  const second = JSON.parse((await danh('ledger', 'export', folder, '--data', place.data, '--json')).stdout);
  assert.ok(second.from === first.size && second.size >= first.size + 20 && second.files < first.files, JSON.stringify(second));
  assert.match(await outside('-old', old, folder), /grown from 1 older/);
  assert.deepEqual(readdirSync(path.join(folder, 'tile/0')).filter((name) => name.endsWith('.p')).length, 1); // of tiles that are full now none is left
});

test('every flipped bit of a log of 1,000 entries is found', async () => {
  const folder = path.join(place.folder, 'flipped');
  await danh('ledger', 'export', folder, '--data', place.data);
  const seed = process.env.DANH_SEED ?? String(Date.now() % 1e6);
  const how = process.env.DANH_LONG ? ['-all'] : ['-flips', '5000', '-seed', seed];
  assert.match(await outside(...how, folder), /each found$/, `seed ${seed}`);
});

test('a person shows what an entry about them says, and nobody can show anything else', async () => {
  const [read] = (await citizen.ok(citizen.get('/api/me/reads?limit=1'))).items;
  const answer = await citizen.get(`/api/me/reads/${read.id}/proof`);
  assert.equal(answer.status, 200);
  const file = path.join(place.folder, 'mine.tlog-proof');
  writeFileSync(file, answer.bytes);
  assert.match(await outside('-proof', file), new RegExp(`^entry ${read.ledger_position} of \\d+: `));
  const ours = await danh('ledger', 'check', file, '--key', key, '--json');
  assert.equal(ours.code, 0, ours.stderr);
  const shown = JSON.parse(ours.stdout);
  assert.deepEqual([shown.position, shown.at, shown.legal_basis, shown.read], [read.ledger_position, read.at, read.purpose, true]);
  // What was shown, changed in any byte.
  const lines = answer.bytes.toString('utf8').split('\n');
  const extra = Buffer.from(lines[1].slice(6), 'base64');
  for (let at = 0; at < extra.length; at += 7) {
    const changed = Buffer.from(extra);
    changed[at] ^= 1;
    writeFileSync(file, [lines[0], `extra ${changed.toString('base64')}`, ...lines.slice(2)].join('\n'));
    assert.equal((await danh('ledger', 'check', file, '--key', key)).code, 1, `byte ${at}`);
  }
  writeFileSync(file, answer.bytes.toString('utf8').replace(/^index \d+/m, 'index 3'));
  const elsewhere = await danh('ledger', 'check', file, '--key', key);
  assert.deepEqual([elsewhere.code, /not in the ledger/.test(elsewhere.stderr)], [1, true]);
  assert.equal((await danh('ledger', 'check', file, '--key', 'nonsense')).code, 2);
  await refused((await place.as('citizen.danang')).get(`/api/me/reads/${read.id}/proof`), 404, 'entry_unknown');
});

test('a missing tile is named: by the export with exit code 4, by the server, by verify and by the outside reader', async () => {
  const folder = path.join(place.folder, 'with-a-hole');
  await danh('ledger', 'export', folder, '--data', place.data);
  rmSync(path.join(folder, 'tile/0/001'));
  await assert.rejects(outside(folder), /tile\/0\/001/);
  const again = await danh('ledger', 'export', folder, '--all', '--data', place.data); // what the folder lost is put back
  assert.deepEqual([again.code, existsSync(path.join(folder, 'tile/0/001'))], [0, true]);
  const copy = path.join(place.folder, 'copy');
  copyFolder(place.data, copy);
  const program = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("DELETE FROM ledger_tile WHERE level = 0 AND number = 1")
db.commit()`;
  execFileSync('python3', ['-c', program, path.join(copy, 'danh.db')]);
  const refusedExport = await danh('ledger', 'export', path.join(place.folder, 'never'), '--data', copy);
  assert.deepEqual([refusedExport.code, /A tile of the ledger is missing.*tile 0\/1 /.test(refusedExport.stderr)], [4, true], refusedExport.stderr);
  assert.equal(existsSync(path.join(place.folder, 'never/checkpoint')), false);
  const found = await danh('ledger', 'verify', '--data', copy, '--json');
  assert.deepEqual([found.code, JSON.parse(found.stdout).altered, JSON.parse(found.stdout).position], [1, 'hash', 256]);
  const rebuilt = await danh('ledger', 'rebuild', '--data', copy, '--json');
  assert.deepEqual([rebuilt.code, JSON.parse(rebuilt.stdout).tiles], [0, 1], rebuilt.stderr);
  assert.equal((await danh('ledger', 'export', path.join(place.folder, 'rebuilt'), '--data', copy)).code, 0);
  assert.match(await outside(path.join(place.folder, 'rebuilt')), /entries, root/);
  execFileSync('python3', ['-c', program.replace('DELETE FROM ledger_tile', "UPDATE ledger_entry SET leaf = zeroblob(41) WHERE id = (SELECT entry_id FROM ledger_order WHERE position = 300)\")\ndb.execute(\"DELETE FROM ledger_tile"), path.join(copy, 'danh.db')]);
  const altered = await danh('ledger', 'rebuild', '--data', copy, '--json');
  assert.deepEqual([altered.code, JSON.parse(altered.stdout).error], [4, 'ledger_altered'], altered.stderr);
  assert.match(altered.stderr, /between positions \d+ and \d+ is not the one that was signed/);
});

test('a witness cosigns what has grown: the outside reader asks for both signatures, a proof shows both', async () => {
  const folder = path.join(place.folder, 'witness');
  const name = ['--name', 'witness.example/w1'];
  const vkey = (await danh('witness', 'key', ...name, '--data', folder)).stdout.trim();
  const port = await freePort();
  await assert.rejects(outside('-witness', vkey, served()), /signatures/); // nobody has asked it yet
  const witness = await start(['witness', ...name, '--data', folder, '--listen', `127.0.0.1:${port}`, '--log', key]);
  try {
    await place.stop('server');
    const ini = path.join(place.data, 'danh.ini');
    writeFileSync(ini, `${readFileSync(ini, 'utf8')}\n[witness w1]\nurl = http://127.0.0.1:${port}\nkey = ${vkey}\n`);
    await place.startServer();
    const isCosigned = async () => (await checkpoint()).includes('\u2014 witness.example/w1 ');
    await until('a cosigned checkpoint', isCosigned);
    assert.match(await outside('-witness', vkey, served()), /entries, root/);
    officer = await place.officer('collector');
    await readSome(3);
    await until('the next one cosigned', async () => (await checkpoint()).includes('\u2014 witness.example/w1 ') && outside('-witness', vkey, served()).catch(() => false));
  } finally {
    await end(witness);
  }
});

test('a log put back from an older copy is not published over the newer one', async () => {
  const folder = path.join(place.folder, 'published');
  const copy = path.join(place.folder, 'older');
  copyFolder(place.data, copy);
  await readSome(5);
  const before = await size();
  await until('more under a checkpoint', async () => (await size()) >= before + 1);
  await danh('ledger', 'export', folder, '--data', place.data);
  const published = readFileSync(path.join(folder, 'checkpoint'), 'utf8');
  const over = await danh('ledger', 'export', folder, '--data', copy);
  assert.deepEqual([over.code, /not of this ledger/.test(over.stderr)], [1, true], over.stderr);
  assert.equal(readFileSync(path.join(folder, 'checkpoint'), 'utf8'), published);
});
