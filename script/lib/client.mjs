// A client of Danh's public HTTP interface, as a browser would be one: it keeps cookies and sends its Origin with every write.
// Plain Node.js, no packages. Used by script/lib/main_job.mjs and by tests/flows and tests/crash.
import http from 'node:http';
import { randomBytes } from 'node:crypto';

export class Client {
  /** url: where to connect unless `address` and `port` say otherwise (https: with an agent of its own), and the Origin of writes unless `origin` does. */
  constructor(url, { origin, language = 'vi', agent, address, port } = {}) {
    this.url = new URL(url);
    this.origin = origin ?? this.url.origin;
    this.language = language;
    this.address = address ?? (this.url.hostname === 'localhost' ? '127.0.0.1' : this.url.hostname); // [RFC6761 6.3] also where no file of hosts says so
    this.port = port ?? this.url.port;
    this.cookies = new Map();
    this.agent = agent ?? new http.Agent({ keepAlive: false });
  }

  /** body: an object is sent as JSON, URLSearchParams as a form, a string or Buffer as it is (with headers of its own). */
  request(method, path, { body, headers = {}, timeout = 30000 } = {}) {
    const sent = { Host: this.url.host, 'Accept-Language': this.language, ...headers };
    let bytes;
    if (body instanceof URLSearchParams) {
      sent['Content-Type'] ??= 'application/x-www-form-urlencoded';
      bytes = Buffer.from(body.toString());
    } else if (typeof body === 'string' || Buffer.isBuffer(body)) {
      sent['Content-Type'] ??= 'application/json';
      bytes = Buffer.from(body);
    } else if (body !== undefined) {
      sent['Content-Type'] ??= 'application/json';
      bytes = Buffer.from(JSON.stringify(body));
    }
    if (method !== 'GET' && method !== 'HEAD' && !('Origin' in sent)) sent.Origin = this.origin;
    for (const name of Object.keys(sent)) if (sent[name] === null) delete sent[name];
    if (this.cookies.size > 0 && !('Cookie' in sent)) sent.Cookie = [...this.cookies].map(([n, v]) => `${n}=${v}`).join('; ');
    if (bytes) sent['Content-Length'] = bytes.length;
    return new Promise((resolve, reject) => {
      const request = http.request(
        { protocol: this.url.protocol, host: this.address, port: this.port, method, path, headers: sent, agent: this.agent, timeout },
        (response) => {
          const parts = [];
          response.on('data', (part) => parts.push(part));
          response.on('error', reject);
          response.on('end', () => {
            if (!response.complete) return reject(new Error('the answer was cut off'));
            resolve(this.#answer(response, Buffer.concat(parts)));
          });
        },
      );
      request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer in ${timeout} ms`)));
      request.on('error', reject);
      request.end(bytes);
    });
  }

  #answer(response, bytes) {
    for (const line of response.headers['set-cookie'] ?? []) {
      const [pair] = line.split(';');
      const at = pair.indexOf('=');
      const value = pair.slice(at + 1);
      if (value === '') this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), value);
    }
    const type = response.headers['content-type'] ?? '';
    const text = /json|text|svg/.test(type) ? bytes.toString('utf8') : undefined;
    return {
      status: response.statusCode,
      headers: response.headers,
      bytes,
      text,
      body: /json/.test(type) && bytes.length > 0 ? JSON.parse(text) : undefined,
    };
  }

  get(path, options) {
    return this.request('GET', path, options);
  }
  post(path, body = {}, options = {}) {
    return this.request('POST', path, { ...options, body });
  }
  put(path, body = {}, options = {}) {
    return this.request('PUT', path, { ...options, body });
  }

  /** The answer's body, or an error that says what was refused. */
  async ok(promise) {
    const answer = await promise;
    if (answer.status >= 400) throw new Refused(answer);
    return answer.body ?? answer;
  }

  signIn(pin, password) {
    return this.post('/sign-in', new URLSearchParams({ pin, password }));
  }

  /** Acts under the first post of that role; role null: as a citizen. */
  async takePost(role) {
    const session = await this.ok(this.get('/api/session'));
    const post = role === null ? null : session.posts.find((p) => p.role.code === role);
    if (post === undefined) throw new Error(`no post ${role}`);
    return this.ok(this.put('/api/session/post', { post_id: post === null ? null : post.post_id }));
  }
}

export class Refused extends Error {
  constructor(answer) {
    const problem = answer.body ?? {};
    super(`${answer.status} ${problem.code ?? ''} ${problem.title ?? ''} ${JSON.stringify(problem.errors ?? '')}`);
    this.answer = answer;
    this.status = answer.status;
    this.code = problem.code;
  }
}

export const newKey = () => randomBytes(16).toString('hex');

/** What a citizen types into the 4-5 fields that no register knows. */
export function fillForm(form) {
  const answers = {};
  for (const category of form.categories) {
    if (category.source !== 'citizen' || category.input === null) continue;
    if (category.input.kind === 'history') {
      answers[category.id] = [{ from: '2010-09', to: null, place: 'Hà Nội', work: 'Nhân viên văn phòng' }];
    } else if (category.input.kind === 'email') {
      answers[category.id] = 'cong.dan@example.vn';
    } else if (category.input.required && category.input.kind !== 'request') {
      answers[category.id] = category.input.suggestion ?? 'Không';
    }
  }
  return answers;
}

/** The whole of a submission for `subject`, from the form and a preview. */
export function application(form, preview, { subject = 'self', certificate = 1, copies = 1, purpose = 'Bổ sung hồ sơ xin việc', ban = false } = {}) {
  return {
    procedure: 'lltp', subject, certificate, copies, purpose, ban_information: ban,
    answers: fillForm(form), consent: true, payable_shown: preview.payable.value,
  };
}
