// People come from a file of several batches, and whoever imports it is killed, stopped or handed another file in between: the same command goes on where it
// was, and what is there at the end is what one run without a break leaves behind.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as database from './lib/database.mjs';
import { DANH, danh, end, sleep, start } from './lib/installation.mjs';

const BATCH = 8000;
const SERVED = database.ENGINE === 'postgresql'; // a batch takes a second there, and some hundredths of one in a file
const BATCHES = SERVED ? 3 : 4;
const ROWS = (BATCHES - 1) * BATCH + 100;
const SLICE_MS = SERVED ? 300 : 10;
let folder;
const at = (name) => path.join(folder, name);
let file;
let whole; // what an import without a break leaves behind
const urls = [];
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'danh-import-'));
  file = at('people.csv');
  writeFileSync(file, people());
  const data = await empty('whole');
  const imported = await danh('import', file, '--data', data, '--json', '--refused', at('whole.refused'));
  assert.equal(imported.code, 1, imported.stderr);
  whole = { said: JSON.parse(imported.stdout), refused: readFileSync(at('whole.refused'), 'utf8'), tables: tables(data) };
  assert.deepEqual([whole.said.rows, whole.said.added, whole.said.batches, whole.said.resumed_rows], [ROWS, ROWS - whole.refused.trim().split('\n').length, BATCHES, 0]);
});
after(() => {
  for (const url of urls) database.drop(url);
  rmSync(folder, { recursive: true, force: true });
});

/** Families in which a child names its father, who stands above it, and bad rows of several kinds. */
function people() {
  const lines = ['pin,name,sex,birth_date,father_pin,permanent_commune,permanent_address'];
  for (let i = 0; i < ROWS; i++) {
    const number = String(i).padStart(6, '0');
    if (i % 997 === 5) lines.push(`001093${number},Nguyễn Văn An,female,1993,,,`);
    else if (i % 1499 === 7) lines.push(`001093${number},Nguyễn Văn An,male,1993`);
    else if (i % 5 === 4) lines.push(`001203${number},Nguyễn Văn Út,male,2003,001065${String(i - 1).padStart(6, '0')},,`);
    else if (i % 5 === 3) lines.push(`001065${number},Nguyễn Văn Cả,male,1965,,00070,"Số ${i}, ngõ ""2"""`);
    else lines.push(`001093${number},Trần Văn Bình,male,1993,,00070,`);
  }
  return `${lines.join('\n')}\n`;
}

/** An installation without people. */
async function empty(name) {
  const data = at(name);
  mkdirSync(data, { mode: 0o700 });
  if (SERVED) urls.push(database.create());
  writeFileSync(path.join(data, 'danh.ini'), SERVED ? `[database]\nurl = ${urls.at(-1)}\npartitions = 2\n` : '');
  const made = await danh('init', '--data', data);
  assert.equal(made.code, 0, made.stderr);
  return data;
}

/** What was imported, by PIN: people's internal numbers are as old as their import. */
function tables(data) {
  const digest = (sql) => createHash('sha256').update(JSON.stringify(database.rows(data, sql))).digest('hex');
  return {
    people: digest('SELECT p.pin, p.name, p.name_fold, p.word_2, p.word_last, p.sex, p.birth, p.life, n.pin AS own, n.status FROM person p JOIN person_pin n ON n.person_id = p.person_id ORDER BY p.pin'),
    relations: digest('SELECT p.pin, r.kind, r.ordinal, q.pin AS other, r.name FROM person_relation r JOIN person p ON p.person_id = r.person_id LEFT JOIN person q ON q.person_id = r.related_person_id ORDER BY p.pin, r.kind, r.ordinal'),
    residences: digest('SELECT p.pin, h.kind, h.commune, h.address FROM person_residence h JOIN person p ON p.person_id = h.person_id ORDER BY p.pin, h.kind'),
    batches: database.rows(data, 'SELECT detail FROM ledger_detail ORDER BY entry_id').map(([detail]) => JSON.parse(detail)).filter((d) => 'first_line' in d)
      .map((d) => [d.first_line, d.last_line, d.added, d.refused]),
    left: database.rows(data, 'SELECT (SELECT COUNT(*) FROM import_run) AS runs, (SELECT COUNT(*) FROM import_refusal) AS refusals')[0],
  };
}

const reached = (data) => database.rows(data, 'SELECT at_line FROM import_run')[0]?.[0] ?? 0;

/** The import, held still until it has come to that line, and then given the signal. null: it was at its end before anybody looked. */
async function importUntil(data, line, signal) {
  const child = spawn(DANH, ['import', file, '--data', data, '--json', '--refused', at('broken.refused')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (part) => (said[name] += part));
  const closed = new Promise((done) => child.once('close', (code, by) => done({ code, by, ...said })));
  let now = 0;
  for (const late = Date.now() + 60000; now < line && child.exitCode === null && Date.now() < late; ) {
    await sleep(SLICE_MS);
    child.kill('SIGSTOP');
    now = reached(data);
    if (now < line) child.kill('SIGCONT');
  }
  child.kill(signal);
  child.kill('SIGCONT');
  const ended = await closed;
  return now >= line ? ended : null;
}

/** An installation whose import came to that line and was ended there. */
async function broken(name, line, signal) {
  for (let tries = 1; tries <= 20; tries++) {
    const data = await empty(`${name}${tries}`);
    const ended = await importUntil(data, line, signal);
    if (ended) return { data, ended };
  }
  throw new Error(`in twenty tries it was never seen at line ${line}`);
}

test('killed at several moments it goes on where it was, and leaves what one run leaves', async () => {
  const { data, ended } = await broken('killed', BATCH + 2, 'SIGKILL');
  assert.deepEqual([ended.by, (reached(data) - 2) % BATCH], ['SIGKILL', 0], 'whole batches only');
  const seed = Number(process.env.DANH_SEED ?? Date.now() % 1e6);
  for (let i = 1; i <= (SERVED ? 1 : 4); i++) { // anywhere: reading the file, at its beginning, in the middle of a batch
    const child = spawn(DANH, ['import', file, '--data', data], { stdio: 'ignore' });
    await sleep((seed * i * 7919) % 250);
    await end(child, 'SIGKILL');
    if (reached(data) <= 1) break; // it was quick enough to finish: the next one would begin anew
  }
  const had = reached(data);
  const last = await danh('import', file, '--data', data, '--json', '--refused', at('killed.refused'));
  const found = tables(data);
  if (had > 1) {
    const said = JSON.parse(last.stdout);
    assert.equal(said.resumed_line, had);
    assert.match(last.stderr, new RegExp(`goes on at line ${had}; ${had - 2} rows were done before`));
    assert.deepEqual({ ...said, resumed_line: 0, resumed_rows: 0 }, whole.said, `seed ${seed}`);
    assert.equal(readFileSync(at('killed.refused'), 'utf8'), whole.refused, 'rows that were refused before it was killed are told as well');
    assert.deepEqual(found, whole.tables, `seed ${seed}`);
  }
  assert.deepEqual({ ...found, batches: found.batches.slice(0, BATCHES) }, whole.tables, `seed ${seed}`);
});

test('SIGINT ends it behind a whole batch with the words to run it again, and the same command goes on', async () => {
  const { data, ended: stopped } = await broken('stopped', BATCH + 2, 'SIGINT');
  assert.deepEqual([stopped.code, JSON.parse(stopped.stdout).error], [3, 'import_stopped'], stopped.stderr);
  assert.match(stopped.stderr, /run it again to go on \[before line \d+, after \d+ rows\]/);
  const at_ = reached(data);
  assert.equal((at_ - 2) % BATCH, 0);
  const last = await danh('import', file, '--data', data, '--json', '--refused', at('stopped.refused'));
  assert.deepEqual([last.code, JSON.parse(last.stdout).resumed_line], [1, at_]);
  assert.deepEqual([tables(data), readFileSync(at('stopped.refused'), 'utf8')], [whole.tables, whole.refused]);
});

test('another file at that path is refused until it is said that it begins anew', async () => {
  const { data } = await broken('changed', BATCH + 2, 'SIGKILL');
  const had = reached(data);
  const text = readFileSync(file, 'utf8');
  appendFileSync(file, '001093999999,Lê Văn Thêm,male,1993,,,\n');
  try {
    const refused = await danh('import', file, '--data', data, '--json');
    assert.deepEqual([refused.code, JSON.parse(refused.stdout).error], [1, 'import_changed'], refused.stderr);
    assert.match(refused.stderr, new RegExp(`it had come to line ${had}`));
    const anew = JSON.parse((await danh('import', file, '--data', data, '--json', '--anew')).stdout);
    assert.deepEqual([anew.rows, anew.resumed_rows], [ROWS + 1, 0]);
    assert.equal(tables(data).left.join(), '0,0');
    assert.equal(database.rows(data, 'SELECT COUNT(*) FROM person')[0][0], whole.said.added + 1, 'nobody came twice');
  } finally {
    writeFileSync(file, text);
  }
});

test('a server that ends while it imports stops behind a whole batch; the next one goes on', async () => {
  const data = await empty('served');
  let server = await start(['serve', '--data', data, '--listen', '127.0.0.1:0']);
  try {
    const importing = danh('import', file, '--data', data, '--json');
    for (const late = Date.now() + 60000; reached(data) === 0 && Date.now() < late; ) await sleep(10);
    await end(server);
    const stopped = await importing;
    assert.match(stopped.stderr, /the running server imports it/);
    server = await start(['serve', '--data', data, '--listen', '127.0.0.1:0']);
    if (stopped.code === 3) { // unless it was done by then
      assert.equal(JSON.parse(stopped.stdout).error, 'import_stopped');
      const last = JSON.parse((await danh('import', file, '--data', data, '--json')).stdout);
      assert.deepEqual([last.rows, last.added], [whole.said.rows, whole.said.added]);
    }
  } finally {
    await end(server);
  }
  const { batches, ...rest } = tables(data);
  const { batches: expected, ...others } = whole.tables;
  assert.deepEqual([rest, batches], [others, expected]);
});
