// Clients under way while nodes come and go: each keeps its connection open and does one thing over and over; what is not as it should be is written down.
import https from 'node:https';
import http2 from 'node:http2';
import { Client, newKey } from '../../../script/lib/client.mjs';
import { sleep } from './installation.mjs';
import { form } from './story.mjs';

/** A browser behind a proxy that keeps one connection to it. */
export function browser(proxy) {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: proxy.roots });
  return new Client(`https://${proxy.host}`, { address: '127.0.0.1', port: proxy.port, agent });
}

const expect = (answer, status) => {
  if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${answer.text?.slice(0, 300)}`);
  return answer;
};

async function signedIn(proxy, nodes, who) {
  const client = browser(proxy);
  expect(await client.signIn(nodes.identity(who).pin, nodes.synth.demo_password), 303);
  return client;
}

/** What each kind does: prepared once, then called again and again. */
const KINDS = {
  async reads(proxy, nodes, who) {
    const client = await signedIn(proxy, nodes, who);
    return async () => {
      expect(await client.get('/api/session'), 200);
      expect(await client.get('/api/dossiers'), 200);
    };
  },

  async 'reads over HTTP/2'(proxy, nodes, who) {
    const client = await signedIn(proxy, nodes, who);
    const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    let session = null;
    return async () => {
      if (session === null || session.closed || session.destroyed) {
        session = http2.connect(`https://${proxy.host}:${proxy.port}`, { ca: proxy.roots, lookup: (_, options, done) => (options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)) });
        session.on('error', () => {}); // the stream's is the one that counts
      }
      const status = await new Promise((resolve, reject) => {
        const stream = session.request({ ':path': '/api/me', ':authority': proxy.host, cookie });
        let found = 0;
        stream.on('response', (headers) => (found = headers[':status']));
        stream.on('error', reject).on('end', () => resolve(found)).resume();
      });
      expect({ status, text: '' }, 200);
    };
  },

  async 'sign-ins'(proxy, nodes, who) {
    const client = browser(proxy);
    return async () => {
      expect(await client.signIn(nodes.identity(who).pin, nodes.synth.demo_password), 303);
      expect(await client.get('/api/session'), 200);
      expect(await client.post('/sign-out', new URLSearchParams()), 303);
    };
  },

  async tokens(proxy, nodes) {
    const client = browser(proxy);
    const fields = { grant_type: 'client_credentials', client_id: nodes.party.id, client_secret: nodes.party.secret };
    return async () => void expect(await client.post('/oidc/token', new URLSearchParams(fields), { headers: { Origin: null } }), 200);
  },

  async writes(proxy, nodes, who, acknowledged) {
    const client = await signedIn(proxy, nodes, who);
    const body = await form(client, { certificate: 1 });
    return async () => {
      const made = expect(await client.post('/api/dossiers', body, { headers: { 'Idempotency-Key': newKey() } }), 201);
      acknowledged.push(made.body.code);
      expect(await client.post(`/api/dossiers/${made.body.code}/withdraw`, {}), 200);
    };
  },
};

export class Load {
  /** who: kind -> a person of the demonstration. */
  static async begin(proxy, nodes, who) {
    const load = new Load();
    Object.assign(load, { proxy, going: true, done: {}, errors: [], acknowledged: [] });
    const acts = [];
    for (const kind of Object.keys(KINDS)) acts.push([kind, await KINDS[kind](proxy, nodes, who[kind], load.acknowledged)]);
    load.loops = acts.map(([kind, act]) => load.#go(kind, act));
    return load;
  }

  async #go(kind, act) {
    this.done[kind] = 0;
    while (this.going) {
      try {
        await act();
        this.done[kind] += 1;
      } catch (error) {
        this.errors.push(`${this.proxy.kind}: ${kind}: ${error.message}`);
      }
      await sleep(5);
    }
  }

  async end() {
    this.going = false;
    await Promise.all(this.loops);
  }
}
