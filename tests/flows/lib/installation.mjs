// A whole installation for a test file: a synthetic country in a folder of its own, two receivers, the server, on free ports of loopback.
// A country of one day is made once and copied; everything is ended by its process id and removed.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '../../../script/lib/client.mjs';
import * as database from './database.mjs';

const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const DANH = process.env.DANH_PROGRAM ?? path.join(ROOT, 'build/danh');
const PEOPLE = '1500';
const SEED = '7';
const RECEIVERS = ['national_portal', 'provincial_system'];

/** Whether somebody can listen there now; `keeps`: and goes on doing so until this process ends. */
const listens = (where, keeps) => new Promise((done) => {
  const server = net.createServer();
  server.unref();
  server.once('error', () => done(false));
  server.listen(where, () => (keeps ? done(true) : server.close(() => done(true))));
});

const PORTS = { first: 12000, count: 20000 }; // below those that the kernel gives to whoever connects
let asked = randomInt(PORTS.count);

/** A port that is this process's own among all tests of this machine, and free whenever a server of ours is stopped: a name without a file says whose it is. */
export async function freePort() {
  for (let tries = 0; tries < PORTS.count; tries++) {
    const port = PORTS.first + (asked++ % PORTS.count);
    if (await listens({ path: `\0danh-port-${port}` }, true) && await listens({ port, host: '127.0.0.1' }, false)) return port;
  }
  throw new Error('no free port');
}

/** The command line: {code, stdout, stderr}, whatever the exit code. */
export async function danh(...args) {
  try {
    const { stdout, stderr } = await run(DANH, args, { maxBuffer: 32 << 20 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return { code: error.code, stdout: error.stdout ?? '', stderr: error.stderr ?? String(error) };
  }
}

/** The same, told something on its standard input. */
export async function danhWithInput(input, ...args) {
  const child = spawn(DANH, args, { stdio: 'pipe' });
  const told = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (part) => (told[name] += part));
  child.stdin.end(input);
  const code = await new Promise((done) => child.once('close', done));
  return { code, ...told };
}

/** The log's verifier key, as soon as it has a name: with its first checkpoint. */
export async function ledgerKey(data) {
  const named = async () => {
    const answer = await danh('ledger', 'key', '--data', data);
    return answer.code === 1 && answer.stderr.includes('no checkpoint yet') ? null : answer;
  };
  const told = await until('the log has a name', named);
  if (told.code !== 0) throw new Error(`danh ledger key: ${told.code} ${told.stderr}`);
  return told.stdout.trim();
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Waits for a condition that must come true: it fails with what was seen last. */
export async function until(what, condition, ms = 120000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(50);
  }
}

/** A folder with its modes (the signer refuses one that others may read), without sockets. */
export function copyFolder(from, to) {
  execFileSync('cp', ['-a', from, to]);
  for (const name of ['danh.sock', 'signer.sock']) rmSync(path.join(to, name), { force: true });
}

/** The country of a day, made once for all files: kept under a name that the program's bytes are part of. */
async function country(date, engine) {
  const shelf = engine === 'postgresql' ? database.SHELF : tmpdir();
  const program = createHash('sha256').update(readFileSync(DANH)).digest('hex').slice(0, 12);
  const template = path.join(shelf, `danh-flows-${process.getuid()}-${date}-${program}`);
  if (existsSync(path.join(template, 'identities.json'))) return template;
  const fresh = mkdtempSync(path.join(shelf, 'danh-flows-new-'));
  // The evening before at the latest: what was made then lies in the past of the story, whatever the time of day is here.
  const eve = new Date(Date.parse(date) - 24 * 3600 * 1000).toISOString().slice(0, 10);
  const url = engine === 'postgresql' ? database.create() : null;
  const made = await danh('synth', '--people', PEOPLE, '--seed', SEED, '--date', eve, '--data', fresh, '--json', ...(url ? ['--database', url, '--partitions', '2'] : []));
  if (made.code !== 0) throw new Error(`danh synth: ${made.stderr}`);
  writeFileSync(path.join(fresh, 'identities.json'), made.stdout);
  try {
    renameSync(fresh, template);
  } catch {
    rmSync(fresh, { recursive: true, force: true }); // another file was faster
    if (url) database.drop(url);
  }
  return template;
}

/** Working days, a Wednesday each; stories begin at ten in the morning, so that neither a week-end nor 15:00 changes what they expect. */
export const TODAY = '2026-11-18';
export const PILOT = '2024-06-05';

/** Ends a process by its id and waits for it, and for its last words unless it was killed: a child of its own may hold its streams a while. */
export async function end(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  const said = new Promise((done) => child.once('close', done));
  child.kill(signal);
  await gone;
  if (signal !== 'SIGKILL') await Promise.race([said, new Promise((done) => setTimeout(done, 10000).unref())]);
}

/** Starts one of the program's processes and waits for the line that says it is ready; fails with what it said instead. */
export async function start(args, { ready = true, env = {} } = {}) {
  const child = spawn(DANH, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  child.output = '';
  child.errors = '';
  child.stdout.on('data', (part) => (child.output += part));
  child.stderr.on('data', (part) => (child.errors += part));
  if (!ready) return child;
  await new Promise((resolve, reject) => {
    child.once('close', (code, signal) => reject(Object.assign(new Error(`danh ${args[0]} ended: ${code ?? signal}: ${child.errors}`), { code })));
    child.stdout.on('data', () => child.output.includes('\n') && resolve());
  });
  child.removeAllListeners('close');
  child.ready = JSON.parse(child.output.split('\n')[0]);
  return child;
}

export class Installation {
  /** date: the country's day; clock: RFC 3339, what its clock says when the server starts (default: ten in the morning of that day); engine: of its database. */
  static async open({ date = TODAY, clock, receivers = true, serve = true, engine = database.ENGINE } = {}) {
    const installation = new Installation();
    const template = await country(date, engine);
    installation.folder = mkdtempSync(path.join(tmpdir(), 'danh-flow-'));
    installation.data = path.join(installation.folder, 'data');
    copyFolder(template, installation.data);
    installation.synth = JSON.parse(readFileSync(path.join(installation.data, 'identities.json'), 'utf8'));
    installation.children = { server: null, national_portal: null, provincial_system: null };
    installation.template = template;
    installation.clock = clock ?? `${date}T10:00:00+07:00`;
    await installation.#configure();
    if (receivers) for (const name of RECEIVERS) await installation.startReceiver(name);
    if (serve) await installation.startServer();
    return installation;
  }

  async #configure() {
    this.ports = { server: await freePort(), national_portal: await freePort(), provincial_system: await freePort() };
    this.url = `http://127.0.0.1:${this.ports.server}`;
    let ini = readFileSync(path.join(this.data, 'danh.ini'), 'utf8');
    const shared = database.addressIn(this.data);
    if (shared) ini = ini.replace(shared, (this.database = database.create(shared)));
    ini = ini.replaceAll(this.template, this.data).replace(/\S*danh-flows-new-[^/\s]+/g, this.data);
    for (const name of RECEIVERS) {
      ini = ini.replace(new RegExp(`(\\[receiver ${name}\\]\\s+url = )\\S+`), `$1http://127.0.0.1:${this.ports[name]}/deliveries`);
    }
    writeFileSync(path.join(this.data, 'danh.ini'), ini);
    this.setClock(this.clock);
  }

  /** What the clock says from the next start of the server on. Receivers are told when they start. */
  setClock(instant) {
    this.offset = Date.parse(instant) - Date.now();
    const file = path.join(this.data, 'danh.ini');
    let ini = readFileSync(file, 'utf8').replace(/^clock_offset_ms = .*\n/m, '');
    ini = ini.replace('[installation]\n', `[installation]\nclock_offset_ms = ${this.offset}\n`);
    writeFileSync(file, ini);
  }

  now() {
    return Date.now() + this.offset;
  }

  /** The server again at another time, and the receivers, who judge the age of signatures, with it. */
  async moveTo(instant) {
    await this.stop('server');
    this.setClock(instant);
    for (const name of RECEIVERS) {
      if (this.children[name]) {
        await this.stop(name);
        await this.startReceiver(name);
      }
    }
    await this.startServer();
  }

  async startReceiver(name) {
    const peer = readFileSync(path.join(this.data, 'receivers/danh.der')).toString('base64');
    this.children[name] = await start(['receiver', '--name', name, '--data', path.join(this.data, 'receivers', name), '--listen',
      `127.0.0.1:${this.ports[name]}`, '--peer-key', peer, '--clock-offset-ms', String(this.offset)]);
  }

  async startServer(...options) {
    this.children.server = await start(['serve', '--data', this.data, '--listen', `127.0.0.1:${this.ports.server}`, '--origin', this.url, ...options]);
  }

  async stop(name, signal) {
    const child = this.children[name];
    if (child) await end(child, signal);
    this.children[name] = null;
  }

  /** Ends everything and removes the folder. Fails when the ledger does not hold: whatever a story did, that must. */
  async close() {
    for (const name of Object.keys(this.children)) await this.stop(name);
    const ledger = await danh('ledger', 'verify', '--data', this.data);
    if (this.database) database.drop(this.database);
    rmSync(this.folder, { recursive: true, force: true });
    if (ledger.code !== 0) throw new Error(`the ledger does not verify: ${ledger.stdout}${ledger.stderr}`);
  }

  identity(name) {
    const found = this.synth.identities.find((i) => i.name === name);
    if (!found) throw new Error(`no identity ${name}`);
    return found;
  }

  client(options) {
    return new Client(this.url, options);
  }

  /** Somebody signed in, as a citizen. */
  async as(name, options) {
    const client = this.client(options);
    const answer = await client.signIn(this.identity(name).pin, this.synth.demo_password);
    if (answer.status !== 303) throw new Error(`${name} cannot sign in: ${answer.status} ${answer.text}`);
    client.who = name;
    return client;
  }

  /** "decider" of province "01", acting in that post. */
  async officer(role, province = '01') {
    const client = await this.as(`${province}.${role}`);
    await client.takePost(role);
    return client;
  }

  /** What the database answers: one list a row. */
  rows(sql, ...values) {
    return database.rows(this.data, sql, ...values);
  }

  /** Changes it behind the installation's back. */
  change(sql, ...values) {
    database.change(this.data, sql, ...values);
  }

  bankSecret() {
    return readFileSync(path.join(this.data, 'bank.secret'), 'utf8').trim();
  }

  size(name) {
    return statSync(path.join(this.data, name)).size;
  }
}
