/* Puts a PDF's pieces of text back into lines, in the order they stand in the file. */
export type Piece = { str: string; transform: number[]; height: number }

export function linesOf(pieces: Piece[]): string[] {
  const lines: string[] = []
  let line = ''
  let level: number | undefined
  for (const piece of pieces) {
    const at = piece.transform[5] ?? 0
    const leap = level !== undefined && Math.abs(at - level) > Math.max(piece.height, 4) * 0.5
    if (leap && piece.str.trim() !== '') {
      if (line.trim()) lines.push(line.replace(/\s+/g, ' ').trim())
      line = ''
    }
    line += piece.str
    if (piece.str.trim() !== '') level = at
  }
  if (line.trim()) lines.push(line.replace(/\s+/g, ' ').trim())
  return lines.map((text) => text.normalize('NFC'))
}
