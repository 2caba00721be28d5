// A PostgreSQL cluster of a test's own: script/lib/postgres.py serve, one order a line, one answer a line.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './installation.mjs';

export class Cluster {
  /** settings: NAME=VALUE of postgresql.conf. */
  static async open(...settings) {
    const made = new Cluster();
    made.process = spawn(path.join(ROOT, 'script/lib/postgres.py'), ['serve', ...settings.flatMap((each) => ['--set', each])], { stdio: ['pipe', 'pipe', 'inherit'] });
    made.lines = createInterface({ input: made.process.stdout })[Symbol.asyncIterator]();
    const { url, log } = await made.#answer();
    Object.assign(made, { url, log });
    return made;
  }
  async #answer() {
    const { value } = await this.lines.next();
    const said = JSON.parse(value);
    if (said.error) throw new Error(said.error);
    return said;
  }
  #order(words) {
    this.process.stdin.write(`${words}\n`);
    return this.#answer();
  }
  async create(name) {
    return (await this.#order(`create ${name}`)).url;
  }
  async sql(text) {
    return (await this.#order(`sql ${text}`)).answer;
  }
  base() {
    return this.#order('base');
  }
  async recover(moment) {
    return (await this.#order(`recover ${moment}`)).url;
  }
  async close() {
    const gone = new Promise((done) => this.process.once('exit', done));
    this.process.stdin.end();
    await gone;
  }
}
