"""A whole FAPI 2.0 login: pushed request, private_key_jwt, DPoP, sign-in by passkey with user verification, tokens bound to the key; no peer does it
all. Beside it stands what its cryptography alone would take: five P-256 verifications (two assertions, two proofs, the passkey) and two signatures."""
import http.client
import json
import re
import secrets
import subprocess
import time
import urllib.parse

import sign_in as base
from passkey import Key, Passkey

VERIFICATIONS, SIGNATURES = 5, 2
CALLBACK = "https://bank.example/callback"
ASKED = {"client_id": "bench-fapi", "response_type": "code", "scope": "openid profile", "redirect_uri": CALLBACK, "code_challenge": base.CHALLENGE,
         "code_challenge_method": "S256"}
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PEOPLE = 150
PEAKS = 3


class Bank:
    """The client, and people with a passkey who have agreed to it."""

    def __init__(self, run, ours):
        self.server, self.rows = ours, []
        self.origin = f"http://localhost:{ours.port}"
        self.keys = {name: Key(run.folder, name) for name in ("client", "proof", "passkey")}
        self.passkey = Passkey(ours, self.keys["passkey"])
        metadata = base.CLIENT | {"client_id": "bench-fapi", "client_name": "Bank", "danh_sector": "bank.example", "danh_profile": "fapi2",
                                  "token_endpoint_auth_method": "private_key_jwt", "redirect_uris": [CALLBACK], "dpop_bound_access_tokens": True,
                                  "grant_types": ["authorization_code"], "danh_acr_min": 2, "jwks": {"keys": [self.keys["client"].jwk()]},
                                  "scope": "openid profile", "danh_attributes": base.CLIENT["danh_attributes"][:1]}
        metadata.pop("danh_resources")
        made = subprocess.run([base.BUILD / "danh", "client", "add", "-", "--data", ours.data, "--json"], input=json.dumps(metadata), capture_output=True, text=True)
        if made.returncode != 0:
            raise SystemExit(f"danh client add: {made.stderr}")

    def assertion(self):
        now = int(time.time())
        return self.keys["client"].jwt({"alg": "ES256", "kid": "client"}, {"iss": "bench-fapi", "sub": "bench-fapi", "aud": self.origin, "jti": secrets.token_hex(16),
                                                                          "iat": now, "exp": now + 60})

    def agree(self, credential, handle):
        """The first login, with the page of consent; what this browser then is known by."""
        browser = base.Browser(self.server.port)
        form = ASKED | {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion()}
        status, _, body = browser.ask("POST", "/oidc/par", form)
        if status != 201:
            raise SystemExit(f"pushed request: {status} {body}")
        location, _ = browser.follow(f"/oidc/authorize?{urllib.parse.urlencode({'client_id': 'bench-fapi', 'request_uri': json.loads(body)['request_uri']})}")
        fields = {"next": urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["next"][0], "level": "2"}
        location = self.passkey.sign_in(browser, fields, credential, handle)
        if not location.startswith("/interact/"):
            raise SystemExit(f"sign-in by passkey leads to {location}")
        _, page = browser.follow(location)
        token = re.search(r'name="token" value="([\w-]+)"', page)
        status, location, body = browser.ask("POST", location, {"token": token[1] if token else "", "decision": "agree"})
        if "code=" not in location:
            raise SystemExit(f"consent: {status} {location} {body[:300]}")
        return browser.cookies["danh_browser"]

    def people(self):
        for session in self.server.sessions[:PEOPLE]:
            credential, handle = self.passkey.register(session)
            self.rows.append(f"{credential} {handle} {self.agree(credential, handle)}")

    def nonce(self):
        """One for proofs, which the answer to a proof without one brings."""
        key = self.keys["proof"]
        jwk = {name: key.jwk()[name] for name in ("kty", "crv", "x", "y")}
        proof = key.jwt({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}, {"jti": secrets.token_hex(16), "htm": "POST", "htu": f"{self.origin}/oidc/par",
                                                                           "iat": int(time.time())})
        form = ASKED | {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion()}
        connection = http.client.HTTPConnection("localhost", self.server.port)
        connection.request("POST", "/oidc/par", urllib.parse.urlencode(form), {"Content-Type": base.FORM.split(": ")[1], "DPoP": proof})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.headers["DPoP-Nonce"]

    def scenario(self, rows):
        server, origin = self.server, self.origin
        head = "".join(f"key {key.name} {key.path}\n" for key in self.keys.values()) + f"given nonce {self.nonce()}\n"
        proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": "{assertion;client;bench-fapi;" + origin + "}"}
        fields = {"next": "{where}", "level": "2"}
        page = [base.FORM, f"Origin: {origin}", "Cookie: danh_interaction={interaction}; danh_admission={admission}; danh_browser={3}"]
        asked = {name: urllib.parse.quote(value, "") for name, value in ASKED.items()}
        return base.scenario(
            rows,
            base.request(server, "POST", "/oidc/par", [base.FORM, "DPoP: {dpop;proof;POST;" + origin + "/oidc/par}"], asked | {"state": "{random}", "nonce": "{random}"} | proof,
                         before=["expect 201", "take request_uri json request_uri"]),
            base.request(server, "GET", "/oidc/authorize?client_id=bench-fapi&request_uri={request_uri}", ["Cookie: danh_browser={3}"],
                         before=["expect 303", "take where location next", "take interaction cookie danh_interaction", "take admission cookie danh_admission"]),
            base.request(server, "GET", "/sign-in?next={where}&level=2", ["Cookie: danh_interaction={interaction}; danh_admission={admission}; danh_browser={3}"],
                         before=["expect 200", 'take ceremony text data-ceremony="', "take challenge text &quot;challenge&quot;:&quot;"]),
            base.request(server, "POST", "/sign-in", page, fields | {"step": "passkey", "ceremony": "{ceremony}", "answer": self.passkey.answer()},
                         before=["expect 303", "take code location code"]),
            base.request(server, "POST", "/oidc/token", [base.FORM, "DPoP: {dpop;proof;POST;" + origin + "/oidc/token}"],
                         {"grant_type": "authorization_code", "code": "{code}", "redirect_uri": asked["redirect_uri"], "code_verifier": base.VERIFIER} | proof,
                         before=["expect 200"]),
            head=head)


def limits():
    """P-256 signatures and verifications a second on the server's core."""
    done = subprocess.run(base.pinned(base.SERVER_CORE, "openssl", "speed", "-mr", "-seconds", "1", "ecdsap256"), capture_output=True, text=True, check=True)
    found = re.search(r"\+F\d+:\d+:\d+:([\d.]+):([\d.]+)", done.stdout)
    return float(found[1]), float(found[2])


def measure(run, bench, bank):
    since = run.calibrate()
    ours, rows = bank.server, bank.rows
    signs, verifies = zip(*[limits() for _ in range(2)])
    peak = max((bench.load(ours, bank.scenario(rows), 4) for _ in range(PEAKS)), key=lambda got: got["flows_per_s"])
    half = bench.load(ours, bank.scenario(rows), 6, per_s=max(1, peak["flows_per_s"] / 2))
    more = limits()
    sign, verify = sum([*signs, more[0]]) / 3, sum([*verifies, more[1]]) / 3
    run.calibrate()
    bound = VERIFICATIONS * 1e6 / verify + SIGNATURES * 1e6 / sign
    run.add("FAPI 2.0 login: PAR, private_key_jwt, DPoP, passkey", peak["flows_per_s"], f"a second on one core; {peak['processor_us']:.0f} us of it each", since, 1200)
    run.add("  its cryptography alone: 5 verifications, 2 signatures", round(bound), f"us; {verify:.0f} verified, {sign:.0f} signed a second", since)
    run.add("  distance to that", round(peak["processor_us"] / bound, 2), "times the sum of its cryptography", since)
    run.add("  p99 at half of the peak", half["p99_ms"], f"ms; p50 {half['p50_ms']} ms at {half['flows_per_s']} a second", since, 50)
