// What the client outside remembers of two relying parties and of its own sessions, and tries again after each restart: a code or refresh token that was used, a token that was
// given back, whatever belonged to a grant that has ended, a session that was left. None of it may be alive again; what was not given back must be.
import assert from 'node:assert/strict';
import { sleep } from '../flows/lib/installation.mjs';
import { RelyingParty } from '../flows/lib/relying_party.mjs';
import { code as codeFor, credentials, post, token, userinfo } from '../flows/lib/token_client.mjs';

const ALIVE_MS = 200000; // of the five minutes a token lives
const TRIED = { newest: 3, any: 3 }; // of the dead, after each restart

export class Remembered {
  /** call: asks until somebody answers; holds(what, which, condition): notes for the last word; isOver(): no more work. */
  constructor(place, { call, holds, isOver }) {
    Object.assign(this, { place, call, holds, isOver, tokens: [], dead: [], counts: { codes: 0, refreshed: 0, givenBack: 0, left: 0, tried: 0 } });
  }

  /** A machine and people of a confidential client; returns its work. whoLeaves: another, whose sessions may be as many as there are. */
  async confidential(who, whoLeaves) {
    const citizen = await this.place.as(who);
    this.shop = await RelyingParty.register(this.place, { application_type: 'web', redirect_uris: ['https://thuvien.example/cb'],
      token_endpoint_auth_method: 'client_secret_basic', grant_types: ['authorization_code', 'client_credentials'], scope: 'openid profile phone address read' });
    await codeFor(this.shop, citizen); // agrees: from here on codes come at once
    return async () => {
      for (let turn = 0; !this.isOver(); turn++) {
        await this.#machine(turn % 2 === 0);
        const grant = await this.#begin(this.shop, citizen);
        if (grant && turn % 4 !== 3) await this.#replay(grant, grant.form);
        await this.#leave(whoLeaves);
      }
    };
  }

  /** People of a public client, whose refresh tokens are replaced at each use. */
  async publicOne(who) {
    const citizen = await this.place.as(who);
    const wanted = { scope: 'openid offline_access' };
    this.app = await RelyingParty.register(this.place, { grant_types: ['authorization_code', 'refresh_token'], scope: 'openid profile phone address offline_access' });
    await codeFor(this.app, citizen, wanted);
    return async () => {
      for (let turn = 0; !this.isOver(); turn++) {
        const grant = await this.#begin(this.app, citizen, wanted);
        for (let i = 0; grant && !grant.isOver && i < 2; i++) await this.#refresh(grant);
        if (!grant || grant.isOver) continue;
        if (turn % 3 === 0) await this.#replay(grant, refreshing(grant.refresh[0]));
        if (turn % 3 === 1) await this.#giveBack(grant);
      }
    };
  }

  async #machine(isGivenBack) {
    const { answer } = await this.call(() => token(this.shop, { grant_type: 'client_credentials', scope: 'read' }));
    assert.equal(answer.status, 200, answer.text);
    const kept = this.#keep(this.shop, answer.body.access_token);
    if (!isGivenBack) return;
    await this.#revoke(this.shop, kept.text);
    kept.isDead = true;
    this.dead.push({ what: 'a token', kept });
  }

  #keep(party, text) {
    const kept = { party, text, at: Date.now(), isDead: false };
    this.tokens.push(kept);
    return kept;
  }

  async #revoke(party, text) {
    const proven = credentials(party);
    const { answer } = await this.call(() => post(party, '/oidc/revoke', { token: text, ...proven.form }, { headers: proven.headers }));
    assert.equal(answer.status, 200, answer.text);
    this.counts.givenBack += 1;
  }

  /** Somebody signs in at the client, and the client takes what the code is worth. */
  async #begin(party, citizen, changes) {
    let form;
    while (!form) { // a walk of several steps, begun again from its start until it comes to its end
      if (this.isOver()) return null;
      form = await codeFor(party, citizen, changes).catch(() => sleep(25));
    }
    const grant = { party, form, access: [], refresh: [], isOver: false };
    this.counts.codes += 1;
    await this.#take(grant, form);
    return grant.isOver ? null : grant;
  }

  /** What was not heard of and is asked again is a replay, which ends the grant. */
  async #take(grant, form) {
    const { answer, again } = await this.call(() => token(grant.party, form));
    if (answer.status === 200) {
      grant.access.push(this.#keep(grant.party, answer.body.access_token));
      if (answer.body.refresh_token) grant.refresh.push(answer.body.refresh_token);
      return;
    }
    assert.equal(answer.body?.error, 'invalid_grant', answer.text);
    this.holds('lost', `what ${form.grant_type} stands for`, again);
    this.#end(grant);
  }

  async #refresh(grant) {
    await this.#take(grant, refreshing(grant.refresh.at(-1)));
    this.counts.refreshed += 1;
  }

  /** What was used comes a second time: it is refused, and takes back all that it gave. */
  async #replay(grant, form) {
    await this.#refused(grant.party, form);
    this.#end(grant);
  }

  async #refused(party, form) {
    const { answer } = await this.call(() => token(party, form));
    this.holds('revived', form.grant_type, answer.status === 400 && answer.body.error === 'invalid_grant');
  }

  async #giveBack(grant) {
    await this.#revoke(grant.party, grant.refresh.at(-1));
    this.#end(grant);
  }

  #end(grant) {
    grant.isOver = true;
    for (const kept of grant.access) kept.isDead = true;
    this.dead.push({ what: 'a code', party: grant.party, form: grant.form }, ...grant.access.map((kept) => ({ what: 'a token', kept })),
      ...grant.refresh.map((text) => ({ what: 'a refresh token', party: grant.party, form: refreshing(text) })));
  }

  async #leave(who) {
    let visitor;
    while (!visitor) {
      if (this.isOver()) return;
      visitor = await this.place.as(who).catch(() => sleep(25));
    }
    const cookies = new Map(visitor.cookies);
    const { answer } = await this.call(() => visitor.post('/sign-out', new URLSearchParams()));
    assert.equal(answer.status, 303, answer.text);
    this.counts.left += 1;
    this.dead.push({ what: 'a session', cookies });
  }

  async #isAlive({ party, text }) {
    if (party !== this.shop) return (await this.call(() => userinfo(party, text))).answer.status === 200;
    const proven = credentials(party);
    const { answer } = await this.call(() => post(party, '/oidc/introspect', { token: text, ...proven.form }, { headers: proven.headers }));
    assert.equal(answer.status, 200, answer.text);
    return answer.body.active;
  }

  async #tryOne(each) {
    this.counts.tried += 1;
    if (each.form) return this.#refused(each.party, each.form);
    if (each.kept) return this.holds('revived', each.what, !(await this.#isAlive(each.kept)));
    const visitor = this.place.client();
    visitor.cookies = new Map(each.cookies);
    return this.holds('revived', each.what, (await this.call(() => visitor.get('/api/session'))).answer.status === 401);
  }

  /** Some of the dead, the newest first: after a restart. random(): of [0, 1). */
  async tryDead(random) {
    const some = this.dead.slice(-TRIED.newest);
    for (let i = 0; i < TRIED.any && this.dead.length > 0; i++) some.push(this.dead[Math.floor(random() * this.dead.length)]);
    for (const each of some) await this.#tryOne(each);
  }

  /** All of it, when nothing works any more; what is not dead is alive. */
  async tryAll() {
    for (const each of this.dead) await this.#tryOne(each);
    for (const kept of this.tokens) {
      if (!kept.isDead && Date.now() - kept.at < ALIVE_MS) this.holds('lost', `a token of ${kept.party.id}`, await this.#isAlive(kept));
    }
  }

  summary() {
    const { codes, refreshed, givenBack, left, tried } = this.counts;
    return `${this.tokens.length} tokens, ${codes} codes, ${refreshed} refreshed, ${givenBack} given back, ${left} sign-outs acknowledged; the dead tried ${tried} times`;
  }
}

const refreshing = (text) => ({ grant_type: 'refresh_token', refresh_token: text });
