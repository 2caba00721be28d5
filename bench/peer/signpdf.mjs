// The peer: npm @signpdf/signpdf signs a ready one-page PDF with one RSA-2048 signature (its PKCS#12 signer knows no P-256).
// usage: node signpdf.mjs KEY.p12 SECONDS      prints one JSON object
import { readFileSync } from 'node:fs';
import { plainAddPlaceholder } from '@signpdf/placeholder-plain';
import { P12Signer } from '@signpdf/signer-p12';
import { SignPdf } from '@signpdf/signpdf';

function onePage() {
  const text = 'BT /F1 18 Tf 72 720 Td (PHIEU LY LICH TU PHAP) Tj ET';
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let pdf = '%PDF-1.7\n';
  const offsets = objects.map((object, i) => {
    const at = pdf.length;
    pdf += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const xref = pdf.length;
  pdf += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const at of offsets) pdf += `${String(at).padStart(10, '0')} 00000 n \n`;
  return Buffer.from(`${pdf}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`, 'latin1');
}

const signpdf = new SignPdf();
const [keyFile, seconds] = process.argv.slice(2);
const ready = plainAddPlaceholder({
  pdfBuffer: onePage(),
  reason: 'bench',
  contactInfo: 'bench',
  name: 'bench',
  location: 'bench',
});
const key = readFileSync(keyFile);
/* A P12Signer signs once: it reads its bundle to the end. */
const signOnce = () => signpdf.sign(ready, new P12Signer(key, { passphrase: 'bench' }));
await signOnce();
const before = process.cpuUsage();
const began = performance.now();
let count = 0;
while (performance.now() - began < Number(seconds) * 1000) {
  await signOnce();
  count += 1;
}
const used = process.cpuUsage(before);
console.log(JSON.stringify({ signed_per_s_per_core: Math.round((count * 1e7) / (used.user + used.system)) / 10, count }));
