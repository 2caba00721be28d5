/* Keeps a QR code as a picture: whoever pays on the telephone that shows it cannot scan its screen, but bank apps read pictures. */
const side = 900

export async function savePicture(svg: string, name: string) {
  const image = new Image(side, side)
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  const paint = canvas.getContext('2d')
  if (!paint) return
  const margin = side / 15
  paint.fillStyle = '#ffffff'
  paint.fillRect(0, 0, side, side)
  paint.imageSmoothingEnabled = false
  paint.drawImage(image, margin, margin, side - 2 * margin, side - 2 * margin)
  const link = document.createElement('a')
  link.href = canvas.toDataURL('image/png')
  link.download = name
  link.click()
}
