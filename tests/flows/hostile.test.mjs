// A client that follows no rule: bytes no browser sends, every method on every address, keys and posts of others, acts in the wrong order at once.
// Whatever it does, the answer has the right status and words in the caller's language, and nothing is stored twice or lost.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { newKey } from '../../script/lib/client.mjs';
import { Installation, ROOT } from './lib/installation.mjs';
import { desk, dossier, form, notify, read, refused } from './lib/story.mjs';

let place;
before(async () => {
  place = await Installation.open({ receivers: false });
});
after(() => place?.close());

/** Bytes as they are, over one connection; what came back when it was closed. */
function raw(text) {
  return new Promise((resolve, reject) => {
    const parts = [];
    const socket = net.connect(place.ports.server, '127.0.0.1', () => socket.write(text));
    socket.setTimeout(20000, () => socket.destroy(new Error('neither answered nor closed')));
    socket.on('data', (part) => parts.push(part));
    socket.on('close', () => resolve(Buffer.concat(parts).toString()));
    socket.on('error', reject);
  });
}

test('what is refused before it is routed says why, in the language of whoever could still be read', async () => {
  const head = 'Host: x\r\nAccept-Language: en\r\n';
  const shapes = [
    ['GET / HTTP/1.1\r\nHOST', 'X Y: z\r\n\r\n', 400, 'request_malformed'],
    ['POST /check HTTP/1.1\r\nHOST', '\r\n', 411, 'length_missing'],
    ['POST /check HTTP/1.1\r\nHOST', 'Transfer-Encoding: chunked\r\n\r\n5;ext=1\r\nabcde\r\n0\r\n\r\n', 411, 'length_missing'],
    ['POST /check HTTP/1.1\r\nHOST', 'Content-Length: 99999999\r\n\r\nabc', 413, 'body_too_large'],
    [`GET /${'a'.repeat(5000)} HTTP/1.1\r\nHOST`, '\r\n', 414, 'target_too_long'],
    ['GET / HTTP/1.1\r\nHOST', `Cookie: a=${'b'.repeat(20000)}\r\n\r\n`, 431, 'head_too_large'],
    ['GET / HTTP/1.1\r\nHOST', `${'A: b\r\n'.repeat(64)}\r\n`, 431, 'head_too_large'],
    ['BREW / HTTP/1.1\r\nHOST', '\r\n', 501, 'method_unknown'],
    ['GET / HTTP/3.0\r\nHOST', '\r\n', 505, 'version_unknown'],
  ];
  for (const [first, rest, status, code] of shapes) {
    for (const [language, words] of [['en', /^[\x20-\x7e]+$/], ['vi', /[àáạảãâầấậẩẫăđêôơưếệữợị]/]]) {
      const answer = await raw(`${first.replace('HOST', head.replace('en', language))}${rest}`);
      const [top, body] = [answer.slice(0, answer.indexOf('\r\n\r\n')), answer.slice(answer.indexOf('\r\n\r\n') + 4)];
      assert.match(top, new RegExp(`^HTTP/1\\.1 ${status} `), `${first.slice(0, 30)}: ${top.slice(0, 60)}`);
      assert.match(top, /\r\nContent-Type: application\/problem\+json/);
      assert.match(top, /\r\nX-Frame-Options: DENY/);
      const problem = JSON.parse(body);
      assert.deepEqual([problem.status, problem.code, problem.type], [status, code, `/problems/${code}`]);
      assert.match(problem.title, words);
    }
  }
  const unreadable = await raw('\x16\x03\x01\x02\x00\r\n\r\n');
  assert.match(JSON.parse(unreadable.slice(unreadable.indexOf('{'))).title, /đúng chuẩn/, 'Vietnamese when nothing could be read');
});

test('every method on every address: no crash, no leak, and only what the table names', async () => {
  const table = readFileSync(path.join(ROOT, 'src/api/routes.c'), 'utf8');
  const routes = [...table.matchAll(/\{HTTP_(\w+), "([^"]+)"\}/g)].map(([, method, address]) => `${method} ${address}`);
  assert.ok(routes.length > 50);
  const citizen = await place.as('citizen.hanoi');
  const staff = {};
  const code = await dossier(place, 'looked_up', { citizen, staff });
  const callers = [place.client(), await place.as('poor.hanoi'), await place.officer('decider', '46'), await place.officer('supervisor', '46')];
  const fits = (address, real) => new RegExp(`^${address.replace(/\{\w+\}/g, '[^/]+').replace('*', '.*')}$`).test(real);
  for (const address of new Set(routes.map((route) => route.split(' ')[1]))) {
    if (address === '/sign-out') continue; // it would end the callers' sessions, and only theirs
    const real = address.replace('{code}', code).replace('{kind}', 'receipt').replace('{id}', '1').replace('{file}', 'x').replace('*', 'x');
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']) {
      const is_route = routes.some((route) => route.startsWith(`${method === 'HEAD' ? 'GET' : method} `) && fits(route.split(' ')[1], real));
      for (const caller of callers) {
        const answer = await caller.request(method, real, { body: ['POST', 'PUT', 'PATCH'].includes(method) ? '{}' : undefined });
        const what = `${method} ${real}: ${answer.status} ${answer.text}`;
        assert.ok(answer.status < 500, what);
        assert.equal(answer.status === 405, !is_route, what);
        if (method === 'HEAD') assert.equal(answer.bytes.length, 0, what);
        if (address.includes('{code}')) assert.ok(answer.status >= 400, `another's dossier: ${what}`);
        if (answer.status >= 400 && method !== 'HEAD' && real.startsWith('/api/')) assert.match(answer.body?.title ?? '', /[^\x20-\x7e]/, what);
      }
    }
  }
  assert.equal((await read(citizen, code)).status.code, 'processing', 'none of them moved it');
  await citizen.ok(citizen.post(`/api/dossiers/${code}/withdraw`, {}));
});

test('one key with two contents, twenty times at once: one dossier, and the other content is told so', async () => {
  const citizen = await place.as('student.hanoi');
  const body = await form(citizen);
  const headers = { 'Idempotency-Key': newKey() };
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) =>
    citizen.post('/api/dossiers', i % 2 ? body : { ...body, purpose: `${body.purpose} khác` }, { headers })));
  const made = answers.filter((answer) => answer.status === 201);
  assert.equal(new Set(made.map((answer) => answer.body.code)).size, 1);
  assert.equal(answers.filter((answer) => answer.body.code === 'idempotency_key_reused').length, 10);
  assert.equal(made.length, 10);
  assert.equal((await citizen.ok(citizen.get('/api/dossiers'))).items.length, 1);
  await citizen.ok(citizen.post(`/api/dossiers/${made[0].body.code}/withdraw`, {}));
});

test('a header that may stand once and stands twice counts as absent: nobody else reads the other one', async () => {
  const citizen = await place.as('digital.hanoi');
  const body = await form(citizen);
  const send = (headers) => citizen.post('/api/dossiers', body, { headers: { 'Idempotency-Key': newKey(), ...headers } });
  await refused(send({ 'Idempotency-Key': [newKey(), newKey()] }), 422, 'idempotency_key');
  await refused(send({ Origin: [place.url, 'http://evil.example'] }), 403, 'origin_refused');
  const head = `POST /check HTTP/1.1\r\nHost: x\r\nOrigin: ${place.url}\r\nConnection: close\r\nContent-Length: 2\r\n`;
  assert.match(await raw(`${head}Content-Type: application/x-www-form-urlencoded\r\nContent-Type: text/plain\r\n\r\na=`), /^HTTP\/1\.1 415 /);
  assert.equal((await citizen.ok(citizen.get('/api/dossiers'))).items.length, 0);
});

test('two officers decide while the applicant withdraws and the desk refuses: one end, and everybody else is told', async () => {
  const citizen = await place.as('elderly.hanoi');
  const staff = {};
  const code = await dossier(place, 'looked_up', { citizen, staff });
  const [one, two] = [await place.officer('decider'), await place.officer('decider')];
  const answers = await Promise.all([
    one.post(desk(code, 'decide'), { outcome: 'no_conviction' }),
    two.post(desk(code, 'decide'), { outcome: 'has_conviction' }),
    staff.one_stop_officer.post(desk(code, 'refuse'), { reason: 'Không đủ điều kiện giải quyết' }),
    citizen.post(`/api/dossiers/${code}/withdraw`, { reason: 'Rút hồ sơ' }),
    two.post(desk(code, 'sign'), { signing_pin: place.synth.demo_signing_pin }),
  ]);
  for (const answer of answers) assert.ok([200, 409].includes(answer.status), answer.text);
  assert.equal(answers[1].status, 409, 'the register knows of no conviction');
  const ended = answers.slice(2, 4).filter((answer) => answer.status === 200);
  const isSigned = answers[4].status === 200; // it was quicker than those who would have ended it, who come too late then
  assert.equal(ended.length, isSigned ? 0 : 1, 'refused, withdrawn or signed: one of them');
  assert.ok((isSigned ? ['processing'] : ['stopped', 'withdrawn', 'not_received']).includes((await read(citizen, code)).status.code));
});

test('a notification that names an impossible transaction or sum says which field', async () => {
  const tell = (fields) => notify(place.client(), place.bankSecret(), { reference: 'LLTP0000000000', amount: 1000, paid_at: new Date(place.now()).toISOString(), ...fields });
  await refused(tell({ transaction_id: 'FT 1' }), 422, 'transaction_id');
  await refused(tell({ transaction_id: 'FT;DROP' }), 422, 'transaction_id');
  for (const amount of [9007199254740993, 1e18, 10000000000000, -1, 0]) assert.equal((await tell({ amount })).body.errors[0].path, '/amount');
  await refused(tell({ amount: 1e400 }), 422, 'field_missing'); // JSON has no infinity: JavaScript writes null
});

test('a post that ended takes the desk away from a session that still acts in it', async () => {
  const officer = await place.officer('one_stop_officer');
  assert.equal((await officer.get('/api/desk/queue')).status, 200);
  await place.stop('server');
  const { pin } = place.identity('01.one_stop_officer');
  place.change('UPDATE post_holder SET to_date = from_date WHERE person_id = (SELECT person_id FROM person_pin WHERE pin = $1)', pin);
  await place.startServer();
  await refused(officer.get('/api/desk/queue'), 403, 'post_required');
  const session = await officer.ok(officer.get('/api/session'));
  assert.deepEqual([session.acting_post, session.posts], [null, []]);
});
