// A certificate, read by programs nobody here wrote: pdfsig, pyHanko, qpdf, openssl and zbar.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Installation, ROOT, danh } from '../flows/lib/installation.mjs';
import { dossier, returned } from '../flows/lib/story.mjs';

let place;
let certificate; // path of the sealed PDF
const tool = (name, ...args) => execFileSync(name, args, { encoding: 'utf8' });

before(async () => {
  place = await Installation.open();
  const citizen = await place.as('citizen.hanoi');
  const code = await dossier(place, 'sealed', { citizen });
  const done = await returned(citizen, code);
  await citizen.ok(citizen.post('/api/session/passcode', { passcode: place.synth.demo_passcode }));
  const pdf = await citizen.get(`/api/wallet/${done.document_id}/pdf`);
  certificate = path.join(place.folder, 'certificate.pdf');
  writeFileSync(certificate, pdf.bytes);
});
after(() => place?.close());

test('pdfsig trusts both signatures, and the seal covers the whole document', async () => {
  const root = path.join(place.folder, 'root.pem');
  const nss = path.join(place.folder, 'nss');
  const shown = await danh('pki', 'root', '--data', place.data);
  writeFileSync(root, shown.stdout);
  mkdirSync(nss);
  tool('certutil', '-N', '-d', `sql:${nss}`, '--empty-password');
  tool('certutil', '-A', '-d', `sql:${nss}`, '-n', 'root', '-t', 'C,C,C', '-i', root);
  const said = tool('pdfsig', '-nssdir', `sql:${nss}`, certificate);
  assert.equal(said.match(/Signature is Valid\./g)?.length, 2);
  assert.equal(said.match(/Certificate is Trusted\./g)?.length, 2);
  const [, first, seal] = said.split(/Signature #\d:/);
  assert.match(first, /Not total document signed/);
  assert.match(seal, /Total document signed/);
});

test('pyHanko calls both signatures good, and what came after the first form filling only', async () => {
  const root = path.join(place.folder, 'root3.pem');
  writeFileSync(root, (await danh('pki', 'root', '--data', place.data)).stdout);
  const python = path.join(ROOT, '.local/python/bin/python');
  const check = (file) => tool(python, path.join(ROOT, 'tests/interop/pades.py'), file, root, new Date(place.now()).toISOString()).trim().split('\n').map(JSON.parse);
  const good = { subfilter: '/ETSI.CAdES.detached', good: true, intact: true, trusted: true };
  assert.deepEqual(check(certificate), [
    { field: 'person', ...good, coverage: 'ENTIRE_REVISION', changes: 'FORM_FILLING' },
    { field: 'seal', ...good, coverage: 'ENTIRE_FILE', changes: 'NONE' },
  ]);
  const bytes = readFileSync(certificate);
  bytes[bytes.indexOf('stream') + 20] ^= 1;
  const changed = path.join(place.folder, 'changed.pdf');
  writeFileSync(changed, bytes);
  assert.deepEqual(check(changed).map((s) => s.good), [false, false]);
});

test('qpdf finds no fault in the file', () => {
  assert.match(tool('qpdf', '--check', certificate), /No syntax or stream encoding errors found/);
});

test('openssl reads the root as a self-signed certificate', async () => {
  const shown = await danh('pki', 'root', '--data', place.data);
  const root = path.join(place.folder, 'root2.pem');
  writeFileSync(root, shown.stdout);
  assert.match(tool('openssl', 'verify', '-CAfile', root, root), /: OK/);
});

test('zbar reads the QR on the paper: it leads to the public check', () => {
  tool('pdftoppm', '-r', '150', '-png', '-singlefile', certificate, path.join(place.folder, 'page'));
  const read = tool('zbarimg', '--quiet', '--raw', path.join(place.folder, 'page.png'));
  assert.match(read, /\/check\?code=[A-Z0-9.]+-\d{6}-\d{4}/);
});
