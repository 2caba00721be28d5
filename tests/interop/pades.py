"""What pyHanko says of a signed PDF, one JSON object a signature. usage: pades.py FILE ROOT.pem INSTANT"""
import datetime
import json
import logging
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
path, root, instant = sys.argv[1:]
with open(path, "rb") as file:
    for signature in PdfFileReader(file).embedded_signatures:
        context = ValidationContext(trust_roots=[load_cert_from_pemder(root)], moment=datetime.datetime.fromisoformat(instant), allow_fetching=False)
        status = validate_pdf_signature(signature, signer_validation_context=context)
        print(json.dumps({
            "field": signature.field_name,
            "subfilter": str(signature.sig_object["/SubFilter"]),
            "good": status.bottom_line,
            "intact": status.intact,
            "trusted": status.trusted,
            "coverage": status.coverage.name,
            "changes": status.modification_level.name if status.modification_level is not None else None,
        }))
