// doc/integrate.md, followed to the letter: its code blocks are cut out of it and run, against a sandbox.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { end, freePort, ROOT } from '../flows/lib/installation.mjs';
import { Sandbox } from '../flows/lib/sandbox.mjs';
import { startApache } from './lib/apache.mjs';
import { Browser } from './lib/browser.mjs';
import { authorize, signInAndAgree } from './lib/relying_party.mjs';

const run = promisify(execFile);
const playwright = createRequire(path.join(ROOT, 'web/package.json'))('playwright');
const DOCUMENT = readFileSync(path.join(ROOT, 'doc/integrate.md'), 'utf8');
let sandbox, folder;

/** A code block by the name behind its language. */
function block(name) {
  const found = [...DOCUMENT.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].find(([, title]) => title === name);
  assert.ok(found, `doc/integrate.md has no block ${name}`);
  return found[2];
}

before(async () => {
  sandbox = await Sandbox.open();
  folder = mkdtempSync(path.join(tmpdir(), 'danh-integrate-'));
  symlinkSync(path.join(ROOT, 'tests/interop/node_modules'), path.join(folder, 'node_modules'));
  for (const name of ['app.mjs', 'fapi.mjs']) writeFileSync(path.join(folder, name), block(name));
});
after(async () => {
  await sandbox?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

async function shell(name, env = {}, change = (text) => text) {
  const { stdout } = await run('sh', ['-c', change(block(name))], { cwd: folder, env: { ...process.env, ISSUER: sandbox.url, ...env } });
  return JSON.parse(stdout);
}

/** One of the document's programs; ready when it has said something. */
async function program(file, env) {
  const child = spawn(process.execPath, [file], { cwd: folder, env: { ...process.env, ISSUER: sandbox.url, ...env }, stdio: 'pipe' });
  child.output = '';
  child.stdout.on('data', (part) => (child.output += part));
  child.stderr.on('data', (part) => (child.output += part));
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('close', () => reject(new Error(child.output)));
  });
  return child;
}

test('the page in Node.js greets who signed in, and signs out at both ends', async () => {
  const registered = await shell('register');
  const port = await freePort();
  const app = await program('app.mjs', { CLIENT_ID: registered.client_id, CLIENT_SECRET: registered.client_secret, PORT: String(port) });
  try {
    const browser = new Browser({ hosts: [`localhost:${sandbox.port}`, `127.0.0.1:${port}`] });
    await browser.go(`http://127.0.0.1:${port}/login`);
    const greeted = await signInAndAgree(browser, sandbox, 'adult');
    assert.equal(greeted.text, 'Hello Nguyễn Văn An');
    await browser.go(`http://127.0.0.1:${port}/logout`);
    if (browser.page.url.port !== String(port)) await browser.submit({}, 'Sign out');
    assert.match(browser.page.text, /Nobody is signed in/);
    const other = new Browser({ hosts: [`localhost:${sandbox.port}`, `127.0.0.1:${port}`] });
    await other.go(`http://127.0.0.1:${port}/login`);
    assert.equal((await signInAndAgree(other, sandbox, 'level_1', { agrees: false })).status, 403);
    await shell('faults', { CLIENT_ID: registered.client_id });
    await other.go(`http://127.0.0.1:${port}/login`);
    assert.equal((await signInAndAgree(other, sandbox, 'level_1')).status, 500, 'an ID token with a broken signature is not believed');
    assert.equal((await shell('rotate')).keys[0].state, 'active');
  } finally {
    await end(app);
  }
});

/** The page on an origin of its own, in Chromium. */
async function pageOf(visit) {
  const files = { '/page.html': ['text/html', block('page.html')], '/oauth4webapi.js': ['text/javascript', readFileSync(path.join(ROOT, 'tests/interop/node_modules/oauth4webapi/build/index.js'))] };
  const server = createServer((request, answer) => {
    const [type, text] = files[new URL(request.url, 'http://x').pathname] ?? ['text/plain', ''];
    answer.setHeader('Content-Type', type).end(text);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const chromium = await playwright.chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  try {
    await visit(await chromium.newPage({ locale: 'en-GB' }), `http://127.0.0.1:${server.address().port}/page.html`);
  } finally {
    await chromium.close();
    server.close();
  }
}

test('the page without a server signs somebody in from its own origin', async () => {
  const { client_id } = await shell('register-page');
  await pageOf(async (page, address) => {
    const heard = [];
    page.on('console', (message) => message.type() === 'error' && heard.push(message.text()));
    await page.goto(`${address}?${new URLSearchParams({ client_id, issuer: sandbox.url })}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Personal identification number').fill(sandbox.person('adult').pin);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('Password').fill(sandbox.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Agree' }).click();
    await page.getByText('Hello Nguyễn Văn An').waitFor();
    assert.deepEqual(heard.filter((text) => /CORS|Access-Control/.test(text)), []);
    await page.reload(); // the code was used: what the refusal says is readable too
    await page.getByText(/^invalid_grant/).waitFor();
  });
});

test('the registration for organisations is one its representative signs in with', async () => {
  const { client_id } = await shell('organisation');
  const representative = await sandbox.as('organisation_representative');
  const query = new URLSearchParams({ client_id, redirect_uri: 'http://127.0.0.1:3000/callback', response_type: 'code', scope: 'openid organisation', state: 's',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' });
  const begun = await representative.get(`/oidc/authorize?${query}`);
  const page = await representative.get(begun.headers.location);
  assert.match(page.text, /Công ty TNHH Sen Vàng<\/b><br>Giám đốc/);
});

test('the FAPI 2.0 program signs somebody in with a key, a pushed request and bound tokens', async () => {
  await run(process.execPath, ['fapi.mjs', 'keys'], { cwd: folder });
  const { client_id } = await shell('register-fapi');
  const child = await program('fapi.mjs', { CLIENT_ID: client_id });
  const back = await authorize(sandbox, child.output.trim(), 'birth_leap_day');
  const ended = new Promise((done) => child.once('close', done));
  child.stdin.end(`${back.href}\n`);
  assert.equal(await ended, 0, child.output);
  const said = JSON.parse(child.output.trim().split('\n').at(-1));
  assert.deepEqual([said.person.name, said.token_type], ['Võ Hoài Nam', 'dpop']);
});

test('Apache with mod_auth_openidc lets in who signed in, and nobody else', async () => {
  const apache = await startApache(folder, async (port) => {
    const registered = await shell('register', {}, (text) => text.replace('http://127.0.0.1:3000/callback', `http://127.0.0.1:${port}/secure/callback`));
    return { conf: block('danh.conf'), env: { ISSUER: sandbox.url, CLIENT_ID: registered.client_id, CLIENT_SECRET: registered.client_secret, PORT: String(port), PASSPHRASE: 'only-for-this-test-0123456789' } };
  });
  try {
    const hosts = [`localhost:${sandbox.port}`, `127.0.0.1:${apache.port}`];
    const nobody = new Browser({ hosts: [`127.0.0.1:${apache.port}`] });
    await nobody.go(`http://127.0.0.1:${apache.port}/secure/`);
    assert.equal(nobody.page.left?.host, `localhost:${sandbox.port}`, 'led to the sign-in');
    const browser = new Browser({ hosts });
    await browser.go(`http://127.0.0.1:${apache.port}/secure/`);
    const page = await signInAndAgree(browser, sandbox, 'name_long');
    assert.equal(page.status, 200, page.text);
    assert.match(page.text, /^the secret page/);
    await browser.go(`http://127.0.0.1:${apache.port}/secure/`);
    assert.equal(browser.page.status, 200, 'the session goes on');
    const refusing = new Browser({ hosts });
    await refusing.go(`http://127.0.0.1:${apache.port}/secure/`);
    const refused = await signInAndAgree(refusing, sandbox, 'twin_b', { agrees: false });
    assert.match(refused.text, /Error/);
    assert.doesNotMatch(refused.text, /the secret page/);
  } finally {
    await apache.stop();
  }
});
