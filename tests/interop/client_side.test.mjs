// The client's half of FAPI 2.0 [5.3.3]: the programs of doc/integrate.md, with a stranger on the wire who writes down what they send and changes what they get.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { promisify } from 'node:util';
import { importPKCS8, SignJWT } from 'jose';
import * as client from 'openid-client';
import { end, freePort, ROOT, start } from '../flows/lib/installation.mjs';
import { Sandbox } from '../flows/lib/sandbox.mjs';
import { Browser } from './lib/browser.mjs';
import { authorize, signInAndAgree } from './lib/relying_party.mjs';

const run = promisify(execFile);
const DOCUMENT = readFileSync(path.join(ROOT, 'doc/integrate.md'), 'utf8');
const block = (name) => [...DOCUMENT.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].find(([, title]) => title === name)[2];

let sandbox;
let folder;
let wire; // the stranger's server: the issuer's address
let bank; // a client of the FAPI profile
let sent = []; // {method, url, headers, body}
let change = (answer) => answer; // of {url, status, headers, body}

/** Between the client and Danh. */
function startWire(port, behind) {
  const server = http.createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    sent.push({ method: request.method, url: new URL(request.url, sandbox.url), headers: request.headers, body: new URLSearchParams(body.toString()) });
    const on = http.request({ host: '127.0.0.1', port: behind, method: request.method, path: request.url, headers: request.headers }, async (answer) => {
      const got = [];
      for await (const part of answer) got.push(part);
      const { status, headers, body: text } = change({ url: request.url, status: answer.statusCode, headers: { ...answer.headers }, body: Buffer.concat(got).toString() });
      delete headers['content-length'];
      response.writeHead(status, headers).end(text);
    });
    on.end(body);
  });
  return new Promise((done) => server.listen(port, '127.0.0.1', () => done(server)));
}

before(async () => {
  sandbox = new Sandbox();
  folder = sandbox.folder = mkdtempSync(path.join(tmpdir(), 'danh-client-side-'));
  sandbox.data = path.join(folder, 'data');
  sandbox.port = await freePort();
  sandbox.url = `http://localhost:${sandbox.port}`;
  const behind = await freePort();
  sandbox.child = await start(['serve', '--sandbox', '--data', sandbox.data, '--listen', `127.0.0.1:${behind}`, '--origin', sandbox.url]);
  wire = await startWire(sandbox.port, behind);
  Object.assign(sandbox, await sandbox.client().ok(sandbox.client().get('/api/sandbox/people')));
  symlinkSync(path.join(ROOT, 'tests/interop/node_modules'), path.join(folder, 'node_modules'));
  for (const name of ['app.mjs', 'fapi.mjs']) writeFileSync(path.join(folder, name), block(name));
  await run(process.execPath, ['fapi.mjs', 'keys'], { cwd: folder });
  const { stdout } = await run('sh', ['-c', block('register-fapi')], { cwd: folder, env: { ...process.env, ISSUER: sandbox.url } });
  bank = JSON.parse(stdout);
});
after(async () => {
  wire?.closeAllConnections();
  wire?.close();
  await sandbox?.close();
});
beforeEach(() => {
  sent = [];
  change = (answer) => answer;
});

function program(file, env) {
  const child = spawn(process.execPath, [file], { cwd: folder, env: { ...process.env, ISSUER: sandbox.url, ...env }, stdio: 'pipe' });
  child.output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (child.output += part));
  child.ended = new Promise((done) => child.once('close', done));
  child.said = Promise.race([new Promise((done) => child.stdout.once('data', done)), child.ended]);
  return child;
}

/** The document's FAPI program, to its end: {code, output}. turn: what becomes of the address the browser was sent back to. */
async function signIn({ turn = (back) => back } = {}) {
  const child = program('fapi.mjs', { CLIENT_ID: bank.client_id });
  await child.said;
  const address = child.output.trim();
  if (address.startsWith('http')) {
    const back = await authorize(sandbox, address, 'adult', { browser: new Browser({ hosts: [`localhost:${sandbox.port}`] }) });
    child.stdin.end(`${turn(back).href}\n`);
  }
  return { code: await child.ended, output: child.output, address };
}
const at = (name) => sent.filter(({ url }) => url.pathname === `/oidc/${name}`);
const claimsOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));

test('a sign-in: key instead of secret, bound tokens in the header alone, one audience, pushed request, fresh challenge, nonce, refresh [F31, F32, F34, F35, F37, F38, F40, F41, F42 accepts]', async () => {
  const first = await signIn();
  assert.equal(first.code, 0, first.output);
  const challenge = at('par')[0].body.get('code_challenge');
  assert.equal(sent[0].url.pathname, '/.well-known/openid-configuration', 'what it knows of the issuer, it has from there');
  assert.deepEqual([...new URL(first.address).searchParams.keys()].sort(), ['client_id', 'request_uri'], 'nothing else passes the browser');
  assert.equal(at('par')[0].body.get('code_challenge_method'), 'S256');
  for (const { body, headers } of [...at('par'), ...at('token')]) {
    assert.equal(claimsOf(body.get('client_assertion')).aud, sandbox.url, 'a text, the issuer');
    assert.ok(headers.dpop && !body.has('client_secret') && !headers.authorization);
  }
  assert.ok(at('token').some(({ headers }) => claimsOf(headers.dpop).nonce), 'with the nonce it was given');
  assert.match(at('userinfo')[0].headers.authorization, /^DPoP /);
  assert.ok(sent.every(({ url }) => !/ey[\w-]+\./.test(url.search)), 'no token in an address');
  assert.equal(at('token').at(-1).body.get('grant_type'), 'refresh_token');
  await signIn();
  assert.notEqual(at('par').at(-1).body.get('code_challenge'), challenge);
});

const failing = {
  'metadata of another issuer [F38 refuses]': { change: (a) => (a.url.includes('well-known') ? { ...a, body: a.body.replace(/"issuer":"[^"]+"/, '"issuer":"https://elsewhere.example"') } : a) },
  'an answer in the name of another issuer, or of none [F41 refuses]': { turn: (back) => (back.searchParams.set('iss', 'https://elsewhere.example'), back) },
  'an answer without issuer [F41 refuses]': { turn: (back) => (back.searchParams.delete('iss'), back) },
  'the code of a sign-in that another verifier began [F40 refuses]': { before: () => signIn({ turn: (back) => ((failing.kept = back.searchParams.get('code')), back.searchParams.set('code', 'x'), back) }),
    turn: (back) => (back.searchParams.set('code', failing.kept), back) },
  'a server that asks for a nonce and gives none [F37 refuses]': { change: (a) => (delete a.headers['dpop-nonce'], a) },
  'a refresh token that is refused [F35 refuses]': { change: (a) => (a.url.endsWith('/token') && a.body.includes('"refresh_token"') ? { ...a, body: a.body.replace(/"refresh_token":"[^"]+"/, '"refresh_token":"another"') } : a) },
  'a server that does not take its key [F31 refuses]': { change: (a) => (a.url.endsWith('/par') ? { ...a, status: 401, body: '{"error":"invalid_client"}' } : a) },
};
for (const [name, { before: prepare, turn, change: changed }] of Object.entries(failing)) {
  test(`the program stops at ${name}`, async () => {
    await prepare?.();
    change = changed ?? change;
    const { code, output } = await signIn({ turn });
    assert.notEqual(code, 0, output);
    assert.doesNotMatch(output, /"person"/);
  });
}

test('what Danh does with a client that breaks its half: an assertion for another address, a token in the address, parameters beside a pushed request [F34, F32, F42 refuses]', async () => {
  const { code } = await signIn();
  assert.equal(code, 0);
  const token = at('userinfo')[0].headers.authorization.split(' ')[1];
  const answer = await sandbox.client().get(`/oidc/userinfo?access_token=${token}`);
  assert.ok([400, 401].includes(answer.status), answer.text);
  const bare = await sandbox.client().get(`/oidc/authorize?${new URLSearchParams({ client_id: bank.client_id, response_type: 'code', scope: 'openid',
    redirect_uri: 'http://127.0.0.1:3000/callback' })}`);
  assert.ok(bare.status === 400 || /error=invalid_request/.test(bare.headers.location), `${bare.status} ${bare.headers.location}`);
  const key = await importPKCS8(readFileSync(path.join(folder, 'key.pem'), 'utf8'), 'ES256');
  for (const [audience, status] of [[sandbox.url, 200], [[sandbox.url], 401], [`${sandbox.url}/oidc/introspect`, 401], [`${sandbox.url}/`, 401]]) {
    const signed = new SignJWT({ jti: randomUUID() }).setProtectedHeader({ alg: 'ES256', kid: 'first' }).setIssuer(bank.client_id).setSubject(bank.client_id);
    const client_assertion = await signed.setAudience(audience).setIssuedAt().setExpirationTime('1m').sign(key);
    const asked = await sandbox.client().request('POST', '/oidc/introspect', { headers: { Origin: null }, body: new URLSearchParams({ token: 'x', client_assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' }) });
    assert.equal(asked.status, status, `${JSON.stringify(audience)}: ${asked.text}`);
  }
});

test('the aliases for clients with a certificate are used by those, and by nobody else [F36 accepts] [F36 refuses]', async () => {
  const alias = `${sandbox.url}/mtls/token`;
  change = (a) => (a.url.includes('well-known') ? { ...a, body: JSON.stringify({ ...JSON.parse(a.body), mtls_endpoint_aliases: { token_endpoint: alias } }) } : a);
  for (const use_mtls_endpoint_aliases of [true, false]) {
    sent = [];
    const options = { execute: [client.allowInsecureRequests] };
    const config = await client.discovery(new URL(sandbox.url), 'somebody', { use_mtls_endpoint_aliases }, client.TlsClientAuth(), options);
    await assert.rejects(client.clientCredentialsGrant(config));
    assert.equal(sent.at(-1).url.href, use_mtls_endpoint_aliases ? alias : `${sandbox.url}/oidc/token`);
  }
});

test('the page of the document begins sign-ins itself and leads nowhere else [F33, F39 accepts] [F33, F39 refuses]', async () => {
  const { stdout } = await run('sh', ['-c', block('register')], { cwd: folder, env: { ...process.env, ISSUER: sandbox.url } });
  const { client_id, client_secret } = JSON.parse(stdout);
  const port = await freePort();
  const app = program('app.mjs', { CLIENT_ID: client_id, CLIENT_SECRET: client_secret, PORT: String(port) });
  await app.said;
  try {
    const hosts = [`localhost:${sandbox.port}`, `127.0.0.1:${port}`];
    const browser = new Browser({ hosts });
    await browser.go(`http://127.0.0.1:${port}/login?next=https://elsewhere.example/`);
    assert.equal((await signInAndAgree(browser, sandbox, 'adult')).text, 'Hello Nguyễn Văn An');
    assert.equal(browser.page.url.href, `http://127.0.0.1:${port}/`);
    const other = new Browser({ hosts });
    await other.go(`http://127.0.0.1:${port}/callback?code=planted&state=planted&iss=${encodeURIComponent(sandbox.url)}`);
    assert.equal(other.page.status, 500);
    assert.match(other.page.text, /did not begin here/);
  } finally {
    await end(app);
  }
});
