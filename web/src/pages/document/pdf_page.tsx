/* The signed PDF inside the page: drawn on canvases, since telephones do not show PDF there, or as its own text for whoever
 * listens rather than looks. The library is read only here. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { Skeleton } from '../../ui/parts'
import { t } from '../../ui/text'
import { linesOf, type Piece } from './pdf_lines'

const pagesMax = 4 // a certificate has one or two

/** Where it lies, or the file itself. */
type Source = string | Uint8Array<ArrayBuffer>

async function open(address: Source) {
  const [pdf, worker] = await Promise.all([import('pdfjs-dist'), import('pdfjs-dist/build/pdf.worker.min.mjs?url')])
  pdf.GlobalWorkerOptions.workerSrc = worker.default
  return pdf.getDocument({
    ...(typeof address === 'string' ? { url: address } : { data: address }),
    isEvalSupported: false,
    enableXfa: false,
  })
}

async function draw(address: Source, place: HTMLElement, stopped: () => boolean) {
  const task = await open(address)
  try {
    const document = await task.promise
    for (let number = 1; number <= Math.min(document.numPages, pagesMax) && !stopped(); number++) {
      const page = await document.getPage(number)
      const width = Math.max(place.clientWidth, 320)
      const scale = (width / page.getViewport({ scale: 1 }).width) * Math.min(Math.max(devicePixelRatio, 1.5), 2)
      const viewport = page.getViewport({ scale })
      const canvas = window.document.createElement('canvas')
      canvas.className = 'pdf-page'
      canvas.width = viewport.width
      canvas.height = viewport.height
      await page.render({ canvas, viewport }).promise
      if (!stopped()) place.append(canvas)
    }
  } finally {
    await task.destroy()
  }
}

async function readLines(address: string): Promise<string[]> {
  const task = await open(address)
  try {
    const document = await task.promise
    const lines: string[] = []
    for (let number = 1; number <= Math.min(document.numPages, pagesMax); number++) {
      const { items } = await (await document.getPage(number)).getTextContent()
      lines.push(...linesOf(items.filter((item): item is typeof item & Piece => 'str' in item)))
    }
    return lines
  } finally {
    await task.destroy()
  }
}

export function PdfPage(props: { address: Source; label: string; failed: () => void }) {
  const place = useRef<HTMLDivElement>(null)
  const [drawn, setDrawn] = useState(false)
  useEffect(() => {
    let stop = false
    if (place.current)
      draw(props.address, place.current, () => stop).then(
        () => setDrawn(true),
        () => !stop && props.failed(),
      )
    return () => {
      stop = true
    }
  }, [props.address])
  return (
    <div>
      {!drawn && <Skeleton lines={8} />}
      <div ref={place} role="img" aria-label={t('document.page_alt', { title: props.label })} />
    </div>
  )
}

export function PdfText({ address }: { address: string }) {
  const [lines, setLines] = useState<string[]>()
  useEffect(() => {
    let stop = false
    readLines(address).then(
      (read) => !stop && setLines(read),
      () => !stop && setLines([]),
    )
    return () => {
      stop = true
    }
  }, [address])
  if (!lines) return <Skeleton lines={8} />
  return (
    <div class="stack-sm">
      {lines.map((line, i) => (
        <p key={`${i}-${line}`}>{line}</p>
      ))}
    </div>
  )
}
