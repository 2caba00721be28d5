import { expect, it } from 'vitest'
import { linesOf } from './pdf_lines'

const piece = (str: string, y: number, height = 12) => ({ str, transform: [1, 0, 0, 1, 0, y], height })

it('joins what stands on one line and parts what does not', () => {
  expect(
    linesOf([
      piece('12. Tình trạng ', 700),
      piece('án tích:', 700.5),
      piece(' ', 700),
      piece('Không có', 700),
      piece('Hà Nội', 680),
    ]),
  ).toEqual(['12. Tình trạng án tích: Không có', 'Hà Nội'])
})
it('drops blanks and gives composed letters', () => {
  expect(linesOf([piece('  ', 700), piece('ti\u0301ch', 690), piece('', 0)])).toEqual(['t\u00edch'])
  expect(linesOf([])).toEqual([])
})
