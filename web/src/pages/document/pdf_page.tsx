/* Draws the signed PDF's pages on canvases, since telephones do not show PDF inside a page. The library is read only here. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { Skeleton } from '../../ui/parts'
import { t } from '../../ui/text'

const pagesMax = 4 // a certificate has one or two

async function draw(address: string, place: HTMLElement, stopped: () => boolean) {
  const [pdf, worker] = await Promise.all([import('pdfjs-dist'), import('pdfjs-dist/build/pdf.worker.min.mjs?url')])
  pdf.GlobalWorkerOptions.workerSrc = worker.default
  const task = pdf.getDocument({ url: address, isEvalSupported: false, enableXfa: false })
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

export function PdfPage(props: { address: string; label: string; failed: () => void }) {
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
