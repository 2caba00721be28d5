// What clients may send: the same form twice, unknown fields, broken JSON, foreign origins, shapes that smuggle requests.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { newKey } from '../../script/lib/client.mjs';
import { Installation } from './lib/installation.mjs';
import { form, read, refused, submit } from './lib/story.mjs';

let place;
let citizen;
let body;
before(async () => {
  place = await Installation.open({ receivers: false });
  citizen = await place.as('citizen.hanoi');
  body = await form(citizen);
});
after(() => place?.close());

const send = (content, key = newKey()) => citizen.post('/api/dossiers', content, { headers: { 'Idempotency-Key': key } });
const count = async () => (await citizen.ok(citizen.get('/api/dossiers'))).items.length;

test('unknown, missing and wrong fields are refused with their path, in the language asked for', async () => {
  const history = [{ from: '2010-09', to: null, place: 'Hà Nội', work: 'Nhân viên' }];
  const cases = [
    [{ ...body, colour: 'red' }, '/colour'],
    [{ ...body, copies: 0 }, '/copies'],
    [{ ...body, copies: 101 }, '/copies'],
    [{ ...body, copies: 1.5 }, '/copies'],
    [{ ...body, copies: '1' }, '/copies'],
    [{ ...body, certificate: 3 }, '/certificate'],
    [{ ...body, procedure: 'lltp2' }, '/procedure'],
    [{ ...body, subject: '123456789' }, '/subject'],
    [{ ...body, consent: false }, '/consent'],
    [{ ...body, purpose: '' }, '/purpose'],
    [{ ...body, ban_information: 'yes' }, '/ban_information'],
    [{ ...body, answers: { ...body.answers, colour: 'red' } }, '/answers/colour'],
    [{ ...body, answers: { ...body.answers, full_name: 'Nguyễn Văn Khác' } }, '/answers/full_name'],
    [{ ...body, answers: { ...body.answers, history: [...history, { ...history[0], salary: 1 }] } }, '/answers/history/1/salary'],
    [{ ...body, answers: { ...body.answers, history: [{ ...history[0], from: '2010-13' }] } }, '/answers/history/0/from'],
    [{ ...body, answers: { ...body.answers, history: [{ ...history[0], to: '2009-01' }] } }, '/answers/history/0/to'],
    [{ ...body, answers: { ...body.answers, history: [] } }, '/answers/history'],
    [{ ...body, answers: {} }, '/answers/history'],
    [{ ...body, answers: { ...body.answers, declared_convictions: 'ế'.repeat(4001) } }, '/answers/declared_convictions'],
    [{ ...body, answers: { ...body.answers, phone: '0'.repeat(21) } }, '/answers/phone'],
    [{ ...body, payable_shown: -1 }, '/payable_shown'],
  ];
  for (const name of Object.keys(body)) {
    const { [name]: left, ...rest } = body;
    if (left !== undefined) cases.push([rest, `/${name}`]);
  }
  for (const [content, path] of cases) {
    const answer = await send(content);
    assert.equal(answer.status, 422, `${path}: ${answer.status} ${answer.text}`);
    assert.equal(answer.body.errors?.[0]?.path, path, answer.text);
    assert.ok(answer.body.errors[0].detail.length > 3);
  }
  const vi = await send({ ...body, copies: 0 });
  const en = await citizen.post('/api/dossiers', { ...body, copies: 0 }, { headers: { 'Idempotency-Key': newKey(), 'Accept-Language': 'en-GB,vi;q=0.5' } });
  assert.notEqual(vi.body.title, en.body.title);
  assert.match(en.body.title, /^[\x20-\x7e]+$/);
  assert.match(vi.body.title, /[àáạảãâầấậẩẫăđêôơưếệữ]/);
  assert.equal(await count(), 0);
});

test('what is not JSON, not an object, too deep, too long or given twice is refused', async () => {
  const raw = (text, headers = {}) => citizen.request('POST', '/api/procedures/lltp/preview', { body: text, headers });
  for (const text of ['', '{', '[]', '"x"', '{"subject":"self","certificate":1,"copies":1}x', '{"subject":"self","subject":"self","certificate":1,"copies":1}',
    `{"subject":${'['.repeat(100)}${']'.repeat(100)}}`, '{"subject":"\ud800","certificate":1,"copies":1}', '{"subject":"self\\u0000","certificate":1,"copies":1}',
    '{"subject":"self","certificate":1e400,"copies":1}']) {
    const answer = await raw(text);
    assert.ok([400, 422].includes(answer.status), `${text.slice(0, 40)}: ${answer.status} ${answer.text}`);
    assert.match(answer.headers['content-type'], /problem\+json/);
  }
  assert.equal((await raw(Buffer.from([0x7b, 0xff, 0x7d]))).status, 400);
  assert.equal((await raw('{}', { 'Content-Type': 'text/plain' })).status, 415);
  assert.equal((await raw(`{"subject":"${'x'.repeat(200000)}"}`)).status, 413);
});

test('the form says how much one may write, and takes that much', async () => {
  const other = await place.as('citizen.danang');
  const { categories } = await other.ok(other.get('/api/procedures/lltp/form'));
  const limits = Object.fromEntries(categories.filter((c) => c.input).map((c) => [c.id, c.input.max_length]));
  assert.deepEqual(limits, { phone: 20, email: 254, history: null, declared_convictions: 4000, request: null });
  const content = await form(other);
  content.answers.declared_convictions = 'ế'.repeat(4000);
  await other.ok(other.post('/api/dossiers', content, { headers: { 'Idempotency-Key': newKey() } }));
});

test('the same form twice, at once and later, is one dossier; the same key with another content is refused', async () => {
  const key = newKey();
  const answers = await Promise.all(Array.from({ length: 8 }, () => send(body, key)));
  assert.deepEqual(answers.map((a) => a.status), Array(8).fill(201), answers.map((a) => a.text).join('\n'));
  const codes = new Set(answers.map((a) => a.body.code));
  assert.equal(codes.size, 1);
  const [code] = codes;
  assert.equal((await send(body, key)).body.code, code);
  await refused(send({ ...body, copies: 2, payable_shown: body.payable_shown }, key), 409, 'idempotency_key_reused');
  await refused(send(body), 409, 'already_open');
  assert.equal(await count(), 1);
  const other = await place.as('citizen.hue'); // a key belongs to its applicant
  const foreign = await other.post('/api/dossiers', await form(other), { headers: { 'Idempotency-Key': key } });
  assert.equal(foreign.status, 201);
  assert.notEqual(foreign.body.code, code);
  assert.equal((await read(citizen, code)).copies, 1);
});

test('a submission without a proper key is refused', async () => {
  for (const key of [undefined, '', 'short', 'x'.repeat(65), 'with blank in it x', 'ghé qua một chút']) {
    const headers = key === undefined ? {} : { 'Idempotency-Key': encodeURI(key) === key || key === '' ? key : 'có dấu'.repeat(4).slice(0, 20).replace(/[^ -~]/g, '%') };
    await refused(citizen.post('/api/dossiers', body, { headers }), 422, 'idempotency_key');
  }
});

test('a write from another site, or from nowhere, is refused; reads are not', async () => {
  const other = await place.as('poor.hanoi');
  const content = await form(other);
  for (const origin of [null, 'null', 'http://evil.example', `${place.url}.evil.example`, place.url.replace('127.0.0.1', 'localhost'), `${place.url}/`, 'https://127.0.0.1']) {
    const answer = await other.post('/api/dossiers', content, { headers: { Origin: origin, 'Idempotency-Key': newKey() } });
    assert.deepEqual([answer.status, answer.body?.code], [403, 'origin_refused'], `${origin}: ${answer.text}`);
    const signIn = await place.client({ origin: origin ?? undefined }).request('POST', '/sign-in', { body: new URLSearchParams({ pin: '1', password: '2' }), headers: { Origin: origin } });
    assert.equal(signIn.status, 403, `sign-in from ${origin}`);
  }
  assert.equal((await other.get('/api/dossiers', { headers: { Origin: 'http://evil.example' } })).status, 200);
  assert.equal((await other.ok(other.get('/api/dossiers'))).items.length, 0);
  await submit(other);
});

test('unknown addresses and methods are 404 and 405, and every reply carries the strict policy', async () => {
  await refused(citizen.get('/api/nothing'), 404, 'not_found');
  const answer = await citizen.request('DELETE', '/api/dossiers');
  assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET, HEAD, POST']);
  for (const path of ['/', '/sign-in', '/check', '/api/session', '/api/nothing', '/assets/none.js', '/healthz']) {
    const { headers } = await place.client().get(path);
    assert.match(headers['content-security-policy'], /default-src 'self'.*frame-ancestors 'none'/, path);
    assert.ok(!/unsafe/.test(headers['content-security-policy']));
    assert.deepEqual([headers['x-content-type-options'], headers['x-frame-options']], ['nosniff', 'DENY'], path);
  }
});

test('the app goes out in the coding a client takes, each under its own tag', async () => {
  const { text } = await place.client().get('/app/');
  const path = text.match(/\/assets\/index-[\w-]+\.js/)[0];
  const ask = (coding) => place.client().get(path, { headers: { 'Accept-Encoding': coding } });
  const plain = await ask('identity');
  assert.equal(plain.headers['content-encoding'], undefined);
  const tags = new Set([plain.headers.etag]);
  for (const [coding, unpack] of [['br', brotliDecompressSync], ['gzip', gunzipSync]]) {
    const packed = await ask(coding);
    assert.equal(packed.headers['content-encoding'], coding);
    assert.ok(packed.bytes.length < plain.bytes.length / 2);
    assert.ok(unpack(packed.bytes).equals(plain.bytes), `${coding} holds the same`);
    tags.add(packed.headers.etag);
  }
  assert.equal(tags.size, 3);
  assert.equal((await ask('br;q=0, gzip;q=0')).headers['content-encoding'], undefined);
});

/** Bytes as they are, over one connection; everything that comes back until it is closed. */
function raw(text) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(place.ports.server, '127.0.0.1', () => socket.write(text));
    let all = '';
    socket.setTimeout(20000, () => socket.destroy(new Error('neither answered nor closed')));
    socket.on('data', (part) => (all += part.toString('latin1')));
    socket.on('close', () => resolve(all));
    socket.on('error', reject);
  });
}

test('shapes that two servers would read differently are refused and the connection ends: nothing is smuggled', async () => {
  const hidden = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
  const head = 'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n';
  const shapes = {
    'length and chunks': `${head}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    'two lengths': `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef${hidden}`,
    'a length with a sign': `${head}Content-Length: +5\r\n\r\nabcde${hidden}`,
    'a length in hex': `${head}Content-Length: 0x5\r\n\r\nabcde${hidden}`,
    'a negative length': `${head}Content-Length: -1\r\n\r\n${hidden}`,
    'an unknown coding': `${head}Transfer-Encoding: xchunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n${hidden}`,
    'a blank before the colon': `${head}Content-Length : 5\r\n\r\nabcde${hidden}`,
    'a folded header': `${head}X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n${hidden}`,
    'a bare line feed': `GET /healthz HTTP/1.1\nHost: x\nContent-Length: 0\n\n${hidden}`,
    'no host': `GET /healthz HTTP/1.1\r\n\r\n${hidden}`,
    'two hosts': `GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n${hidden}`,
  };
  for (const [name, text] of Object.entries(shapes)) {
    const answer = await raw(text);
    assert.equal((answer.match(/HTTP\/1\.1 /g) ?? []).length, 1, `${name}: ${answer.slice(0, 200)}`);
    assert.match(answer, /^HTTP\/1\.1 (400|411|501)/, `${name}: ${answer.slice(0, 100)}`);
  }
  const long = await raw(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(40000)}\r\n\r\n`);
  assert.match(long, /^HTTP\/1\.1 431/);
  assert.match(await raw(`GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: x\r\n\r\n`), /^HTTP\/1\.1 (414|431)/);
  assert.equal((await place.client().get('/healthz')).status, 200);
});
