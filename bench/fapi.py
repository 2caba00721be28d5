"""A whole FAPI 2.0 login: pushed request, private_key_jwt, DPoP, sign-in by passkey with user verification, tokens bound to the key; no peer does it
all. Beside it stands what its cryptography alone would take: five P-256 verifications (two assertions, two proofs, the passkey) and two signatures."""
import base64
import hashlib
import http.client
import json
import re
import secrets
import subprocess
import time
import urllib.parse

import sign_in as base

VERIFICATIONS, SIGNATURES = 5, 2
CALLBACK = "https://bank.example/callback"
ASKED = {"client_id": "bench-fapi", "response_type": "code", "scope": "openid profile", "redirect_uri": CALLBACK, "code_challenge": base.CHALLENGE,
         "code_challenge_method": "S256"}
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PEOPLE = 150


def word(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Key:
    """A P-256 key in a file, used through the openssl program."""

    def __init__(self, folder, name):
        self.name, self.path = name, folder / f"{name}.der"
        pem = folder / f"{name}.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", pem], check=True, capture_output=True)
        subprocess.run(["openssl", "pkcs8", "-topk8", "-nocrypt", "-in", pem, "-outform", "DER", "-out", self.path], check=True)
        spki = subprocess.run(["openssl", "pkey", "-in", pem, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        self.pem, self.x, self.y = pem, spki[-64:-32], spki[-32:]

    def der(self, message):
        return subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.pem], input=message, check=True, capture_output=True).stdout

    def jwt(self, header, claims):
        text = f"{word(json.dumps(header).encode())}.{word(json.dumps(claims).encode())}"
        der = self.der(text.encode())
        middle = 4 + der[3]
        halves = [int.from_bytes(der[4:middle], "big"), int.from_bytes(der[middle + 2:], "big")]
        return f"{text}.{word(b''.join(half.to_bytes(32, 'big') for half in halves))}"

    def jwk(self):
        return {"kty": "EC", "crv": "P-256", "x": word(self.x), "y": word(self.y), "kid": self.name, "use": "sig", "alg": "ES256"}


class Bank:
    """The client, and people with a passkey who have agreed to it."""

    def __init__(self, run, ours):
        self.server, self.rows = ours, []
        self.origin = f"http://localhost:{ours.port}"
        self.keys = {name: Key(run.folder, name) for name in ("client", "proof", "passkey")}
        metadata = base.CLIENT | {"client_id": "bench-fapi", "client_name": "Bank", "danh_sector": "bank.example", "danh_profile": "fapi2",
                                  "token_endpoint_auth_method": "private_key_jwt", "redirect_uris": [CALLBACK], "dpop_bound_access_tokens": True,
                                  "grant_types": ["authorization_code"], "danh_acr_min": 2, "jwks": {"keys": [self.keys["client"].jwk()]},
                                  "scope": "openid profile", "danh_attributes": base.CLIENT["danh_attributes"][:1]}
        metadata.pop("danh_resources")
        made = subprocess.run([base.BUILD / "danh", "client", "add", "-", "--data", ours.data, "--json"], input=json.dumps(metadata), capture_output=True, text=True)
        if made.returncode != 0:
            raise SystemExit(f"danh client add: {made.stderr}")

    def call(self, method, path, session, body):
        connection = http.client.HTTPConnection("localhost", self.server.port)
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json", "Origin": self.origin, "Cookie": f"danh_session={session}"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status not in (200, 201):
            raise SystemExit(f"{path}: {answer.status} {text[:300]}")
        return json.loads(text)

    def register(self, session):
        """A passkey of the one key under an id of its own; (id, user handle)."""
        path = "/api/me/authenticators/passkey"
        begun = self.call("POST", f"{path}/begin", session, {})
        key, credential = self.keys["passkey"], secrets.token_bytes(32)
        cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + key.x + b"\x22\x58\x20" + key.y
        data = hashlib.sha256(b"localhost").digest() + b"\x45" + bytes(4 + 16) + b"\x00\x20" + credential + cose
        client_data = {"type": "webauthn.create", "challenge": begun["options"]["challenge"], "origin": self.origin, "crossOrigin": False}
        response = {"clientDataJSON": word(json.dumps(client_data).encode()),
                    "attestationObject": word(b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(data)]) + data), "transports": ["internal"]}
        answer = {"id": word(credential), "rawId": word(credential), "type": "public-key", "clientExtensionResults": {}, "response": response}
        self.call("POST", path, session, {"ceremony": begun["ceremony"], "answer": json.dumps(answer), "name": "Bench"})
        return word(credential), begun["options"]["user"]["id"]

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
        begun = json.loads(browser.ask("POST", "/sign-in/passkey/begin", fields)[2])
        client_data = json.dumps({"type": "webauthn.get", "challenge": begun["options"]["challenge"], "origin": self.origin, "crossOrigin": False}).encode()
        data = hashlib.sha256(b"localhost").digest() + b"\x05" + bytes(4)
        response = {"clientDataJSON": word(client_data), "authenticatorData": word(data), "userHandle": handle,
                    "signature": word(self.keys["passkey"].der(data + hashlib.sha256(client_data).digest()))}
        answer = {"id": credential, "rawId": credential, "type": "public-key", "clientExtensionResults": {}, "response": response}
        _, location, body = browser.ask("POST", "/sign-in", fields | {"step": "passkey", "ceremony": begun["ceremony"], "answer": json.dumps(answer)})
        if not location.startswith("/interact/"):
            raise SystemExit(f"sign-in by passkey: {location} {body[:500]}")
        _, page = browser.follow(location)
        token = re.search(r'name="token" value="([\w-]+)"', page)
        status, location, body = browser.ask("POST", location, {"token": token[1] if token else "", "decision": "agree"})
        if "code=" not in location:
            raise SystemExit(f"consent: {status} {location} {body[:300]}")
        return browser.cookies["danh_browser"]

    def people(self):
        for session in self.server.sessions[:PEOPLE]:
            credential, handle = self.register(session)
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
        answer = ("%7B%22id%22%3A%22{1}%22%2C%22rawId%22%3A%22{1}%22%2C%22type%22%3A%22public-key%22%2C%22clientExtensionResults%22%3A%7B%7D%2C"
                  "%22response%22%3A%7B%22clientDataJSON%22%3A%22{client_data;" + origin + ";challenge}%22%2C%22authenticatorData%22%3A%22{authenticator;localhost}"
                  "%22%2C%22signature%22%3A%22{passkey;passkey;" + origin + ";localhost;challenge}%22%2C%22userHandle%22%3A%22{2}%22%7D%7D")
        fields = {"next": "{where}", "level": "2"}
        page = [base.FORM, f"Origin: {origin}", "Cookie: {interaction}; danh_browser={3}"]
        asked = {name: urllib.parse.quote(value, "") for name, value in ASKED.items()}
        return base.scenario(
            rows,
            base.request(server, "POST", "/oidc/par", [base.FORM, "DPoP: {dpop;proof;POST;" + origin + "/oidc/par}"], asked | {"state": "{random}", "nonce": "{random}"} | proof,
                         before=["expect 201", "take request_uri json request_uri"]),
            base.request(server, "GET", "/oidc/authorize?client_id=bench-fapi&request_uri={request_uri}", ["Cookie: danh_browser={3}"],
                         before=["expect 303", "take where location next", "take interaction header Set-Cookie"]),
            base.request(server, "GET", "/sign-in?next={where}&level=2", ["Cookie: {interaction}; danh_browser={3}"], before=["expect 200"]),
            base.request(server, "POST", "/sign-in/passkey/begin", page, fields, before=["expect 200", "take ceremony json ceremony", "take challenge json challenge"]),
            base.request(server, "POST", "/sign-in", page, fields | {"step": "passkey", "ceremony": "{ceremony}", "answer": answer},
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
    peak = max((bench.load(ours, bank.scenario(rows), 4) for _ in range(base.ROUNDS)), key=lambda got: got["flows_per_s"])
    half = bench.load(ours, bank.scenario(rows), 6, per_s=max(1, peak["flows_per_s"] / 2))
    more = limits()
    sign, verify = sum([*signs, more[0]]) / 3, sum([*verifies, more[1]]) / 3
    run.calibrate()
    bound = VERIFICATIONS * 1e6 / verify + SIGNATURES * 1e6 / sign
    run.add("FAPI 2.0 login: PAR, private_key_jwt, DPoP, passkey", peak["flows_per_s"], f"a second on one core; {peak['processor_us']:.0f} us of it each", since, 1200)
    run.add("  its cryptography alone: 5 verifications, 2 signatures", round(bound), f"us; {verify:.0f} verified, {sign:.0f} signed a second", since)
    run.add("  distance to that", round(peak["processor_us"] / bound, 2), "times the sum of its cryptography", since)
    run.add("  p99 at half of the peak", half["p99_ms"], f"ms; p50 {half['p50_ms']} ms at {half['flows_per_s']} a second", since, 50)
