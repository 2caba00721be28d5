// Several nodes on one PostgreSQL server: a private cluster (script/lib/postgres.py), a folder for each node, one signer for all.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Client, newKey } from '../../../script/lib/client.mjs';
import { ROOT, danh, end, freePort, sleep, start } from './installation.mjs';

/** What a further node needs of the first one's folder: doc/operate.md. */
const SHARED = ['danh.ini', 'seal.key', 'evidence.key', 'evidence', 'bank.secret', 'receivers'];

export class Cluster {
  static async open(...options) {
    const cluster = new Cluster();
    cluster.child = spawn('python3', [path.join(ROOT, 'script/lib/postgres.py'), 'serve', ...options], { stdio: ['pipe', 'pipe', 'inherit'] });
    cluster.lines = createInterface({ input: cluster.child.stdout })[Symbol.asyncIterator]();
    cluster.told = cluster.#answer();
    Object.assign(cluster, await cluster.told);
    return cluster;
  }

  async #answer() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the cluster has ended');
    return JSON.parse(value);
  }

  /** One order after the other: answers come in that order. */
  order(words) {
    this.told = this.told.then(async () => {
      this.child.stdin.write(`${words}\n`);
      const answer = await this.#answer();
      if (answer.error) throw new Error(`${words}: ${answer.error}`);
      return answer;
    });
    const mine = this.told;
    this.told = mine.catch(() => {});
    return mine;
  }

  /** The rows that a question is answered with, as objects. */
  async rows(sql) {
    return JSON.parse((await this.order(`sql SELECT COALESCE(json_agg(to_json(q)), '[]') FROM (${sql.replace(/\s+/g, ' ')}) q`)).answer);
  }

  async close() {
    const gone = new Promise((done) => this.child.once('exit', done));
    this.child.stdin.end();
    await gone;
  }
}

export class Nodes {
  /** names: of the nodes; cluster: given, or one of its own; url: of the database, by default the cluster's. */
  static async open({ names, cluster = null, url, people = '1000', local = false, origin, options = [] }) {
    const nodes = new Nodes();
    nodes.ownsCluster = cluster === null;
    nodes.cluster = cluster ?? await Cluster.open();
    nodes.folder = mkdtempSync(path.join(tmpdir(), 'danh-nodes-'));
    nodes.options = options;
    nodes.names = names;
    for (const name of names) nodes[name] = { data: path.join(nodes.folder, name), port: await freePort(), socket: local ? path.join(nodes.folder, `${name}.sock`) : null };
    nodes.origin = origin ?? `http://127.0.0.1:${nodes[names[0]].port}`;
    const first = nodes[names[0]].data;
    const made = await danh('synth', '--people', people, '--seed', '7', '--data', first, '--json', '--database', url ?? nodes.cluster.url);
    if (made.code !== 0) throw new Error(`danh synth: ${made.stderr}`);
    nodes.synth = JSON.parse(made.stdout);
    nodes.signer = await start(['signer', '--data', first], { ready: false });
    const ini = path.join(first, 'danh.ini');
    writeFileSync(ini, `${readFileSync(ini, 'utf8')}\n[signer]\nsocket = ${first}/signer.sock\n`);
    for (const name of names.slice(1)) for (const part of SHARED) cpSync(path.join(first, part), path.join(nodes[name].data, part), { recursive: true });
    for (const name of names) await nodes.start(name);
    return nodes;
  }

  async start(name) {
    const node = this[name];
    const listen = node.socket ? `unix:${node.socket}` : `127.0.0.1:${node.port}`;
    node.child = await start(['serve', '--data', node.data, '--listen', listen, '--origin', this.origin, ...this.options]);
  }

  async stop(name, signal) {
    const { child } = this[name];
    this[name].child = null;
    if (child) await end(child, signal);
  }

  /** A browser that reaches whichever node it is told: all are one address to it. */
  at(name, cookies = new Map()) {
    const client = new Client(`http://127.0.0.1:${this[name].port}`, { origin: this.origin });
    client.cookies = cookies;
    return client;
  }

  identity(name) {
    return this.synth.identities.find((i) => i.name === name);
  }

  /** Somebody signed in at that node. */
  async as(who, name) {
    const client = this.at(name);
    const answer = await client.signIn(this.identity(who).pin, this.synth.demo_password);
    if (answer.status !== 303) throw new Error(`${who} cannot sign in at ${name}: ${answer.status} ${answer.text}`);
    return client;
  }

  /** The node that leads in a task by its own figures; null: none says so. */
  async leader(task, names = this.names) {
    for (const name of names) {
      const { text } = await this.at(name).get('/metrics');
      if (text.includes(`danh_leads{task="${task}"} 1`)) return name;
    }
    return null;
  }

  /** What the ledger holds and how much of it is signed, as an operator sees it. */
  async ledger(name = this.names.at(-1)) {
    const asked = await danh('ledger', 'verify', '--data', this[name].data, '--json');
    return { ...asked, ...JSON.parse(asked.stdout || '{}') };
  }

  async close() {
    for (const name of this.names) {
      this[name].child?.kill('SIGCONT');
      await this.stop(name);
    }
    if (this.signer) await end(this.signer);
    if (this.ownsCluster) await this.cluster.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** An officer reads one person again and again, at all nodes at once, each time for a purpose of its own: an entry each. Remembers those that were answered. */
export class Readers {
  static async begin(nodes, pauseMs = 20) {
    const readers = new Readers();
    Object.assign(readers, { nodes, mark: newKey().slice(0, 8), acknowledged: [], asked: 0, going: true, pauseMs });
    const officer = await nodes.as('01.collector', nodes.names[0]);
    await officer.takePost('collector');
    readers.loops = nodes.names.map((name) => readers.#read(nodes.at(name, officer.cookies)));
    return readers;
  }

  async #read(officer) {
    while (this.going) {
      const number = (this.asked += 1);
      const about = new URLSearchParams({ pin: this.nodes.identity('citizen.hue').pin, purpose: `Doi chieu giay to ${this.mark} so ${number}.` });
      const answer = await officer.get(`/api/desk/people?${about}`, { timeout: 30000 }).catch(() => null); // its node was killed
      if (answer?.status === 200) this.acknowledged.push(number);
      await sleep(this.pauseMs);
    }
  }

  async end() {
    this.going = false;
    await Promise.all(this.loops);
  }

  /** The numbers of the purposes of all ordered entries. */
  async ordered() {
    const rows = await this.nodes.cluster.rows(`SELECT substring(encode(d.content, 'escape') FROM '${this.mark} so ([0-9]+)[.]') AS number
      FROM ledger_detail d JOIN ledger_order o USING (entry_id) WHERE encode(d.content, 'escape') LIKE '%${this.mark}%'`);
    return rows.map((row) => Number(row.number));
  }
}
