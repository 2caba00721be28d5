// A sandbox for a test file: `danh serve --sandbox` on a free port of loopback, in a folder of its own, ended by its process id and removed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '../../../script/lib/client.mjs';
import { danh, end, freePort, start } from './installation.mjs';

export class Sandbox {
  static async open() {
    const sandbox = new Sandbox();
    sandbox.folder = mkdtempSync(path.join(tmpdir(), 'danh-sandbox-'));
    sandbox.data = path.join(sandbox.folder, 'data'); // absent: serve makes it
    sandbox.port = await freePort();
    sandbox.url = `http://localhost:${sandbox.port}`;
    await sandbox.start();
    Object.assign(sandbox, await sandbox.client().ok(sandbox.client().get('/api/sandbox/people')));
    return sandbox;
  }

  async start() {
    this.child = await start(['serve', '--sandbox', '--data', this.data, '--listen', `127.0.0.1:${this.port}`]);
  }

  async stop(signal) {
    await end(this.child, signal);
  }

  async restart(signal) {
    await this.stop(signal);
    await this.start();
  }

  async close() {
    await this.stop();
    const ledger = await danh('ledger', 'verify', '--data', this.data);
    rmSync(this.folder, { recursive: true, force: true });
    if (ledger.code !== 0) throw new Error(`the ledger does not verify: ${ledger.stdout}${ledger.stderr}`);
  }

  now() {
    return Date.now();
  }

  client(options) {
    return new Client(this.url, options);
  }

  person(name) {
    const found = this.people.find((p) => p.name === name);
    if (!found) throw new Error(`nobody is called ${name}`);
    return found;
  }

  /** Somebody signed in. */
  async as(name, options) {
    const client = this.client(options);
    const answer = await client.signIn(this.person(name).pin, this.password);
    if (answer.status !== 303) throw new Error(`${name} cannot sign in: ${answer.status} ${answer.text}`);
    return client;
  }

  /** Registers a client: {client_id, client_secret, ...}. */
  register(metadata) {
    const defaults = {
      client_name: 'Hiệu sách Hoa Sen', danh_owner: 'Công ty Hoa Sen', danh_purpose: 'Đăng nhập để mua sách', application_type: 'native',
      redirect_uris: ['http://127.0.0.1:3000/callback'], token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'], danh_attributes: [{ name: 'name', purpose: 'Ghi tên người mua', required: true }],
    };
    const merged = Object.fromEntries(Object.entries({ ...defaults, ...metadata }).filter(([, value]) => value !== undefined));
    return this.client().ok(this.client().post('/api/sandbox/clients', merged));
  }

  async events(client_id) {
    return (await this.client().ok(this.client().get(`/api/sandbox/clients/${client_id}/events`))).items;
  }

  faults(client_id, ...faults) {
    return this.client().ok(this.client().put(`/api/sandbox/clients/${client_id}/faults`, { faults }));
  }
}
