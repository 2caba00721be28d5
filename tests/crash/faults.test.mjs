// The disk fails, the power goes, memory runs out: one story, played again and again in a process of its own, each time with another fault at another call
// (tests/crash/faults). What was acknowledged is there afterwards, once; file, ledger and signature log hold; whoever ended said why.
// DANH_IO, DANH_CUTS, DANH_MEMORY: how many of each, drawn by DANH_SEED (0: every call, every site). DANH_FAULTS: "io|cuts": these kinds alone.
// DANH_ONLY: one of them again, as its line says.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Installation, ROOT, danhWithInput } from '../flows/lib/installation.mjs';

const PROGRAM = path.join(ROOT, 'build/tests/crash/faults/faults');
const SEED = process.env.DANH_SEED || String(Math.floor(Math.random() * 2 ** 31));
const ONLY = process.env.DANH_ONLY;
const KINDS = process.env.DANH_FAULTS ?? '';
const CLIENT = { client_id: 'fault-test', client_name: 'Máy', danh_owner: 'Sở Tư pháp', danh_purpose: 'Thử nghiệm', application_type: 'web',
  token_endpoint_auth_method: 'client_secret_basic', danh_sector: 'may.example', grant_types: ['client_credentials'], scope: 'read', danh_attributes: [] };
let place;
let work;
let stage;
before(async () => {
  place = await Installation.open({ receivers: false, serve: false, engine: 'sqlite' });
  work = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'danh-faults-')); // fsync is the test's own: no disk is waited for
  const made = await danhWithInput(JSON.stringify(CLIENT), 'client', 'add', '-', '--data', place.data, '--json');
  assert.equal(made.code, 0, made.stderr);
  const basic = Buffer.from(`${CLIENT.client_id}:${JSON.parse(made.stdout).client_secret}`).toString('base64');
  stage = ['--folder', place.data, '--work', work, '--password', place.synth.demo_password, '--client', `Basic ${basic}`,
    ...['citizen.hanoi', 'student.hanoi'].flatMap((name) => ['--citizen', place.identity(name).pin])];
});
after(async () => {
  rmSync(work, { recursive: true, force: true });
  await place?.close();
});

/** Everything the program says, and how it ended; read as it comes, for hours of it. */
async function play(...args) {
  const child = spawn(PROGRAM, [...stage, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (part) => {
    said += part;
    if (ONLY || /BAD/.test(part)) process.stderr.write(part);
  });
  const code = await new Promise((done) => child.once('close', (status, signal) => done(status ?? signal)));
  return { code, said };
}

for (const [option, variable, usual, what] of [['--io', 'DANH_IO', '10', 'a call to the disk fails'], ['--cuts', 'DANH_CUTS', '14', 'the power goes'],
  ['--memory', 'DANH_MEMORY', '10', 'an allocation fails']]) {
  const skip = Boolean(ONLY) || (KINDS !== '' && !KINDS.split('|').includes(option.slice(2)));
  test(`${what}: nothing acknowledged is lost, doubled or revived (DANH_SEED=${SEED})`, { skip }, async (t) => {
    const { code, said } = await play(option, process.env[variable] || usual, '--seed', SEED);
    for (const line of said.split('\n').filter((l) => /^(io|cut|memory): /.test(l))) t.diagnostic(line);
    assert.equal(code, 0, said);
  });
}

test('one fault again', { skip: !ONLY }, async () => {
  const { code, said } = await play('--only', ONLY);
  assert.equal(code, 0, said);
});
