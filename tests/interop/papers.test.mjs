// A certificate and a fee request, read by programs nobody here wrote: pdfsig, qpdf, openssl and zbar.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Installation, danh } from '../flows/lib/installation.mjs';
import { dossier, returned, submit } from '../flows/lib/story.mjs';

let place;
let certificate; // path of the sealed PDF
let fee; // the citizen's open fee request
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
  const other = await submit(citizen, { certificate: 2 });
  fee = await citizen.ok(citizen.get(`/api/dossiers/${other.code}/payment`));
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

test('the VietQR of a fee carries bank, amount and reference', () => {
  const fields = new Map();
  for (let at = 0; at < fee.qr_text.length; ) {
    const length = Number(fee.qr_text.slice(at + 2, at + 4));
    fields.set(fee.qr_text.slice(at, at + 2), fee.qr_text.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  assert.equal(fields.get('53'), '704');
  assert.equal(Number(fields.get('54')), fee.remaining);
  assert.ok(fields.get('62').endsWith(fee.reference));
});
