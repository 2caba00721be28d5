/* Line icons of our own, 24 by 24, drawn in the text's colour and hidden from screen readers. */
const shapes = {
  home: 'M4 11l8-7 8 7v8.5a.5.5 0 0 1-.5.5H15v-6H9v6H4.5a.5.5 0 0 1-.5-.5z',
  wallet: 'M4 7.5h14.5A1.5 1.5 0 0 1 20 9v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18zm0 0L15 4v3.5M16 13.5h.5',
  file: 'M6 3.5h8l4 4v13H6zM14 3.5v4h4M9 12h6M9 15.5h6',
  plus: 'M6 3.5h8l4 4v13H6zM14 3.5v4h4M12 10.5v6M9 13.5h6',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20c.6-3.6 3.6-5.5 7.5-5.5s6.9 1.9 7.5 5.5',
  inbox: 'M4 13.5 6.5 5h11L20 13.5V19H4zM4 13.5h4.5l1 2.5h5l1-2.5H20',
  chart: 'M4 20h16M7 20v-7M12 20V5M17 20v-10',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3.2 2',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  warn: 'M12 4l9 16H3zM12 10v4.5M12 17.2v.1',
  qr: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5M20 14v2M14 20h2.5M20 19v1h-1.5',
  download: 'M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14',
  shield: 'M12 3.5l7.5 3v5c0 4.5-3 7.8-7.5 9-4.5-1.2-7.5-4.5-7.5-9v-5zM8.8 12l2.2 2.3 4.2-4.5',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20.5 20.5',
  pen: 'M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19zM14 6.5l3.5 3.5',
  seal: 'M12 3.5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM9.5 9.5l1.8 1.8 3.4-3.5M8.5 14.5 7 20.5l5-2.5 5 2.5-1.5-6',
  back: 'M14.5 5.5L8 12l6.5 6.5',
  stop: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM8.5 8.5l7 7M15.5 8.5l-7 7',
  copy: 'M9 8.5h10.5V20H9zM15 8.5V4H4.5v11.5H9',
  letter: 'M3.5 6h17v12.5h-17zM3.5 6.5 12 13l8.5-6.5',
  next: 'M9.5 5.5L16 12l-6.5 6.5',
  swap: 'M7 4.5 3.5 8 7 11.5M3.5 8h14M17 12.5l3.5 3.5-3.5 3.5M20.5 16h-14',
  users:
    'M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM2.5 19.5c.5-3.2 3-4.9 6.5-4.9s6 1.7 6.5 4.9M15.5 5.3a3.5 3.5 0 0 1 0 6.5M18 15c2 .7 3.2 2.2 3.5 4.5',
  coins:
    'M12 4c4.5 0 7.5 1.3 7.5 3s-3 3-7.5 3-7.5-1.3-7.5-3 3-3 7.5-3zM4.5 7v5c0 1.7 3 3 7.5 3s7.5-1.3 7.5-3V7M4.5 12v5c0 1.7 3 3 7.5 3s7.5-1.3 7.5-3v-5',
  message: 'M4 5h16v11H9.5L5.5 20v-4H4zM8 9h8M8 12h5',
} as const
export type IconName = keyof typeof shapes

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  )
}
