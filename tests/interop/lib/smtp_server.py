"""A mail server nobody here wrote (Debian's python3-aiosmtpd): STARTTLS and a password required; each mail becomes a JSON line on standard output.
usage: smtp_server.py PORT CERTIFICATE KEY USER PASSWORD"""
import email
import email.policy
import json
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

port, certificate, key, user, password = int(sys.argv[1]), *sys.argv[2:6]


class Mailbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('khong-co@'):
            return '550 5.1.1 no such mailbox'
        if address.startswith('cham@') and not hasattr(server, 'was_slow'):
            Mailbox.slow = getattr(Mailbox, 'slow', 0) + 1
            if Mailbox.slow == 1:
                return '451 4.3.0 try again later'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        print(json.dumps({
            'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'tls': session.ssl is not None, 'user': session.auth_data,
            'headers': {name: str(value) for name, value in mail.items()}, 'text': mail.get_content(),
            'defects': [str(d) for d in mail.defects], 'longest': max(len(line) for line in envelope.content.split(b'\r\n')),
        }), flush=True)
        return '250 OK'


def authenticate(server, session, envelope, mechanism, auth_data):
    good = auth_data.login == user.encode() and auth_data.password == password.encode()
    return AuthResult(success=good, auth_data=user if good else None)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
controller = Controller(Mailbox(), hostname='127.0.0.1', port=port, tls_context=context, require_starttls=True, auth_required=True,
                        auth_require_tls=True, authenticator=authenticate)
controller.start()
print(json.dumps({'ready': port}), flush=True)
threading.Event().wait()
