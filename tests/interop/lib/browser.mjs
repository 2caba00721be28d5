// A browser without script, as curl with a cookie jar would be one: follows redirects, keeps cookies by host, fills and submits HTML forms, and sends the
// headers browsers send with them. It stops where a redirect leaves the hosts it was told to visit: that is the answer to the relying party.
import http from 'node:http';

const REDIRECTS_MAX = 12;
const decode = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

function attribute(tag, name) {
  const found = new RegExp(`\\s${name}(?:="([^"]*)")?(?=[\\s>/])`).exec(tag);
  return found ? decode(found[1] ?? '') : null;
}

/** The page's forms: {action, method, fields: [name, value][], buttons: [{name, value, text}]}. */
export function forms(html) {
  return [...html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => {
    const open = /<form\b[^>]*>/.exec(form)[0];
    const fields = [];
    for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
      const type = attribute(tag, 'type') ?? 'text';
      const name = attribute(tag, 'name');
      const isOff = ['checkbox', 'radio'].includes(type) && attribute(tag, 'checked') === null;
      if (name && type !== 'submit' && !isOff) fields.push([name, attribute(tag, 'value') ?? (['checkbox', 'radio'].includes(type) ? 'on' : '')]);
    }
    const buttons = [...form.matchAll(/(<button\b[^>]*>)([\s\S]*?)<\/button>/g)].map(([, tag, text]) => ({
      name: attribute(tag, 'name'), value: attribute(tag, 'value') ?? '', text: text.replace(/<[^>]*>/g, '').trim() }));
    return { action: attribute(open, 'action') ?? '', method: (attribute(open, 'method') ?? 'get').toLowerCase(), fields, buttons };
  });
}

export class Browser {
  /** hosts: "localhost:8080", those it visits. */
  constructor({ hosts, language = 'en', visit = null }) {
    this.hosts = hosts;
    this.language = language;
    this.jars = new Map();
    this.visit = visit;
  }

  #cookies(host) {
    if (!this.jars.has(host)) this.jars.set(host, new Map());
    return this.jars.get(host);
  }

  #send(method, url, body) {
    const jar = this.#cookies(url.host);
    const headers = { Host: url.host, 'Accept-Language': this.language, Accept: 'text/html' };
    if (jar.size > 0) headers.Cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    if (body !== undefined) {
      Object.assign(headers, { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body), Origin: this.origin ?? url.origin });
    }
    const address = url.hostname === 'localhost' ? '127.0.0.1' : url.hostname;
    return new Promise((resolve, reject) => {
      let answer;
      const request = http.request({ host: address, port: url.port, method, path: url.pathname + url.search, headers, agent: false }, (response) => {
        const parts = [];
        answer = () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString() });
        response.on('data', (part) => parts.push(part));
        response.on('end', answer);
      });
      request.setTimeout(30000, () => request.destroy(new Error(`${method} ${url}: no answer`)));
      request.on('error', (error) => (answer ? setImmediate(answer) : reject(error))); // mod_auth_openidc writes a second page behind its error page: the first counts
      request.end(body);
    });
  }

  #keep(url, answer) {
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [pair] = line.split(';');
      const at = pair.indexOf('=');
      const value = pair.slice(at + 1);
      if (value === '' || /max-age=0/i.test(line)) this.#cookies(url.host).delete(pair.slice(0, at));
      else this.#cookies(url.host).set(pair.slice(0, at), value);
    }
  }

  /** Goes on until a page, or until a redirect leaves: {url, status, text, headers, left}. left: the address it led to. */
  async go(address, { method = 'GET', body } = {}) {
    let url = new URL(address);
    for (let i = 0; i < REDIRECTS_MAX; i++) {
      const answer = await this.#send(method, url, body);
      this.#keep(url, answer);
      this.page = { url, ...answer, left: null };
      this.origin = url.origin;
      if (![301, 302, 303, 307].includes(answer.status)) return this.page;
      url = new URL(answer.headers.location, url);
      [method, body] = ['GET', undefined];
      if (!this.hosts.includes(url.host)) return (this.page = { ...this.page, left: url });
    }
    throw new Error(`more than ${REDIRECTS_MAX} redirects, at ${url}`);
  }

  /** Submits the page's form that has all these fields, with its own hidden ones; button: text or value of the one to press. */
  async submit(values, button) {
    const names = Object.keys(values);
    const fits = (form) => names.every((name) => form.fields.some(([n]) => n === name)) && (button === undefined || form.buttons.some((b) => b.value === button || b.text === button));
    const form = forms(this.page.text).find((f) => f.method === 'post' && fits(f));
    if (!form) throw new Error(`${this.page.url} has no form with ${names} and ${button}:\n${this.page.status}\n${this.page.text}`);
    const filled = new URLSearchParams(form.fields.map(([name, value]) => [name, values[name] ?? value]));
    const pressed = form.buttons.find((b) => b.value === button || b.text === button);
    if (pressed?.name) filled.append(pressed.name, pressed.value);
    return this.go(new URL(form.action || this.page.url, this.page.url), { method: 'POST', body: filled.toString() });
  }
}
