// A receiver nobody here wrote the signatures of: the npm package http-message-signatures verifies a delivery [RFC 9421] and signs the answer.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { httpbis } from 'http-message-signatures';
import { Installation, danh, freePort, until } from '../flows/lib/installation.mjs';
import { certificate } from '../flows/lib/proxy.mjs';
import { dossier, read, returned } from '../flows/lib/story.mjs';

const COVERED = ['@method', '@target-uri', 'content-type', 'content-digest', 'idempotency-key'];
const ANSWER = ['@status', 'content-type', 'content-digest', '@method;req', '@target-uri;req', 'content-digest;req', 'idempotency-key;req'];
const ours = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ecdsa = (key) => ({ key, dsaEncoding: 'ieee-p1363' });
const digestOf = (body) => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;

let place;
let danhKey;
let server;
const seen = []; // {request, body, valid}
let answerWith; // what this receiver does with a delivery it has verified

async function receive(request, response) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const message = { method: request.method, url: `${place.receiverUrl}${request.url}`, headers: request.headers };
  const valid = await httpbis.verifyMessage(
    {
      requiredFields: COVERED,
      requiredParams: ['created', 'keyid', 'alg', 'tag', 'nonce'],
      keyLookup: async ({ keyid }) =>
        keyid === 'message/danh' && { algs: ['ecdsa-p256-sha256'], verify: async (base, signature) => verify('sha256', base, ecdsa(danhKey), signature) },
      notAfter: new Date(place.now() + 60_000),
    },
    message,
  );
  seen.push({ message, body, valid: valid === true && request.headers['content-digest'] === digestOf(body) });
  const answer = await answerWith(message, body);
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

async function acknowledge(message, body, { fields = ANSWER, signed = null } = {}) {
  const delivery = JSON.parse(body);
  const text = JSON.stringify({
    receiver: 'national_portal',
    delivery_id: delivery.delivery_id,
    reference: delivery.reference,
    document_sha256: createHash('sha256').update(Buffer.from(delivery.document, 'base64')).digest('hex'),
    received_at: new Date(place.now()).toISOString(),
  });
  const answer = { status: 200, headers: { 'Content-Type': 'application/json', 'Content-Digest': digestOf(text) } };
  const config = {
    fields,
    params: ['created', 'keyid', 'alg', 'tag'],
    paramValues: { created: new Date(place.now()), keyid: 'national_portal', alg: 'ecdsa-p256-sha256', tag: 'danh-acknowledgement' },
    key: { id: 'national_portal', alg: 'ecdsa-p256-sha256', sign: async (base) => sign('sha256', base, ecdsa(signed ?? ours.privateKey)) },
  };
  return { ...(await httpbis.signMessage(config, answer, message)), body: text };
}

const toPortal = async (citizen, code) => (await read(citizen, code)).deliveries.find((d) => d.destination === 'national_portal');

before(async () => {
  place = await Installation.open({ receivers: false, serve: false });
  writeFileSync(path.join(place.data, 'receivers/national_portal.der'), ours.publicKey.export({ type: 'spki', format: 'der' }));
  danhKey = createPublicKey({ key: readFileSync(path.join(place.data, 'receivers/danh.der')), type: 'spki', format: 'der' });
  place.receiverUrl = `http://127.0.0.1:${place.ports.national_portal}`;
  answerWith = acknowledge;
  server = http.createServer((request, response) => receive(request, response).catch((error) => response.destroy(error)));
  await new Promise((done) => server.listen(place.ports.national_portal, '127.0.0.1', done));
  await place.startReceiver('provincial_system');
  await place.startServer();
});
after(async () => {
  await place?.close();
  server?.close();
});

test('an outside receiver verifies a delivery, and its signed answer is believed', async () => {
  const citizen = await place.as('citizen.hanoi');
  const code = await dossier(place, 'sealed', { citizen });
  await returned(citizen, code);
  assert.equal((await toPortal(citizen, code)).state, 'acknowledged');
  assert.deepEqual(seen.map((s) => s.valid), [true]);
  const delivery = JSON.parse(seen[0].body);
  assert.equal(delivery.reference, code);
  assert.equal(Buffer.from(delivery.document, 'base64').subarray(0, 5).toString(), '%PDF-');
});

test('an answer signed by another key, or not bound to the request, is not believed; the right one later is', async () => {
  const wrong = [
    (message, body) => acknowledge(message, body, { signed: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }),
    (message, body) => acknowledge(message, body, { fields: ANSWER.filter((field) => !field.endsWith(';req')) }),
    async (message, body) => {
      const answer = await acknowledge(message, body);
      return { ...answer, body: answer.body.replace('national_portal', 'National_portal') };
    },
  ];
  let tries = 0;
  answerWith = (message, body) => (wrong[tries++] ?? acknowledge)(message, body);
  const citizen = await place.as('convicted.hanoi');
  const code = await dossier(place, 'sealed', { citizen, outcome: 'has_conviction' });
  await until('a wrong answer is no acknowledgement', async () => (await toPortal(citizen, code)).state === 'retrying');
  await returned(citizen, code);
  assert.equal((await toPortal(citizen, code)).state, 'acknowledged');
  assert.equal(tries, wrong.length + 1);
});

test('a receiver whose certificate has ended gets nothing, the log says why, and it gets all once it has another', async (t) => {
  const CA = ['basicConstraints=critical,CA:TRUE', 'keyUsage=keyCertSign'];
  const named = { subject: '/CN=localhost', issuer: 'root', extensions: ['subjectAltName=DNS:localhost', 'basicConstraints=critical,CA:FALSE'] };
  const root = certificate(place.folder, 'root', { subject: '/CN=Receivers', extensions: CA });
  const ended = certificate(place.folder, 'ended', { ...named, madeOn: '2020-01-01' });
  const renewed = certificate(place.folder, 'renewed', named);
  const context = ({ key, pem }) => ({ key: readFileSync(key), cert: readFileSync(pem) });
  const secure = https.createServer(context(ended), (request, response) => receive(request, response).catch((error) => response.destroy(error)));
  const port = await freePort();
  await new Promise((done) => secure.listen(port, '127.0.0.1', done));
  t.after(() => secure.close());
  answerWith = acknowledge;
  const plain = place.receiverUrl;
  place.receiverUrl = `https://localhost:${port}`;
  const file = path.join(place.data, 'danh.ini');
  writeFileSync(file, readFileSync(file, 'utf8').replace(`url = ${plain}/deliveries`, `url = ${place.receiverUrl}/deliveries\nca_file = ${root.pem}`));
  assert.equal((await danh('reload', '--data', place.data)).code, 0);
  const said = (event) => place.children.server.errors.split('\n').slice(0, -1).filter((line) => line.includes(`"${event}"`)).map((line) => JSON.parse(line));
  const [before_, failed, resumed] = [seen.length, said('delivery.failed').length, said('delivery.resumed').length];
  const citizen = await place.as('citizen.hanoi');
  const code = await dossier(place, 'sealed', { citizen });
  await until('it waits', async () => (await toPortal(citizen, code)).state === 'retrying');
  await until('the log says so', () => said('delivery.failed').length > failed);
  assert.match(said('delivery.failed').at(-1).detail, /^national_portal does not answer: SSL certificate problem: certificate has expired$/);
  assert.equal(seen.length, before_, 'not a byte of it');
  const lines = said('delivery.failed').length;
  secure.setSecureContext(context(renewed));
  await returned(citizen, code);
  await until('the log says that it goes on', () => said('delivery.resumed').length > resumed);
  assert.equal(said('delivery.failed').length, lines, 'a line when it changes, none for each try');
});
