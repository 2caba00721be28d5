// What the tests of sign-in share: keys, a person at a browser who signs in and agrees.
import { exportJWK, generateKeyPair } from 'jose';
import { Browser, forms } from './browser.mjs';

/** {key, kid, jwk}: private half for the client, public half for its registration. */
export async function newClientKey(alg = 'ES256') {
  const pair = await generateKeyPair(alg, { extractable: true });
  const kid = `test-${alg}`;
  return { key: pair.privateKey, kid, jwk: { ...(await exportJWK(pair.publicKey)), kid, use: 'sig', alg } };
}

/** Signs in where a page asks for it, agrees where one asks for that, until the browser leaves or something else is shown. */
export async function signInAndAgree(browser, sandbox, who, { agrees = true } = {}) {
  for (let i = 0; i < 6; i++) {
    const { page } = browser;
    if (page.left || page.status >= 400) return page;
    const here = forms(page.text);
    const has = (name) => here.some((form) => form.fields.some(([n]) => n === name));
    const decision = here.find((form) => form.buttons.some((b) => b.name === 'decision'));
    if (has('password')) await browser.submit({ password: sandbox.password });
    else if (has('pin')) await browser.submit({ pin: sandbox.person(who).pin });
    else if (has('passcode')) await browser.submit({ passcode: sandbox.passcode });
    else if (decision) await browser.submit({}, agrees ? 'agree' : 'refuse');
    else return page;
  }
  return browser.page;
}

/** The whole way of a browser from the authorization request back to the client: the address it was sent to. */
export async function authorize(sandbox, address, who, options = {}) {
  const browser = options.browser ?? new Browser({ hosts: [`localhost:${sandbox.port}`] });
  await browser.go(address);
  const { left, status, text, url } = await signInAndAgree(browser, sandbox, who, options);
  if (!left) throw new Error(`the browser stayed at ${url}: ${status} ${text}`);
  return left;
}
