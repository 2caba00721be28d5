"""A passkey of the bench's own: registered for people of our server, used by this program once and by bench_scenario many times."""
import base64
import hashlib
import http.client
import json
import secrets
import subprocess


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


class Passkey:
    """One P-256 key, under an id of its own for everybody."""

    def __init__(self, server, key):
        self.server, self.key, self.origin = server, key, f"http://localhost:{server.port}"

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
        key, credential = self.key, secrets.token_bytes(32)
        cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + key.x + b"\x22\x58\x20" + key.y
        data = hashlib.sha256(b"localhost").digest() + b"\x45" + bytes(4 + 16) + b"\x00\x20" + credential + cose
        client_data = {"type": "webauthn.create", "challenge": begun["options"]["challenge"], "origin": self.origin, "crossOrigin": False}
        response = {"clientDataJSON": word(json.dumps(client_data).encode()),
                    "attestationObject": word(b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(data)]) + data), "transports": ["internal"]}
        answer = {"id": word(credential), "rawId": word(credential), "type": "public-key", "clientExtensionResults": {}, "response": response}
        self.call("POST", path, session, {"ceremony": begun["ceremony"], "answer": json.dumps(answer), "name": "Bench"})
        return word(credential), begun["options"]["user"]["id"]

    def sign_in(self, browser, fields, credential, handle):
        """Where it leads to."""
        begun = json.loads(browser.ask("POST", "/sign-in/passkey/begin", fields)[2])
        client_data = json.dumps({"type": "webauthn.get", "challenge": begun["options"]["challenge"], "origin": self.origin, "crossOrigin": False}).encode()
        data = hashlib.sha256(b"localhost").digest() + b"\x05" + bytes(4)
        response = {"clientDataJSON": word(client_data), "authenticatorData": word(data), "userHandle": handle,
                    "signature": word(self.key.der(data + hashlib.sha256(client_data).digest()))}
        answer = {"id": credential, "rawId": credential, "type": "public-key", "clientExtensionResults": {}, "response": response}
        status, location, body = browser.ask("POST", "/sign-in", fields | {"step": "passkey", "ceremony": begun["ceremony"], "answer": json.dumps(answer)})
        if status != 303:
            raise SystemExit(f"sign-in by passkey: {status} {body[:500]}")
        return location

    def answer(self):
        """A scenario's: rows are credential and user handle, {challenge} was taken, the key's name is in its head."""
        return ("%7B%22id%22%3A%22{1}%22%2C%22rawId%22%3A%22{1}%22%2C%22type%22%3A%22public-key%22%2C%22clientExtensionResults%22%3A%7B%7D%2C"
                "%22response%22%3A%7B%22clientDataJSON%22%3A%22{client_data;" + self.origin + ";challenge}%22%2C%22authenticatorData%22%3A%22{authenticator;localhost}"
                "%22%2C%22signature%22%3A%22{passkey;" + self.key.name + ";" + self.origin + ";localhost;challenge}%22%2C%22userHandle%22%3A%22{2}%22%7D%7D")
